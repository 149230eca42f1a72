import type { Molecule } from '@bespoke/molecule';
import { figureForBond, type WibergBondOrders } from './bond-orders';
import type { FigureSection } from './figures';
import { labels, matchesOf, type Label } from './labels';
import { sectionsNamed, type ForceField } from './offxml';
import { forceFieldParameters, type Constraint, type TorsionParameter } from './parameters';
import { patternsIn, unsupported, type Parameter } from './sections';
import { anglesOf, ascending, atomsKey, bondsOf, outerAscending, propersOf } from './valence-terms';

/** One cosine term of a torsion: k/idivf·(1 + cos(periodicity·φ − phase)), φ with the sign of IUPAC and OpenMM. */
export interface TorsionTerm {
  periodicity: number;
  phaseDegrees: number;
  kKcalPerMol: number;
  idivf: number;
}

export interface AssignedBond {
  /** i < j. */
  atoms: [number, number];
  id: string;
  smirks: string;
  /** U = k/2·(r − length)². */
  kKcalPerMolPerAngstrom2: number;
  lengthAngstrom: number;
}

export interface AssignedAngle {
  /** i < k. */
  atoms: [number, number, number];
  id: string;
  smirks: string;
  /** U = k/2·(θ − angle)², θ in radians. */
  kKcalPerMolPerRadian2: number;
  angleDegrees: number;
}

export interface AssignedProper {
  /** i < l. */
  atoms: [number, number, number, number];
  id: string;
  smirks: string;
  terms: readonly TorsionTerm[];
}

export interface AssignedImproper {
  /** The centre is the second; the others ascend. */
  atoms: [number, number, number, number];
  id: string;
  smirks: string;
  /** The three dihedrals, centre first, over which SMIRNOFF sums all terms ("trefoil"), each with k/idivf. */
  dihedrals: [number, number, number, number][];
  /** idivf is 3 where the force field says "auto", as Sage does: the three dihedrals are averaged. */
  terms: readonly TorsionTerm[];
}

export interface AssignedVdw {
  atoms: [number];
  id: string;
  smirks: string;
  epsilonKcalPerMol: number;
  rminHalfAngstrom: number;
}

/** Two atoms that a simulation may keep at a distance; the energies here never do. */
export interface AssignedConstraint {
  /** i < j. */
  atoms: [number, number];
  id: string;
  smirks: string;
  /** The bond's length where the constraint itself has none; null where there is no bond parameter either. */
  distanceAngstrom: number | null;
}

/** A bond, angle, torsion or atom that no parameter of its section matches. */
export interface MissingParameter {
  section: 'Bonds' | 'Angles' | 'ProperTorsions' | 'vdW';
  atoms: number[];
}

/**
 * The parameters that a force field gives to one molecule: everything that an energy needs, the charges aside.
 * Atoms count from 0. vdW combines by Lorentz and Berthelot; 1-2 and 1-3 pairs do not interact.
 */
export interface Assignment {
  bonds: AssignedBond[];
  angles: AssignedAngle[];
  propers: AssignedProper[];
  impropers: AssignedImproper[];
  /** By atom; null where `missing` names the atom. */
  vdw: (AssignedVdw | null)[];
  constraints: AssignedConstraint[];
  /** Factors of the 1-4 interactions. */
  scale14: { vdw: number; electrostatics: number };
  missing: MissingParameter[];
}

/** What an assignment may need beside the molecule. */
export interface AssignmentOptions {
  /** Needed for the bonds that `bondsThatNeedOrders` names. */
  wibergBondOrders?: WibergBondOrders;
}

/**
 * Gives a molecule the parameters of a force field by SMIRNOFF's rules: of the parameters of a section that match, the
 * last one wins.
 *
 * @throws SmirnoffError unsupported-force-field, unreadable-quantity, unreadable-smirks; missing-bond-orders, which names the atoms
 */
export function assignParameters(
  forceField: ForceField,
  molecule: Molecule,
  { wibergBondOrders }: AssignmentOptions = {},
): Assignment {
  const parameters = forceFieldParameters(forceField);
  requireComputedSections(forceField, molecule);
  const { neighbours } = molecule;
  const missing: MissingParameter[] = [];

  function assign<A extends number[], P extends Parameter, R>(
    section: MissingParameter['section'],
    terms: readonly A[],
    candidates: readonly P[],
    resolve: (parameter: P, atoms: A) => R,
  ): (R & { atoms: A; id: string; smirks: string })[] {
    const winners = labels(molecule, candidates, ascending);
    const assigned = terms.flatMap((atoms) => {
      const key = atomsKey(atoms);
      const parameter = winners.get(key)?.parameter;
      winners.delete(key);
      if (parameter === undefined) {
        missing.push({ section, atoms });
        return [];
      }
      const { id, smirks } = parameter;
      return [{ atoms, id, smirks, ...resolve(parameter, atoms) }];
    });
    for (const { atoms, parameter } of winners.values()) {
      throw unsupported(
        `${parameter.id} of ${section} matches atoms ${named(atoms)} of ${molecule.mappedSmiles}, which are no such chain`,
      );
    }
    return assigned;
  }

  const atoms = molecule.atoms.map((_, atom): [number] => [atom]);
  const bonds = assign('Bonds', bondsOf(neighbours), parameters.bonds, (parameter, bond) => ({
    kKcalPerMolPerAngstrom2: figureForBond(
      parameter.kKcalPerMolPerAngstrom2,
      bond,
      wibergBondOrders,
      parameter,
    ),
    lengthAngstrom: figureForBond(parameter.lengthAngstrom, bond, wibergBondOrders, parameter),
  }));
  const vdw = assign('vdW', atoms, parameters.vdw, (parameter) => parameter);
  const vdwByAtom = new Map(vdw.map((assigned) => [assigned.atoms[0], assigned]));
  return {
    bonds,
    angles: assign('Angles', anglesOf(neighbours), parameters.angles, (parameter) => parameter),
    propers: assign('ProperTorsions', propersOf(neighbours), parameters.propers, (parameter, [, j, k]) => ({
      terms: parameter.terms.map((term) => ({
        ...term,
        kKcalPerMol: figureForBond(term.kKcalPerMol, [j, k], wibergBondOrders, parameter),
      })),
    })),
    impropers: [...labels(molecule, parameters.impropers, outerAscending).values()].map((label) =>
      assignedImproper(label, molecule),
    ),
    vdw: atoms.map(([atom]) => vdwByAtom.get(atom) ?? null),
    constraints: [...labels(molecule, parameters.constraints, ascending).values()].map((label) =>
      assignedConstraint(label, bonds),
    ),
    scale14: parameters.scale14,
    missing,
  };
}

/** The terms of a section with the pattern of the parameter that each was given. */
export function termsIn(
  { bonds, angles, propers, impropers, vdw }: Assignment,
  section: FigureSection,
): { atoms: readonly number[]; smirks: string }[] {
  const terms = {
    Bonds: bonds,
    Angles: angles,
    ProperTorsions: propers,
    ImproperTorsions: impropers,
    vdW: vdw,
  };
  return terms[section].flatMap((term) => term ?? []);
}

/** Sections that change energies and that are not computed are an error where they touch the molecule. */
function requireComputedSections(forceField: ForceField, molecule: Molecule): void {
  for (const site of patternsIn(forceField, 'VirtualSites')) {
    const [atoms] = matchesOf(site, molecule);
    if (atoms !== undefined) {
      throw unsupported(
        `its VirtualSites, which are not computed, give ${site.id} to atoms ${named(atoms)} of ${molecule.mappedSmiles}`,
      );
    }
  }
  if (sectionsNamed(forceField, 'GBSA').length > 0) {
    throw unsupported('its section GBSA, an implicit solvent, is not computed');
  }
}

function assignedImproper(
  { atoms, parameter }: Label<TorsionParameter>,
  { neighbours, mappedSmiles }: Molecule,
): AssignedImproper {
  const [i, centre, k, l] = outerAscending(atoms);
  if (![i, k, l].every((outer) => neighbours[centre]?.includes(outer))) {
    throw unsupported(
      `${parameter.id} of ImproperTorsions matches atoms ${named(atoms)} of ${mappedSmiles}; the second is not bonded to the others`,
    );
  }
  return {
    atoms: [i, centre, k, l],
    dihedrals: [
      [centre, i, k, l],
      [centre, k, l, i],
      [centre, l, i, k],
    ],
    ...parameter,
  };
}

function assignedConstraint(
  { atoms: [i = 0, j = 0], parameter }: Label<Constraint>,
  bonds: readonly AssignedBond[],
): AssignedConstraint {
  const bond = bonds.find(({ atoms }) => atoms[0] === i && atoms[1] === j);
  return {
    ...parameter,
    atoms: [i, j],
    distanceAngstrom: parameter.distanceAngstrom ?? bond?.lengthAngstrom ?? null,
  };
}

/** As a person counts, from 1. */
function named(atoms: readonly number[]): string {
  return atoms.map((atom) => atom + 1).join('-');
}

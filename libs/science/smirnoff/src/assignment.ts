import type { Molecule } from '@bespoke/molecule';
import { labels, type Label } from './labels';
import type { ForceField } from './offxml';
import { forceFieldParameters, type TorsionParameter } from './parameters';
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
  /** Factors of the 1-4 interactions. */
  scale14: { vdw: number; electrostatics: number };
  missing: MissingParameter[];
}

/**
 * Labels a molecule with a force field by SMIRNOFF's rules: of the parameters of a section that match, the last
 * one wins.
 *
 * @throws SmirnoffError unsupported-force-field, unreadable-quantity
 */
export function assignParameters(forceField: ForceField, molecule: Molecule): Assignment {
  const parameters = forceFieldParameters(forceField);
  const { neighbours } = molecule;
  const missing: MissingParameter[] = [];

  function assign<A extends number[], P extends { smirks: string }>(
    section: MissingParameter['section'],
    terms: readonly A[],
    candidates: readonly P[],
  ): (P & { atoms: A })[] {
    const winners = labels(molecule, candidates, ascending);
    return terms.flatMap((atoms) => {
      const parameter = winners.get(atomsKey(atoms))?.parameter;
      if (parameter === undefined) {
        missing.push({ section, atoms });
        return [];
      }
      return [{ atoms, ...parameter }];
    });
  }

  const atoms = molecule.atoms.map((_, atom): [number] => [atom]);
  const vdw = assign('vdW', atoms, parameters.vdw);
  return {
    bonds: assign('Bonds', bondsOf(neighbours), parameters.bonds),
    angles: assign('Angles', anglesOf(neighbours), parameters.angles),
    propers: assign('ProperTorsions', propersOf(neighbours), parameters.propers),
    impropers: [...labels(molecule, parameters.impropers, outerAscending).values()].map(assignedImproper),
    vdw: atoms.map(([atom]) => vdw.find((assigned) => assigned.atoms[0] === atom) ?? null),
    scale14: parameters.scale14,
    missing,
  };
}

function assignedImproper({ atoms, parameter }: Label<TorsionParameter>): AssignedImproper {
  const [i, centre, k, l] = outerAscending(atoms);
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

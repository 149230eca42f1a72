import {
  ConformerGenerator,
  ForceFieldMMFF94,
  Molecule as OpenChemLibMolecule,
  Resources,
} from 'openchemlib';
import { dihedralDegrees } from './dihedral';
import { at, neighboursOf, type Graph } from './graph';
import type { Molecule } from './molecule';
import { MoleculeError } from './molecule-error';
import { usingMol } from './rdkit';
import { heavySmiles, moleculeFromGraph, molOfGraph, structureOf } from './structure';
import { symmetryClasses } from './symmetry';
import { undefinedStereo } from './undefined-stereo';

export interface ConformerOptions {
  maxConformers: number;
  /** The same seed gives the same conformers. */
  seed: number;
  /** Makes conformers of one stereoisomer, whichever comes, where the molecule leaves its stereo open. */
  allowUndefinedStereo?: boolean;
  /**
   * Minimised with MMFF94s, which takes nearly all the time; true unless said otherwise. Raw conformers have the usual
   * bonds, angles and torsions, and come as different from each other as they are, the most different ones first.
   */
  minimised?: boolean;
}

/** Conformers that differ by less in all their torsions count as one. */
const DISTINCT_TORSION_DEGREES = 30;
/** Raw conformers to choose from, and minimisations at most, for each conformer asked for. */
const RAW_PER_CONFORMER = 4;
const MINIMISATIONS_PER_CONFORMER = 2;
const MAX_MINIMISER_STEPS = 2_000;

/**
 * Conformers of a molecule: 3N coordinates in angstrom, hydrogens included. The one that the molecule was read with
 * (`conformerAngstrom`) comes first, as it is; then those that are made, lowest MMFF94s energy first. These are
 * minimised with MMFF94s (as embedded where it lacks an atom's type), differ in their torsions and have the stereo
 * that the molecule defines. Where it leaves a centre or double bond open, and that is allowed, all have the first
 * one's: a torsion drive that starts from several stereoisomers would mix their profiles. OpenChemLib embeds and minimises. May take seconds for a large molecule.
 *
 * @throws MoleculeError 'undefined-stereo', 'no-conformer' if no geometry with that stereo could be made
 */
export function generateConformers(
  molecule: Molecule,
  { maxConformers, seed, allowUndefinedStereo = false, minimised = true }: ConformerOptions,
): Float64Array[] {
  const own = molecule.conformerAngstrom;
  if (own !== null && maxConformers === 1) return [own.slice()];
  const open = undefinedStereo(molecule).labels;
  if (open.length > 0 && !allowUndefinedStereo)
    throw new MoleculeError(
      'undefined-stereo',
      `The stereo of ${open.join(', ')} in ${molecule.name || molecule.mappedSmiles} is not defined: write it with @ or @@ at atoms and with / and \\ beside double bonds, or allow undefined stereo.`,
    );
  const { graph } = structureOf(molecule);
  let { container, places } = openChemLibMolecule(graph);
  const coordinates = (): Float64Array =>
    Float64Array.from(
      places.flatMap((place) => [
        container.getAtomX(place),
        container.getAtomY(place),
        container.getAtomZ(place),
      ]),
    );
  const defined = stereoisomer(molecule);
  const rawCount = minimised ? maxConformers * RAW_PER_CONFORMER : maxConformers;
  let embedded = embed(container, rawCount, seed, coordinates);
  if (embedded.length === 0) {
    // The torsions that crystal structures have all clash, as for phenyl acetate.
    ({ container, places } = openChemLibMolecule(graph));
    embedded = embed(container, rawCount, seed, coordinates, true);
  }
  const first = own ?? embedded.find((geometry) => hasStereoOf(defined, geometry));
  const wanted = first === undefined ? defined : completed(molecule, defined, first);
  const raw = embedded.filter((geometry) => hasStereoOf(wanted, geometry));
  const rotors = torsionsOf(molecule);
  const fingerprint = (geometry: Float64Array): number[] =>
    rotors.map(({ atoms }) => dihedralDegrees(geometry, atoms));
  const separation = (a: readonly number[], b: readonly number[]): number =>
    rotors.reduce((largest, { periodDegrees }, index) => {
      const difference = Math.abs(at(a, index) - at(b, index)) % periodDegrees;
      const apart = Math.min(difference, periodDegrees - difference);
      // A linear piece has no torsion (NaN).
      return apart > largest ? apart : largest;
    }, 0);

  const chosen: { geometry: Float64Array; energy: number; torsions: number[] }[] = [];
  const known = own === null ? [] : [fingerprint(own)];
  const wantedCount = maxConformers - known.length;
  let minimisations = 0;
  for (const start of mostDifferentFirst(raw.map(fingerprint), separation)) {
    if (chosen.length >= wantedCount || minimisations >= maxConformers * MINIMISATIONS_PER_CONFORMER) break;
    minimisations += 1;
    const begin = at(raw, start);
    places.forEach((place, atom) => {
      container.setAtomX(place, at3(begin, atom, 0));
      container.setAtomY(place, at3(begin, atom, 1));
      container.setAtomZ(place, at3(begin, atom, 2));
    });
    const energy = minimised ? minimise(container) : 0;
    const geometry = minimised ? coordinates() : begin;
    if (!geometry.every(Number.isFinite) || !hasStereoOf(wanted, geometry)) continue;
    const torsions = fingerprint(geometry);
    const isNew = (other: readonly number[]): boolean =>
      separation(other, torsions) >= DISTINCT_TORSION_DEGREES;
    if (known.every(isNew) && chosen.every((other) => isNew(other.torsions)))
      chosen.push({ geometry, energy, torsions });
  }
  // MMFF94s takes (Z)-aryltriazenes to E: what was embedded is near enough to a minimum of other methods.
  if (chosen.length === 0 && own === null && minimised && raw.length > 0)
    return generateConformers(molecule, { maxConformers, seed, allowUndefinedStereo, minimised: false });
  if (chosen.length === 0 && own === null)
    throw new MoleculeError(
      'no-conformer',
      `No three-dimensional structure of ${molecule.name || molecule.mappedSmiles} could be made: ` +
        (embedded.length === 0
          ? 'it may be too strained.'
          : 'its stereo centres may be impossible in space.'),
    );
  const made = chosen.sort((a, b) => a.energy - b.energy).map(({ geometry }) => geometry);
  return own === null ? made : [own.slice(), ...made];
}

let registered = false;

/** OpenChemLib's molecule and the place of each of our atoms in it: it moves hydrogens to the end. */
function openChemLibMolecule(graph: Graph): { container: OpenChemLibMolecule; places: number[] } {
  if (!registered) {
    Resources.registerFromNodejs();
    registered = true;
  }
  const molfile = usingMol(molOfGraph(graph), (flat) => {
    flat.set_new_coords();
    const lines = flat.get_molblock().split('\n');
    // The chiral flag: without it OpenChemLib takes the molecule for a racemate and embeds either enantiomer.
    lines[3] = lines[3]?.replace(/^(.{12}) {2}0/, '$1  1') ?? '';
    return lines.join('\n');
  });
  const { molecule, map } = OpenChemLibMolecule.fromMolfileWithAtomMap(molfile);
  return { container: molecule, places: graph.atoms.map((_, index) => at(map, index)) };
}

/** Raw conformers of OpenChemLib's molecule; its container is used for them all. */
function embed(
  container: OpenChemLibMolecule,
  count: number,
  seed: number,
  coordinates: () => Float64Array,
  use60degreeSteps = false,
): Float64Array[] {
  const generator = new ConformerGenerator(seed);
  const atoms = container.getAllAtoms();
  const raw: Float64Array[] = [];
  if (!generator.initializeConformers(container, { use60degreeSteps }) || container.getAllAtoms() !== atoms)
    return raw;
  while (raw.length < count && generator.getNextConformerAsMolecule(container) !== null)
    raw.push(coordinates());
  return raw;
}

/** Minimises in place; 0 as energy where MMFF94s has no type for one of the atoms (boron...), which then stays as it is. */
function minimise(container: OpenChemLibMolecule): number {
  let forceField: ForceFieldMMFF94;
  try {
    forceField = new ForceFieldMMFF94(container, 'MMFF94s');
  } catch {
    return 0;
  }
  forceField.minimise({ maxIts: MAX_MINIMISER_STEPS });
  return forceField.getTotalEnergy();
}

interface Rotor {
  atoms: [number, number, number, number];
  /** A turn by this angle gives the same conformer: 180 for phenyl, 120 for tert-butyl. */
  periodDegrees: number;
}

/** One torsion for each single bond that turns or puckers; methyl groups and the like do not count. */
function torsionsOf(molecule: Molecule): Rotor[] {
  const classes = symmetryClasses(molecule);
  const rotors: Rotor[] = [];
  for (const { begin, end, order, aromatic, inRing } of molecule.bonds) {
    if (order !== 1 || aromatic) continue;
    const left = at(molecule.neighbours, begin).filter((n) => n !== end);
    const right = at(molecule.neighbours, end).filter((n) => n !== begin);
    const [i] = heavyFirst(molecule, left);
    const [l] = heavyFirst(molecule, right);
    if (i === undefined || l === undefined) continue;
    const allHydrogens = (atoms: readonly number[]): boolean =>
      atoms.length === 3 && atoms.every((atom) => at(molecule.atoms, atom).element === 1);
    if (allHydrogens(left) || allHydrogens(right)) continue;
    const periods = [left, right].map((atoms) =>
      !inRing && atoms.length > 1 && new Set(atoms.map((atom) => at(classes, atom))).size === 1
        ? 360 / atoms.length
        : 360,
    );
    rotors.push({ atoms: [i, begin, end, l], periodDegrees: Math.min(...periods) });
  }
  return rotors;
}

function heavyFirst(molecule: Molecule, atoms: readonly number[]): number[] {
  const isHydrogen = (atom: number): number => (at(molecule.atoms, atom).element === 1 ? 1 : 0);
  return [...atoms].sort((a, b) => isHydrogen(a) - isHydrogen(b) || a - b);
}

/** Indices of the fingerprints: the first one, then always the one that is furthest from those before it. */
function mostDifferentFirst(
  fingerprints: readonly (readonly number[])[],
  separation: (a: readonly number[], b: readonly number[]) => number,
): number[] {
  const nearest = fingerprints.map(() => Number.POSITIVE_INFINITY);
  const left = new Set(fingerprints.keys());
  const order: number[] = [];
  while (left.size > 0) {
    const next = [...left].reduce((best, index) => (at(nearest, index) > at(nearest, best) ? index : best));
    left.delete(next);
    order.push(next);
    for (const index of left)
      nearest[index] = Math.min(
        at(nearest, index),
        separation(at(fingerprints, index), at(fingerprints, next)),
      );
  }
  return order;
}

/** A molecule's graph with its configuration, and the SMILES that tells it from its stereoisomers. */
interface Stereoisomer {
  graph: Graph;
  smiles: string;
}

function stereoisomer(molecule: Molecule): Stereoisomer {
  return { graph: structureOf(molecule).graph, smiles: heavySmiles(molecule) };
}

/** The stereoisomer that a geometry is, where the molecule leaves it open. */
function completed(
  molecule: Molecule,
  { graph, smiles }: Stereoisomer,
  geometry: Float64Array,
): Stereoisomer {
  const isOpen = ({ stereo }: { stereo: string | null }): boolean => stereo === 'undefined';
  if (!molecule.atoms.some(isOpen) && !molecule.bonds.some(isOpen)) return { graph, smiles };
  const neighbours = neighboursOf(graph);
  const other = (atom: number, than: number): number =>
    at(
      at(neighbours, atom).filter((neighbour) => neighbour !== than),
      0,
    );
  const configured: Graph = {
    // What is open gets any configuration, which the geometry then sets right.
    atoms: graph.atoms.map((atom, index) =>
      isOpen(at(molecule.atoms, index)) ? { ...atom, chirality: 'cw' } : atom,
    ),
    bonds: graph.bonds.map((bond, index) => {
      if (!isOpen(at(molecule.bonds, index))) return bond;
      const { begin, end } = bond;
      const stereo = { cis: true, beginNeighbour: other(begin, end), endNeighbour: other(end, begin) };
      return { ...bond, stereo };
    }),
  };
  return stereoisomer(moleculeFromGraph(asEmbedded(configured, geometry), '', [], null));
}

/**
 * Does a geometry have this configuration? Atoms that only the configuration tells apart (the two sides of
 * 7-methylnorbornane) may have changed places: what counts is that it is the same stereoisomer.
 */
function hasStereoOf({ graph, smiles }: Stereoisomer, geometry: Float64Array): boolean {
  const embedded = asEmbedded(graph, geometry);
  const asDefined =
    embedded.atoms.every(({ chirality }, index) => chirality === at(graph.atoms, index).chirality) &&
    embedded.bonds.every(({ stereo }, index) => stereo?.cis === at(graph.bonds, index).stereo?.cis);
  return asDefined || heavySmiles(moleculeFromGraph(embedded, '', [], null)) === smiles;
}

/** The graph with each configuration that it defines as a geometry has it. */
function asEmbedded(graph: Graph, geometry: Float64Array): Graph {
  const neighbours = neighboursOf(graph);
  return {
    atoms: graph.atoms.map((atom, index) =>
      atom.chirality === null
        ? atom
        : { ...atom, chirality: chiralityAt(index, at(neighbours, index), geometry) },
    ),
    bonds: graph.bonds.map((bond) => {
      if (bond.stereo === null) return bond;
      const { beginNeighbour, endNeighbour } = bond.stereo;
      const angle = dihedralDegrees(geometry, [beginNeighbour, bond.begin, bond.end, endNeighbour]);
      return { ...bond, stereo: { ...bond.stereo, cis: Math.abs(angle) < 90 } };
    }),
  };
}

/**
 * Handedness of an atom's neighbours as RDKit means it: seen from the first one, the others run counterclockwise
 * ('ccw'); where there are three of them a lone pair is the last.
 */
function chiralityAt(centre: number, neighbours: readonly number[], geometry: Float64Array): 'cw' | 'ccw' {
  const [a, b, c] = neighbours
    .slice(-3)
    .map((atom) => [0, 1, 2].map((axis) => at3(geometry, atom, axis) - at3(geometry, centre, axis)));
  if (a === undefined || b === undefined || c === undefined)
    throw new RangeError(`Atom ${centre + 1} has too few neighbours for a stereo centre.`);
  const volume =
    at(a, 0) * (at(b, 1) * at(c, 2) - at(b, 2) * at(c, 1)) +
    at(a, 1) * (at(b, 2) * at(c, 0) - at(b, 0) * at(c, 2)) +
    at(a, 2) * (at(b, 0) * at(c, 1) - at(b, 1) * at(c, 0));
  return volume > 0 === neighbours.length > 3 ? 'cw' : 'ccw';
}

function at3(geometry: Float64Array, atom: number, axis: number): number {
  return geometry[3 * atom + axis] ?? Number.NaN;
}

import { mdlAromaticity } from './aromaticity';
import {
  at,
  neighboursOf,
  pairKey,
  readCommonChem,
  renumber,
  writeCommonChem,
  type AromaticFlags,
  type FlatLayout,
  type Graph,
} from './graph';
import { graphClasses, openDoubleBonds } from './graph-classes';
import type { Atom, Bond, Molecule } from './molecule';
import { MoleculeError } from './molecule-error';
import { EXPLICIT_HYDROGENS, freeWith, perModule, readWithReason, usingMol, type Mol } from './rdkit';
import { rewriteAtoms, writtenAtoms } from './smiles-atoms';
import { mistakenSpiroCentres } from './spiro-centres';

/** What belongs to a molecule but is not part of its plain data; made again from `mappedSmiles` where it is missing. */
export interface Structure {
  readonly graph: Graph;
  /** Rings of the symmetrised smallest set, atoms in cyclic order. */
  readonly rings: readonly (readonly number[])[];
}

const structures = new WeakMap<Molecule, Structure>();
const matchable = perModule(() => new WeakMap<Molecule, Mol>());

/** Our aromaticity and nobody else's; explicit hydrogens stay. */
const AS_WRITTEN = JSON.stringify({ setAromaticity: false, kekulize: false, removeHs: false });

/**
 * The molecule of a graph, perceived anew: rings, stereo centres, MDL aromaticity.
 *
 * @param mapNumbers of the input, by atom
 */
export function moleculeFromGraph(
  input: Graph,
  name: string,
  mapNumbers: readonly number[],
  conformerAngstrom: Float64Array | null,
): Molecule {
  const read = readWithReason((module) => module.get_mol(writeCommonChem(input, null), EXPLICIT_HYDROGENS));
  if ('reason' in read)
    throw new MoleculeError(
      'unreadable',
      `${name || 'The molecule'} is no possible structure: ${read.reason}.`,
    );
  const { graph, rings, labels } = usingMol(read.mol, (mol) => {
    const reading = readCommonChem(mol.get_json());
    const cage = cageCentres(reading.graph, reading.rings);
    if (cage.size <= MAX_LABELLED_CAGE_CENTRES)
      return { ...reading, labels: stereoLabels(mol.get_stereo_tags()) };
    const atoms = reading.graph.atoms.map((atom, index) =>
      cage.has(index) ? { ...atom, chirality: null } : atom,
    );
    const found = usingMol(molOfGraph({ ...reading.graph, atoms }), (other) =>
      stereoLabels(other.get_stereo_tags()),
    );
    for (const atom of cage) found.atoms.delete(atom);
    return { ...reading, labels: found };
  });

  const untold = [...labels.atoms].flatMap(([atom, label]) => (label === 'undefined' ? [atom] : []));
  for (const atom of mistakenSpiroCentres(graph, rings, labels.atoms.keys(), untold))
    labels.atoms.delete(atom);
  const aromatic = mdlAromaticity(graph, rings);
  const open = openDoubleBonds(graph, rings);
  const ringAtoms = new Set(rings.flat());
  const ringBonds = new Set(
    rings.flatMap((ring) => ring.map((atom, i) => pairKey(atom, at(ring, (i + 1) % ring.length)))),
  );
  const atoms = graph.atoms.map((atom, index): Atom => ({
    element: atom.element,
    formalCharge: atom.formalCharge,
    isotope: atom.isotope,
    aromatic: at(aromatic.atoms, index),
    inRing: ringAtoms.has(index),
    mapNumber: mapNumbers[index] ?? 0,
    stereo: labels.atoms.get(index) ?? null,
  }));
  const bonds = graph.bonds.map((bond, index): Bond => ({
    begin: bond.begin,
    end: bond.end,
    order: bond.order,
    aromatic: at(aromatic.bonds, index),
    inRing: ringBonds.has(pairKey(bond.begin, bond.end)),
    stereo: labels.bonds.get(pairKey(bond.begin, bond.end)) ?? (open.has(index) ? 'undefined' : null),
  }));
  const molecule: Molecule = {
    name,
    atoms,
    bonds,
    mappedSmiles: writeMappedSmiles(graph, aromatic),
    conformerAngstrom,
    neighbours: neighboursOf(graph).map((list) => list.sort((a, b) => a - b)),
  };
  structures.set(molecule, { graph, rings });
  return molecule;
}

/** Graph and rings of a molecule; a molecule that came through JSON or from another thread is read again. */
export function structureOf(molecule: Molecule): Structure {
  const known = structures.get(molecule);
  if (known !== undefined) return known;
  const read = readWithReason((module) => module.get_mol(molecule.mappedSmiles, EXPLICIT_HYDROGENS));
  if ('reason' in read)
    throw new MoleculeError(
      'unreadable',
      `${molecule.name || 'A molecule'} has a broken mappedSmiles: ${read.reason}.`,
    );
  const written = usingMol(read.mol, (mol) => readCommonChem(mol.get_json()).graph);
  const order: number[] = [];
  writtenAtoms(molecule.mappedSmiles).forEach((atom, index) => (order[atom.mapNumber - 1] = index));
  // Perceived once more in this order, because the Kekulé structure depends on it.
  const structure = structureOf(moleculeFromGraph(renumber(written, order), molecule.name, [], null));
  structures.set(molecule, structure);
  return structure;
}

/** RDKit's molecule with the aromaticity that `molecule` tells; stays owned by the molecule: never delete it. */
export function matchableMol(molecule: Molecule): Mol {
  const known = matchable().get(molecule);
  if (known !== undefined) return known;
  const mol = molAsWritten(structureOf(molecule).graph, aromaticFlags(molecule));
  matchable().set(molecule, mol);
  freeWith(molecule, mol);
  return mol;
}

/**
 * The molecule with another model's aromaticity, for patterns that are written for that model (AM1-BCC's).
 *
 * @param aromaticAtoms flags by atom @param aromaticBonds flags by bond, in the order of `molecule.bonds`
 */
export function withAromaticity(
  molecule: Molecule,
  aromaticAtoms: readonly boolean[],
  aromaticBonds: readonly boolean[],
): Molecule {
  const changed: Molecule = {
    ...molecule,
    atoms: molecule.atoms.map((atom, index) => ({ ...atom, aromatic: at(aromaticAtoms, index) })),
    bonds: molecule.bonds.map((bond, index) => ({ ...bond, aromatic: at(aromaticBonds, index) })),
  };
  structures.set(changed, structureOf(molecule));
  return changed;
}

/** Rings of the symmetrised smallest set of smallest rings, atoms in cyclic order. */
export function rings(molecule: Molecule): number[][] {
  return structureOf(molecule).rings.map((ring) => [...ring]);
}

/** Atoms of each system of rings that share atoms (fused, bridged and spiro), ascending. */
export function ringSystems(molecule: Molecule): number[][] {
  const systems: Set<number>[] = [];
  for (const ring of structureOf(molecule).rings) {
    const system = new Set(ring);
    for (let i = systems.length - 1; i >= 0; i--) {
      const other = at(systems, i);
      if (![...other].some((atom) => system.has(atom))) continue;
      for (const atom of other) system.add(atom);
      systems.splice(i, 1);
    }
    systems.push(system);
  }
  return systems.map((system) => [...system].sort((a, b) => a - b)).sort((a, b) => at(a, 0) - at(b, 0));
}

/** Canonical SMILES without map numbers and with implicit hydrogens, as RDKit writes it: to show and to compare. */
export function heavySmiles(molecule: Molecule): string {
  return usingMol(molOfGraph(structureOf(molecule).graph), (mol) => {
    if (mol.get_num_atoms(true) > 0) mol.remove_hs_in_place();
    return mol.get_smiles();
  });
}

/**
 * SMILES with every hydrogen written, in which the atoms carry other map numbers than their own: those of the
 * molecule that a fragment was cut from.
 *
 * @param mapNumbers by atom; one that has null carries none
 */
export function smilesWithMapNumbers(molecule: Molecule, mapNumbers: readonly (number | null)[]): string {
  return rewriteAtoms(molecule.mappedSmiles, ({ text, mapNumber }) => {
    const number = mapNumbers[mapNumber - 1] ?? null;
    return text.replace(/:\d+\]$/, number === null ? ']' : `:${number}]`);
  });
}

/** RDKit's molecule with its own aromaticity and explicit hydrogens; the caller deletes it. */
export function molOfGraph(graph: Graph, flatCoordinates?: FlatLayout): Mol {
  return takenBack(
    writeCommonChem(graph, null, { ...(flatCoordinates && { flatCoordinates }) }),
    EXPLICIT_HYDROGENS,
  );
}

function takenBack(commonChem: string, options: string): Mol {
  const read = readWithReason((module) => module.get_mol(commonChem, options));
  if ('reason' in read) throw new Error(`RDKit does not take back its own molecule: ${read.reason}.`);
  return read.mol;
}

/** RDKit's molecule to be drawn, double bonds that are left open marked as such; the caller deletes it. */
export function drawableMol(molecule: Molecule): Mol {
  const open = new Set(
    molecule.bonds.flatMap(({ stereo }, index) => (stereo === 'undefined' ? [index] : [])),
  );
  const { graph } = structureOf(molecule);
  return takenBack(writeCommonChem(graph, null, { eitherBonds: open }), EXPLICIT_HYDROGENS);
}

/** The molecule's aromaticity as RDKit's JSON takes it. */
export function aromaticFlags(molecule: Molecule): AromaticFlags {
  return {
    atoms: molecule.atoms.map((atom) => atom.aromatic),
    bonds: molecule.bonds.map((bond) => bond.aromatic),
  };
}

/** RDKit's molecule with the aromaticity given and none perceived; the caller deletes it. */
export function molAsWritten(graph: Graph, aromatic: AromaticFlags, isotopes?: readonly number[]): Mol {
  return takenBack(writeCommonChem(graph, aromatic, isotopes && { isotopes }), AS_WRITTEN);
}

/**
 * Isotopes carry the numbers through RDKit, which has no map numbers in its JSON. They also make all atoms
 * different, so that the string depends on nothing but the numbering.
 */
function writeMappedSmiles(graph: Graph, aromatic: AromaticFlags): string {
  const numbers = graph.atoms.map((_, index) => index + 1);
  const numbered = usingMol(molAsWritten(graph, aromatic, numbers), (mol) => mol.get_smiles());
  return rewriteAtoms(numbered, ({ text }) => {
    const parts = /^\[(\d+)(.*)\]$/.exec(text);
    if (parts?.[1] === undefined) throw new Error(`RDKit lost the number of the atom ${text}.`);
    const number = Number(parts[1]);
    const { isotope } = at(graph.atoms, number - 1);
    return `[${isotope === 0 ? '' : isotope}${parts[2]}:${number}]`;
  });
}

/**
 * More bridgeheads than RDKit ranks by the rules of Cahn, Ingold and Prelog in reasonable time, where all that tells
 * their neighbours apart is other such centres: 0.6 s for four in two cages, eight times as much for each further cage.
 */
const MAX_LABELLED_CAGE_CENTRES = 4;

/** Defined centres in two rings or more with neighbours that the graph does not tell apart, as in cubane. */
function cageCentres(graph: Graph, rings: readonly (readonly number[])[]): Set<number> {
  const ringsAt = graph.atoms.map(() => 0);
  for (const atom of rings.flat()) ringsAt[atom] = at(ringsAt, atom) + 1;
  const bridgeheads = graph.atoms.flatMap(({ chirality }, atom) =>
    chirality !== null && at(ringsAt, atom) > 1 ? [atom] : [],
  );
  if (bridgeheads.length <= MAX_LABELLED_CAGE_CENTRES) return new Set();
  const classes = graphClasses(graph, rings);
  const neighbours = neighboursOf(graph);
  return new Set(
    bridgeheads.filter((atom) => {
      const around = at(neighbours, atom).map((neighbour) => at(classes, neighbour));
      return new Set(around).size < around.length;
    }),
  );
}

interface StereoLabels {
  atoms: Map<number, Atom['stereo']>;
  bonds: Map<string, Bond['stereo']>;
}

function stereoLabels(json: string): StereoLabels {
  const tags = JSON.parse(json) as { CIP_atoms: [number, string][]; CIP_bonds: [number, number, string][] };
  const label = (tag: string): string => tag.slice(1, -1).toUpperCase();
  const atoms = new Map<number, Atom['stereo']>();
  for (const [atom, tag] of tags.CIP_atoms) {
    const l = label(tag);
    atoms.set(atom, l === 'R' || l === 'S' ? l : 'undefined');
  }
  const bonds = new Map<string, Bond['stereo']>();
  for (const [begin, end, tag] of tags.CIP_bonds) {
    const l = label(tag);
    if (l === 'E' || l === 'Z') bonds.set(pairKey(begin, end), l);
  }
  return { atoms, bonds };
}

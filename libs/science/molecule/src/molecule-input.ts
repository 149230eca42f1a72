import { elementSymbol, isOrganicElement, organicElements } from './elements';
import { at, connectedParts, neighboursOf, readCommonChem, renumber, type RDKitReading } from './graph';
import type { Molecule } from './molecule';
import { MoleculeError } from './molecule-error';
import { EXPLICIT_HYDROGENS, readWithReason, usingMol, type Mol, type Unread } from './rdkit';
import { nestingDepth, writtenAtoms } from './smiles-atoms';
import { moleculeFromGraph } from './structure';

/** More than any drug-like molecule; rings and matching take time beyond it. */
const MAX_HEAVY_ATOMS = 250;
/** With hydrogens; no molecule of {@link MAX_HEAVY_ATOMS} has more. */
export const MAX_MOLECULE_ATOMS = 1_000;
const MAX_SMILES_CHARACTERS = 20_000;
/** Deeper nesting than a person or a program writes. */
const MAX_SMILES_DEPTH = 500;
const MAX_MOLFILE_CHARACTERS = 1_000_000;
/** Option of `get_mol` for what is no possible molecule. */
const AS_WRITTEN = JSON.stringify({ sanitize: false, removeHs: false });
/** Beyond any atom of a stable ion; RDKit lets numbers overflow. */
const MAX_ATOM_CHARGE = 4;

/**
 * Reads a SMILES string. Hydrogens become explicit: those written stay in their places, the others follow the
 * written atoms. Where all written atoms carry the map numbers 1 to n, the atoms are put in the order of these.
 *
 * @throws MoleculeError for what cannot be read, or is no single closed-shell organic molecule
 */
export function moleculeFromSmiles(smiles: string, name = ''): Molecule {
  const text = smiles.trim();
  const shown = quote(text);
  if (text === '') throw new MoleculeError('unreadable', 'The SMILES is empty.');
  if (text.length > MAX_SMILES_CHARACTERS)
    throw new MoleculeError(
      'too-large',
      `The SMILES ${shown} has ${text.length} characters, more than ${MAX_SMILES_CHARACTERS}.`,
    );
  const strange = /[^!-~]/.exec(text);
  if (strange !== null)
    throw new MoleculeError(
      'unreadable',
      `The SMILES ${shown} is unreadable: ${JSON.stringify(strange[0])} at position ${strange.index + 1} is no part of SMILES.`,
    );
  if (/^[{|]|^InChI=/.test(text)) throw new MoleculeError('unreadable', `${shown} is no SMILES.`);
  if (nestingDepth(text) > MAX_SMILES_DEPTH)
    throw new MoleculeError(
      'unreadable',
      `The SMILES ${shown} has more than ${MAX_SMILES_DEPTH} nested branches.`,
    );
  const written = writtenAtoms(text);
  const longNumber = /\d{6,}/.exec(text);
  if (longNumber !== null)
    throw new MoleculeError(
      'unreadable',
      `The SMILES ${shown} is unreadable: the number ${quote(longNumber[0])} is too long.`,
    );
  refuseLarge(written.filter(({ text: atom }) => !/^\[\d*H[+-]?\d*(?::\d+)?\]$/.test(atom)).length, shown);
  const read = readWithReason((module) => module.get_mol(text, EXPLICIT_HYDROGENS));
  if ('reason' in read)
    throw new MoleculeError('unreadable', `The SMILES ${shown} is unreadable: ${reasonFor(text, read)}.`);
  return usingMol(read.mol, (mol) => {
    if (mol.get_num_atoms() !== written.length)
      throw new MoleculeError('unreadable', `The SMILES ${shown} is unreadable.`);
    return finish(
      mol,
      name,
      shown,
      written.map((atom) => atom.mapNumber),
    );
  });
}

/**
 * Reads an MDL molfile, V2000 or V3000 (of an SD file the first record). Atoms keep their order and their map
 * numbers, missing hydrogens follow. A three-dimensional molfile gives `conformerAngstrom` and the stereo of its
 * coordinates; hydrogens that it lacks are placed as the bonds of their atoms want it, blind to what is near.
 *
 * @param name the title line where it is left out
 * @throws MoleculeError for what cannot be read, or is no single closed-shell organic molecule
 */
export function moleculeFromMolfile(molfile: string, name?: string): Molecule {
  const title = name ?? (molfile.split(/\r\n|\r|\n/, 1)[0] ?? '').trim();
  const shown = title === '' ? 'without a title' : quote(title);
  if (molfile.length > MAX_MOLFILE_CHARACTERS)
    throw new MoleculeError(
      'too-large',
      `The molfile ${shown} has more than ${MAX_MOLFILE_CHARACTERS} characters.`,
    );
  const end = /^M {2}END\s*$/m.exec(molfile);
  if (end === null)
    throw new MoleculeError('unreadable', `The molfile ${shown} is unreadable: it has no line "M  END".`);
  const first = molfile.slice(0, end.index + end[0].trimEnd().length).replace(/\r\n?/g, '\n') + '\n';
  const read = readWithReason((module) => module.get_mol(first, EXPLICIT_HYDROGENS));
  if ('reason' in read) {
    const reason = wrongCounts(first) ?? reasonFor(first, read);
    throw new MoleculeError('unreadable', `The molfile ${shown} is unreadable: ${reason}.`);
  }
  return usingMol(read.mol, (mol) => {
    const reading = withHydrogens(mol, shown);
    const isTagged3D = /^.{20}3D/.test(first.split('\n', 2)[1] ?? '');
    return moleculeFromGraph(
      reading.graph,
      title,
      mapNumbersOfMolfile(first),
      reading.conformerAngstrom ?? (isTagged3D ? trulyFlat(reading) : null),
    );
  });
}

/** RDKit's reason, and what is likely to be wrong where it finds no double bonds for aromatic atoms. */
function reasonFor(text: string, { reason, aromaticAtoms }: Unread): string {
  if (aromaticAtoms.length === 0) return reason;
  const read = readWithReason((module) => module.get_mol(text, AS_WRITTEN));
  const nitrogen =
    'mol' in read &&
    usingMol(read.mol, (mol) => {
      const { atoms } = readCommonChem(mol.get_json()).graph;
      return aromaticAtoms.some((atom) => atoms[atom]?.element === 7);
    });
  return nitrogen
    ? `${reason}; an aromatic nitrogen may lack its hydrogen ([nH])`
    : `${reason}; an atom of the ring may have a bond, a hydrogen or a charge too many or too few`;
}

/** Coordinates that all have z = 0 are a drawing, unless the molecule is a flat one. */
function trulyFlat({ graph, flatCoordinates }: RDKitReading): Float64Array | null {
  return neighboursOf(graph).every((neighbours) => neighbours.length <= 3) ? flatCoordinates : null;
}

/** RDKit's JSON leaves them out. */
function mapNumbersOfMolfile(molfile: string): number[] {
  const lines = molfile.split('\n');
  const counts = lines[3] ?? '';
  if (!counts.includes('V3000')) {
    const atomCount = Number(counts.slice(0, 3));
    return lines.slice(4, 4 + atomCount).map((line) => Number(line.slice(60, 63)) || 0);
  }
  return blockOfV3000(molfile, 'ATOM').map((line) => Number(line.trim().split(/\s+/)[7]) || 0);
}

/** The lines of a block of a V3000 molfile, each with those that continue it. */
function blockOfV3000(molfile: string, name: 'ATOM' | 'BOND'): string[] {
  const joined = molfile.replace(/-\nM {2}V30 /g, '').split('\n');
  const begin = joined.findIndex((line) => line.startsWith(`M  V30 BEGIN ${name}`));
  const end = joined.findIndex((line) => line.startsWith(`M  V30 END ${name}`));
  return joined.slice(begin + 1, Math.max(begin + 1, end));
}

/** In words, where the counts line of a molfile says other numbers than there are atoms and bonds; else null. */
function wrongCounts(molfile: string): string | null {
  const [counts = '', ...rest] = molfile.split('\n').slice(3);
  let stated = [Number(counts.slice(0, 3)), Number(counts.slice(3, 6))];
  let present: number[];
  if (counts.includes('V3000')) {
    stated = (/^M {2}V30 COUNTS +(\d+) +(\d+)/m.exec(molfile) ?? []).slice(1).map(Number);
    present = [blockOfV3000(molfile, 'ATOM').length, blockOfV3000(molfile, 'BOND').length];
  } else {
    // Three columns of ten for the coordinates, and a symbol; bonds are numbers only.
    const atomCount = rest.findIndex((line) => !/^[ \d.+-]{30} *[A-Za-z*]/.test(line));
    const bondCount = rest.slice(atomCount).findIndex((line) => !/^[ \d]*\d[ \d]*$/.test(line));
    present = [atomCount, bondCount];
  }
  if (stated.length !== 2 || stated.every((count, i) => count === present[i])) return null;
  if (!stated.every(Number.isInteger) || present[0] === 0) return null;
  return `its counts line says ${stated[0]} atoms and ${stated[1]} bonds, but there are ${present[0]} and ${present[1]}`;
}

function withHydrogens(mol: Mol, shown: string): RDKitReading {
  refuseLarge(mol.get_num_atoms(true), shown);
  mol.add_hs_in_place();
  const reading = readCommonChem(mol.get_json());
  refuseUnsupported(reading, mol, shown);
  return reading;
}

function finish(mol: Mol, name: string, shown: string, mapNumbers: readonly number[]): Molecule {
  const { graph } = withHydrogens(mol, shown);
  const order = orderOfMaps(mapNumbers, graph.atoms.length);
  if (order === null) return moleculeFromGraph(graph, name, mapNumbers, null);
  return moleculeFromGraph(
    renumber(graph, order),
    name,
    order.map((old) => mapNumbers[old] ?? 0),
    null,
  );
}

/** Order that the map numbers 1 to n of all written atoms ask for, added hydrogens last; null if they ask for none. */
function orderOfMaps(mapNumbers: readonly number[], atomCount: number): number[] | null {
  const order: number[] = [];
  mapNumbers.forEach((map, index) => (order[map - 1] = index));
  const complete = mapNumbers.length > 0 && order.length === mapNumbers.length && !mapNumbers.includes(0);
  if (!complete || new Set(mapNumbers).size !== mapNumbers.length) return null;
  for (let added = mapNumbers.length; added < atomCount; added++) order.push(added);
  return order;
}

function refuseLarge(heavyAtoms: number, shown: string): void {
  if (heavyAtoms > MAX_HEAVY_ATOMS)
    throw new MoleculeError(
      'too-large',
      `The molecule ${shown} has ${heavyAtoms} heavy atoms, more than ${MAX_HEAVY_ATOMS}.`,
    );
}

function refuseUnsupported(
  { graph, radicals, oddBonds, queryAtoms }: RDKitReading,
  mol: Mol,
  shown: string,
): void {
  const who = (index: number): string =>
    `atom ${index + 1} (${elementSymbol(at(graph.atoms, index).element)})`;
  if (graph.atoms.length === 0) throw new MoleculeError('unreadable', `The molecule ${shown} has no atoms.`);
  const [query] = queryAtoms;
  if (query !== undefined)
    throw new MoleculeError(
      'unsupported-element',
      `In ${shown} atom ${query + 1} stands for several elements, as in a search pattern: give one molecule.`,
    );
  const placeholder = graph.atoms.findIndex(({ element }) => element === 0);
  if (placeholder >= 0)
    throw new MoleculeError(
      'unsupported-element',
      `In ${shown} atom ${placeholder + 1} is a place holder (*), not an element: put in what is to be there, such as a methyl group.`,
    );
  const parts = connectedParts(graph).length;
  if (parts > 1)
    throw new MoleculeError(
      'mixture',
      `The molecule ${shown} is a salt or mixture of ${parts} parts, ${listOfParts(mol)}: give the one part that is to be parametrised.`,
    );
  const unusual = graph.atoms.findIndex(({ element }) => !isOrganicElement(element));
  if (unusual >= 0)
    throw new MoleculeError(
      'unsupported-element',
      `In ${shown} ${who(unusual)} is of an element that is not supported here, as metals and their ions are not; supported are ${organicElements().join(', ')}.`,
    );
  const charged = graph.atoms.findIndex(({ formalCharge }) => Math.abs(formalCharge) > MAX_ATOM_CHARGE);
  if (charged >= 0)
    throw new MoleculeError(
      'unreadable',
      `In ${shown} ${who(charged)} has a charge that no atom of a molecule has.`,
    );
  const [odd] = oddBonds;
  if (odd !== undefined)
    throw new MoleculeError(
      'unreadable',
      `In ${shown} the bond between ${who(odd[0])} and ${who(odd[1])} is neither single, double nor triple: draw it as one of these.`,
    );
  const [radical] = radicals;
  if (radical !== undefined)
    throw new MoleculeError(
      'radical',
      `In ${shown} ${who(radical)} has unpaired electrons: radicals are not supported; a hydrogen or a charge may be missing.`,
    );
}

/** SMILES of the parts, each once. Takes the hydrogens off. */
function listOfParts(mol: Mol): string {
  mol.remove_hs_in_place();
  const smiles = mol.get_smiles();
  const parts = [...new Set(smiles.split('.'))];
  return `${parts.slice(0, 4).map(quote).join(', ')}${parts.length > 4 ? '...' : ''}`;
}

/** On one line, and not the whole of a long text. */
export function quote(text: string): string {
  const quoted = JSON.stringify(text);
  return quoted.length > 62 ? `${quoted.slice(0, 58)}..."` : quoted;
}

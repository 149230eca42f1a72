import { elementSymbol, isOrganicElement } from './elements';
import { at, connectedParts, readCommonChem, renumber, type RDKitReading } from './graph';
import type { Molecule } from './molecule';
import { MoleculeError } from './molecule-error';
import { EXPLICIT_HYDROGENS, readWithReason, usingMol, type Mol } from './rdkit';
import { nestingDepth, writtenAtoms } from './smiles-atoms';
import { moleculeFromGraph } from './structure';

/** More than any drug-like molecule; rings and matching take time beyond it. */
const MAX_HEAVY_ATOMS = 250;
const MAX_SMILES_CHARACTERS = 20_000;
/** Deeper nesting than a person or a program writes. */
const MAX_SMILES_DEPTH = 500;
const MAX_MOLFILE_CHARACTERS = 1_000_000;
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
    throw new MoleculeError('unreadable', `The SMILES ${shown} is unreadable: ${read.reason}.`);
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
 * Reads an MDL molfile, V2000 or V3000 (of an SD file the first record). Atoms keep their order, missing hydrogens
 * follow. A three-dimensional molfile with all its hydrogens gives `conformerAngstrom` and the stereo of its coordinates.
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
  if ('reason' in read)
    throw new MoleculeError('unreadable', `The molfile ${shown} is unreadable: ${read.reason}.`);
  return usingMol(read.mol, (mol) => finish(mol, title, shown, []));
}

function finish(mol: Mol, name: string, shown: string, mapNumbers: readonly number[]): Molecule {
  const written = mol.get_num_atoms();
  refuseLarge(mol.get_num_atoms(true), shown);
  mol.add_hs_in_place();
  const reading = readCommonChem(mol.get_json());
  refuseUnsupported(reading, shown);
  const { graph } = reading;
  // Hydrogens that were added have no place yet.
  const conformer = graph.atoms.length === written ? reading.conformerAngstrom : null;
  const order = orderOfMaps(mapNumbers, graph.atoms.length);
  if (order === null) return moleculeFromGraph(graph, name, mapNumbers, conformer);
  return moleculeFromGraph(
    renumber(graph, order),
    name,
    order.map((old) => mapNumbers[old] ?? 0),
    conformer,
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

function refuseUnsupported({ graph, radicals, oddBonds }: RDKitReading, shown: string): void {
  const who = (index: number): string =>
    `atom ${index + 1} (${elementSymbol(at(graph.atoms, index).element)})`;
  if (graph.atoms.length === 0) throw new MoleculeError('unreadable', `The molecule ${shown} has no atoms.`);
  const parts = connectedParts(graph).length;
  if (parts > 1)
    throw new MoleculeError(
      'mixture',
      `The molecule ${shown} is a salt or mixture of ${parts} parts: give the one part that is to be parametrised.`,
    );
  graph.atoms.forEach(({ element }, index) => {
    if (element === 0)
      throw new MoleculeError(
        'unsupported-element',
        `In ${shown} atom ${index + 1} is a place holder (*), not an element.`,
      );
    if (!isOrganicElement(element))
      throw new MoleculeError(
        'unsupported-element',
        `In ${shown} ${who(index)} is of an element that no force field here covers.`,
      );
  });
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
      `In ${shown} the bond between ${who(odd[0])} and ${who(odd[1])} is neither single, double nor triple.`,
    );
  const [radical] = radicals;
  if (radical !== undefined)
    throw new MoleculeError(
      'radical',
      `In ${shown} ${who(radical)} has unpaired electrons: radicals are not supported; a hydrogen or a charge may be missing.`,
    );
}

/** On one line, and not the whole of a long text. */
function quote(text: string): string {
  const quoted = JSON.stringify(text);
  return quoted.length > 62 ? `${quoted.slice(0, 58)}..."` : quoted;
}

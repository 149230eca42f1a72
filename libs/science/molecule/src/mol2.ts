import { elementNumber } from './elements';
import { at } from './graph';
import type { Molecule } from './molecule';
import { MoleculeError } from './molecule-error';
import { MAX_MOLECULE_ATOMS, moleculeFromMolfile, quote } from './molecule-input';
import { writeMolfile } from './molfile';

const MAX_MOL2_CHARACTERS = 1_000_000;

interface Mol2Atom {
  element: number;
  /** What follows the dot of the SYBYL type: 3, ar, co2, cat... */
  kind: string;
  position: readonly [number, number, number];
}

interface Mol2Bond {
  begin: number;
  end: number;
  order: 1 | 2 | 3 | 'aromatic';
}

interface Mol2Record {
  name: string;
  atoms: Mol2Atom[];
  bonds: Mol2Bond[];
  /** Of `@<TRIPOS>UNITY_ATOM_ATTR`, by atom. */
  statedCharges: Map<number, number>;
}

/**
 * Reads the first molecule of a TRIPOS MOL2 text. Its coordinates are kept; hydrogens that are missing are placed.
 *
 * MOL2 has no formal charges (but for the attributes of UNITY, which are taken where they are there). They follow
 * from the bonds, where the file has hydrogens: an N with four bonds is positive, an O with one single bond
 * negative. In a file without any hydrogen only what the SYBYL types tell is charged: N.4, O.co2, C.cat.
 *
 * @param name the name in the file where it is left out
 * @throws MoleculeError for what cannot be read, or is no single closed-shell organic molecule
 */
export function moleculeFromMol2(text: string, name?: string): Molecule {
  if (text.length > MAX_MOL2_CHARACTERS)
    throw new MoleculeError('too-large', `The MOL2 record has more than ${MAX_MOL2_CHARACTERS} characters.`);
  const record = parseMol2(text, name);
  const { atoms, bonds } = record;
  const orders = kekulised(record);
  const charges = formalCharges(record, orders);
  refuseMissingHydrogens(record, orders, charges);
  const molfile = writeMolfile({
    title: '',
    dimension: 3,
    atoms: atoms.map(({ element, position }, index) => ({
      element,
      position,
      formalCharge: at(charges, index),
      isotope: 0,
      mapNumber: 0,
    })),
    bonds: bonds.map(({ begin, end }, index) => ({ begin, end, order: at(orders, index), wedge: null })),
    version: 'V3000',
  });
  return moleculeFromMolfile(molfile, record.name);
}

function parseMol2(text: string, name: string | undefined): Mol2Record {
  const lines = text.replace(/\\\r?\n/g, ' ').split(/\r\n|\r|\n/);
  let shown = shownName(name ?? '');
  const fail = (reason: string): never => {
    throw new MoleculeError('unreadable', `The MOL2 record ${shown} is unreadable: ${reason}.`);
  };
  const record: Mol2Record = { name: name ?? '', atoms: [], bonds: [], statedCharges: new Map() };
  const places = new Map<string, number>();
  const left = new Set<string>();
  const bonded = new Set<string>();
  const placeOf = (id: string | undefined, line: number): number =>
    places.get(id ?? '') ?? fail(`line ${line} names the atom ${id ?? ''}, which is not there`);
  let section = '';
  let lineInSection = 0;
  let started = false;
  let counts: string[] = [];
  let attributed = -1;
  let bondLines = 0;
  for (const [index, line] of lines.entries()) {
    const head = /^@<TRIPOS>(\S+)/.exec(line);
    if (head?.[1] !== undefined) {
      section = head[1].toUpperCase();
      if (section === 'MOLECULE' && started) break;
      started ||= section === 'MOLECULE';
      lineInSection = 0;
      continue;
    }
    lineInSection += 1;
    const words = line.split(/\s+/).filter((word) => word !== '');
    if (section === 'MOLECULE') {
      // The only section where a blank line counts: the name may be empty.
      if (lineInSection === 1 && name === undefined) {
        record.name = /^\s*\*+\s*$/.test(line) ? '' : line.trim();
        if (record.name !== '') shown = quote(record.name);
      }
      if (lineInSection === 2) counts = words;
      continue;
    }
    if (words.length === 0 || line.startsWith('#')) continue;
    const number = index + 1;
    if (section === 'ATOM') {
      const [id, , x, y, z, type] = words;
      if (id === undefined || type === undefined) return fail(`line ${number} is no atom`);
      if (places.has(id) || left.has(id)) fail(`line ${number} is a second atom ${id}`);
      const position = [Number(x), Number(y), Number(z)] as const;
      if (!position.every((coordinate) => Math.abs(coordinate) < 1e6))
        fail(`line ${number} has coordinates that are no such numbers`);
      if (type.toUpperCase() === 'LP') {
        left.add(id);
        continue;
      }
      places.set(id, record.atoms.length);
      if (record.atoms.length >= MAX_MOLECULE_ATOMS)
        throw new MoleculeError(
          'too-large',
          `The MOL2 record ${shown} has more than ${MAX_MOLECULE_ATOMS} atoms.`,
        );
      const [symbol = '', kind = ''] = type.split('.');
      record.atoms.push({
        element: elementOfType(type, symbol, record.atoms.length + 1, shown),
        kind,
        position,
      });
    } else if (section === 'BOND') {
      bondLines += 1;
      const [, from, to, type = ''] = words;
      if (left.has(from ?? '') || left.has(to ?? '') || type.toLowerCase() === 'nc') continue;
      const begin = placeOf(from, number);
      const end = placeOf(to, number);
      const order = ORDERS[type.toLowerCase()];
      if (order === undefined)
        return fail(
          `the bond of line ${number} has the type "${type.slice(0, 20)}"; 1, 2, 3, ar and am can be read`,
        );
      const key = begin < end ? `${begin}-${end}` : `${end}-${begin}`;
      if (begin === end || bonded.has(key))
        fail(`the bond of line ${number} is there twice or has but one atom`);
      bonded.add(key);
      record.bonds.push({ begin, end, order });
    } else if (section === 'UNITY_ATOM_ATTR') {
      const [key, value] = words;
      if (key?.toLowerCase() === 'charge') {
        const charge = Number(value);
        if (!Number.isInteger(charge)) fail(`the charge of line ${number} is no whole number`);
        record.statedCharges.set(attributed, charge);
      } else if (/^\d+$/.test(key ?? '')) attributed = placeOf(key, number);
    }
  }
  if (!started) fail('it has no line "@<TRIPOS>MOLECULE"');
  if (record.atoms.length === 0) fail('it has no atoms');
  const [atomCount, bondCount] = counts.map(Number);
  if (atomCount !== places.size + left.size)
    fail(
      `it announces ${counts[0] ?? 'no'} atoms and has ${places.size + left.size}; the file may be cut off`,
    );
  if (bondCount !== undefined && bondCount !== bondLines)
    fail(`it announces ${counts[1] ?? 'no'} bonds and has ${bondLines}; the file may be cut off`);
  return record;
}

const ORDERS: Readonly<Record<string, Mol2Bond['order']>> = { 1: 1, 2: 2, 3: 3, am: 1, ar: 'aromatic' };

const PLACEHOLDERS = new Set(['DU', 'ANY', 'HAL', 'HET', 'HEV']);

function elementOfType(type: string, symbol: string, number: number, shown: string): number {
  if (PLACEHOLDERS.has(symbol.toUpperCase()))
    throw new MoleculeError(
      'unsupported-element',
      `In ${shown} atom ${number} is a place holder (${symbol}), not an element.`,
    );
  const element = /^[A-Z]/.test(symbol)
    ? elementNumber(symbol.slice(0, 1) + symbol.slice(1).toLowerCase())
    : undefined;
  if (element === undefined)
    throw new MoleculeError(
      'unreadable',
      `In ${shown} atom ${number} has the type "${type.slice(0, 20)}", which is no SYBYL atom type: write the file with SYBYL types, not those of a force field.`,
    );
  return element;
}

/** The orders of the bonds in one Kekulé structure. */
function kekulised({ name, atoms, bonds, statedCharges }: Mol2Record): (1 | 2 | 3)[] {
  const orders = bonds.map(({ order }) => order);
  const bondsOf = bondsByAtom(atoms.length, bonds);
  const other = (bond: number, atom: number): number => otherEnd(at(bonds, bond), atom);
  const isTerminalOxygen = (atom: number): boolean =>
    at(atoms, atom).element === 8 && at(bondsOf, atom).length === 1;

  atoms.forEach(({ element, kind }, centre) => {
    const around = at(bondsOf, centre);
    const oxygens = around.filter((bond) => isTerminalOxygen(other(bond, centre)));
    const carboxylic = oxygens.filter((bond) => at(atoms, other(bond, centre)).kind === 'co2');
    const delocalised = oxygens.filter(
      (bond) => orders[bond] === 'aromatic' || (carboxylic.length > 1 && carboxylic.includes(bond)),
    );
    if (delocalised.length > 0) {
      const wanted =
        element === 16 && around.length > 3
          ? Math.max(1, Math.min(2, oxygens.length - (around.length > 4 ? 1 : 0)))
          : 1;
      let doubles = around.filter(
        (bond) => orders[bond] === 2 && isTerminalOxygen(other(bond, centre)),
      ).length;
      for (const bond of delocalised) {
        if (orders[bond] === 2) continue;
        const isInRing =
          around.filter((each) => orders[each] === 'aromatic' && !oxygens.includes(each)).length > 1;
        const makesDouble =
          doubles < wanted && !isInRing && (statedCharges.get(other(bond, centre)) ?? 0) === 0;
        orders[bond] = makesDouble ? 2 : 1;
        if (makesDouble) doubles += 1;
      }
    }
    if (
      element === 6 &&
      kind === 'cat' &&
      !around.some((bond) => orders[bond] === 2) &&
      !statedCharges.get(centre)
    ) {
      const toNitrogen = around.filter((bond) => {
        const nitrogen = other(bond, centre);
        return at(atoms, nitrogen).element === 7 && at(bondsOf, nitrogen).length <= 3;
      });
      const degree = (bond: number): number => at(bondsOf, other(bond, centre)).length;
      const [best] = [...toNitrogen].sort((a, b) => degree(b) - degree(a));
      for (const bond of around) if (orders[bond] === 'aromatic') orders[bond] = 1;
      if (best !== undefined) orders[best] = 2;
    }
    // N-oxides with a double bond, as pentavalent nitrogen is drawn.
    if (element === 7 && around.some((bond) => orders[bond] === 'aromatic'))
      for (const bond of oxygens) if (orders[bond] === 2) orders[bond] = 1;
  });

  const single = (bond: number): boolean => orders[bond] !== 'aromatic';
  const withHydrogens = atoms.some(({ element }) => element === 1);
  const choices = atoms.map(({ element, kind }, atom): DoubleBondChoice => {
    const around = at(bondsOf, atom);
    const degree = around.length;
    const hasDouble = around.some((bond) => orders[bond] === 2 || orders[bond] === 3);
    if (hasDouble || around.every(single)) return { withDouble: Infinity, without: 0 };
    const stated = statedCharges.get(atom);
    if (stated !== undefined && stated !== 0) {
      const takesDouble = (element === 7 && degree === 3) || (element !== 6 && element !== 7 && degree === 2);
      return stated > 0 && takesDouble ? { withDouble: 0, without: 4 } : { withDouble: Infinity, without: 0 };
    }
    switch (element) {
      case 6:
        return degree > 3 ? { withDouble: Infinity, without: 0 } : { withDouble: 0, without: Infinity };
      case 7: {
        if (degree > 3) return { withDouble: Infinity, without: 0 };
        // N+ of an N-oxide, else of a pyridinium.
        const isOxide = around.some((bond) => isTerminalOxygen(other(bond, atom)));
        if (degree === 3) return { withDouble: isOxide ? 0 : kind === 'ar' ? 2 : 3, without: 0 };
        // N- of a deprotonated azole, or N-H where hydrogens are missing.
        return { withDouble: 0, without: kind === 'pl3' ? (withHydrogens ? 2 : 1) : 3 };
      }
      case 5:
      case 15:
        return degree === 2 ? { withDouble: 0, without: 4 } : { withDouble: Infinity, without: 0 };
      case 8:
      case 16:
        return degree === 2 ? { withDouble: 4, without: 0 } : { withDouble: Infinity, without: 0 };
      default:
        return { withDouble: Infinity, without: 0 };
    }
  });
  const doubles = placeDoubleBonds(choices, bonds, (bond) => !single(bond));
  if (doubles === null)
    throw new MoleculeError(
      'unreadable',
      `The MOL2 record ${shownName(name)} is unreadable: no alternating double bonds fit its aromatic bonds. Write them as single and double bonds, and the charge of an ion in @<TRIPOS>UNITY_ATOM_ATTR.`,
    );
  return orders.map((order, bond) => (order === 'aromatic' ? (doubles.has(bond) ? 2 : 1) : order));
}

/** What it costs an atom (in charges that few molecules have) to have a double bond or none of the aromatic ones. */
interface DoubleBondChoice {
  withDouble: number;
  without: number;
}

const MOST_COST = 16;
const MAX_STEPS = 50_000;

/** The aromatic bonds to be double, at the least cost; null if there is no way, or none is found in reasonable time. */
function placeDoubleBonds(
  choices: readonly DoubleBondChoice[],
  bonds: readonly Mol2Bond[],
  isAromatic: (bond: number) => boolean,
): Set<number> | null {
  const aromaticBonds = bonds.flatMap((_, bond) => (isAromatic(bond) ? [bond] : []));
  const bondsOf = bondsByAtom(choices.length, bonds).map((around) => around.filter(isAromatic));
  const doubles = new Set<number>();
  const seen = new Set<number>();
  for (const first of aromaticBonds) {
    const { begin } = at(bonds, first);
    if (seen.has(begin)) continue;
    seen.add(begin);
    const system = [begin];
    for (const atom of system)
      for (const bond of at(bondsOf, atom))
        for (const next of [at(bonds, bond).begin, at(bonds, bond).end])
          if (!seen.has(next)) {
            seen.add(next);
            system.push(next);
          }
    const found = cheapest(system, choices, bonds, bondsOf);
    if (found === null) return null;
    for (const bond of found) doubles.add(bond);
  }
  return doubles;
}

function cheapest(
  system: readonly number[],
  choices: readonly DoubleBondChoice[],
  bonds: readonly Mol2Bond[],
  bondsOf: readonly (readonly number[])[],
): number[] | null {
  const chosen: number[] = [];
  const undecided = new Set(system);
  let steps = 0;
  const other = (bond: number, atom: number): number => otherEnd(at(bonds, bond), atom);
  const search = (budget: number): boolean => {
    if ((steps += 1) > MAX_STEPS) return false;
    let options: { atom: number; bond: number | null; cost: number }[] | null = null;
    for (const atom of undecided) {
      const { withDouble, without } = at(choices, atom);
      const here = at(bondsOf, atom).flatMap((bond) => {
        const partner = other(bond, atom);
        const cost = withDouble + at(choices, partner).withDouble;
        return undecided.has(partner) && cost <= budget ? [{ atom, bond, cost }] : [];
      });
      const all = without <= budget ? [...here, { atom, bond: null, cost: without }] : here;
      if (options === null || all.length < options.length) options = all;
      if (all.length < 2) break;
    }
    if (options === null) return true;
    for (const { atom, bond, cost } of options.sort((a, b) => a.cost - b.cost)) {
      const partner = bond === null ? null : other(bond, atom);
      undecided.delete(atom);
      if (partner !== null) undecided.delete(partner);
      if (bond !== null) chosen.push(bond);
      if (search(budget - cost)) return true;
      if (bond !== null) chosen.pop();
      if (partner !== null) undecided.add(partner);
      undecided.add(atom);
    }
    return false;
  };
  for (let budget = 0; budget <= MOST_COST && steps <= MAX_STEPS; budget++) if (search(budget)) return chosen;
  return null;
}

function formalCharges({ atoms, bonds, statedCharges }: Mol2Record, orders: readonly number[]): number[] {
  const bondsOf = bondsByAtom(atoms.length, bonds);
  const valences = bondsOf.map((around) => around.reduce((sum, bond) => sum + at(orders, bond), 0));
  const withHydrogens = atoms.some(({ element }) => element === 1);
  const neighbours = (atom: number): number[] =>
    at(bondsOf, atom).map((bond) => otherEnd(at(bonds, bond), atom));
  const isQuaternary = (atom: number): boolean => at(atoms, atom).element === 7 && at(valences, atom) === 4;
  return atoms.map(({ element, kind }, atom) => {
    const stated = statedCharges.get(atom);
    if (stated !== undefined) return stated;
    const valence = at(valences, atom);
    const degree = at(bondsOf, atom).length;
    // Without hydrogens in the file an atom with few bonds may as well lack some.
    const isAnion = withHydrogens || (degree === 1 && neighbours(atom).some(isQuaternary));
    switch (element) {
      case 5:
        return valence === 4 ? -1 : 0;
      case 6: {
        const isIsocyanide = valence === 3 && degree === 1 && neighbours(atom).some(isQuaternary);
        return isIsocyanide ? -1 : kind === 'cat' && valence === 3 && degree === 3 ? 1 : 0;
      }
      case 7: {
        if (valence === 4 || kind === '4') return 1;
        const isIminium =
          !withHydrogens &&
          at(bondsOf, atom).some((bond) => at(orders, bond) === 2) &&
          neighbours(atom).some((neighbour) => at(atoms, neighbour).kind === 'cat');
        if (isIminium) return 1;
        return valence === 2 && isAnion ? -1 : 0;
      }
      case 8:
        if (valence === 3) return 1;
        return valence === 1 && (isAnion || kind === 'co2') ? -1 : 0;
      case 15:
        return valence === 4 ? 1 : valence === 6 || (valence === 2 && withHydrogens) ? -1 : 0;
      case 16:
        if (valence === 3 || valence === 5) return 1;
        return valence === 1 && isAnion ? -1 : 0;
      default:
        return 0;
    }
  });
}

/** A carbon that alone lacks its hydrogen is a slip, an ion or a radical: to add one would be to guess. */
function refuseMissingHydrogens(
  { name, atoms, bonds }: Mol2Record,
  orders: readonly number[],
  charges: readonly number[],
): void {
  const isCarbon = (atom: number): boolean => at(atoms, atom).element === 6;
  const isHydrogen = (atom: number): boolean => at(atoms, atom).element === 1;
  const hasCarbonHydrogens = bonds.some(
    ({ begin, end }) => (isCarbon(begin) && isHydrogen(end)) || (isCarbon(end) && isHydrogen(begin)),
  );
  if (!hasCarbonHydrogens) return;
  bondsByAtom(atoms.length, bonds).forEach((around, atom) => {
    const valence = around.reduce((sum, bond) => sum + at(orders, bond), 0);
    if (isCarbon(atom) && valence + Math.abs(at(charges, atom)) < 4)
      throw new MoleculeError(
        'unreadable',
        `In the MOL2 record ${shownName(name)} atom ${atom + 1} (C) has ${valence} bonds, while other carbons have their hydrogens: give it a hydrogen, or its charge in @<TRIPOS>UNITY_ATOM_ATTR.`,
      );
  });
}

function otherEnd({ begin, end }: Mol2Bond, atom: number): number {
  return begin === atom ? end : begin;
}

function shownName(name: string): string {
  return name === '' ? 'without a name' : quote(name);
}

function bondsByAtom(atomCount: number, bonds: readonly Mol2Bond[]): number[][] {
  const bondsOf: number[][] = Array.from({ length: atomCount }, () => []);
  bonds.forEach(({ begin, end }, bond) => {
    at(bondsOf, begin).push(bond);
    at(bondsOf, end).push(bond);
  });
  return bondsOf;
}

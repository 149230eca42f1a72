import type { KekuleStructure, Molecule } from '@bespoke/molecule';
import { ChargeError } from '../charge-error';

/** Bonds that are walked in search of paths, in one molecule; drug-like ions need some thousands. */
const MAX_STEPS = 5_000_000;
/** Forms of one molecule; drug-like ions have some tens, a cyanine dye some hundreds. */
const MAX_FORMS = 20_000;

/**
 * Atoms that can give a pair of electrons or take one, by element, formal charge and ascending bond orders (Gilson,
 * Gilson and Potter, J. Chem. Inf. Comput. Sci. 2003, 43, 1982), and the charge that each has when it can give. When it
 * has given, it can take, and its charge is one higher.
 */
const EXCHANGING: Readonly<Record<string, { donates: boolean; donorCharge: number }>> = {
  '8 -1 1': { donates: true, donorCharge: -1 },
  '8 0 2': { donates: false, donorCharge: -1 },
  '16 -1 1': { donates: true, donorCharge: -1 },
  '16 0 2': { donates: false, donorCharge: -1 },
  '7 0 1,1,1': { donates: true, donorCharge: 0 },
  '7 1 1,1,2': { donates: false, donorCharge: 0 },
  '7 -1 1,1': { donates: true, donorCharge: -1 },
  '7 0 1,2': { donates: false, donorCharge: -1 },
  '7 -1 2': { donates: true, donorCharge: -1 },
  '7 0 3': { donates: false, donorCharge: -1 },
};

/** A part of the molecule in which electrons can move; its atoms and bonds are numbered from 0. */
interface ConjugatedPart {
  /** Indices in the molecule. */
  readonly atoms: readonly number[];
  /** Of each atom: the neighbours within the part and the bonds to them. */
  readonly steps: readonly (readonly { readonly to: number; readonly bond: number }[])[];
  /** Of each atom: its formal charge as a donor; null for an atom that neither gives nor takes. */
  readonly donorCharges: readonly (number | null)[];
  readonly asDrawn: Form;
}

interface Form {
  /** Of each bond of the part. */
  readonly orders: Uint8Array;
  /** Of each atom: 1 for a donor, 0 for an acceptor and for all others. */
  readonly donates: Uint8Array;
}

/**
 * Formal charge of each atom, the mean over the resonance forms with the fewest charges. Forms arise when pairs of
 * electrons move from donors to acceptors along paths of lower and higher bonds in turn; forms that differ in nothing
 * but bond orders count once, and lead to the same others: paths that end elsewhere do not need the double bonds of a
 * ring to lie one way.
 *
 * @throws ChargeError too-many-resonance-forms
 */
export function averageFormalCharges(molecule: Molecule, structure: KekuleStructure): Float64Array {
  const averages = Float64Array.from(structure.formalCharges);
  const left = { forms: MAX_FORMS, steps: MAX_STEPS };
  for (const part of conjugatedParts(molecule, structure)) {
    const best = leastCharged(part, formsOf(part, left, molecule.name));
    part.donorCharges.forEach((donorCharge, atom) => {
      if (donorCharge === null) return;
      const donating = best.filter((form) => form.donates[atom] === 1).length;
      averages[part.atoms[atom] ?? -1] = donorCharge + 1 - donating / best.length;
    });
  }
  return averages;
}

/**
 * Connected atoms without hydrogens and saturated carbons, where there is both a donor and an acceptor, and one of them
 * is charged: without a charge the form that is drawn is the only one with none.
 */
function conjugatedParts(molecule: Molecule, structure: KekuleStructure): ConjugatedPart[] {
  const ordersAt: number[][] = molecule.atoms.map(() => []);
  molecule.bonds.forEach(({ begin, end }, bond) => {
    const order = structure.bondOrders[bond] ?? 1;
    ordersAt[begin]?.push(order);
    ordersAt[end]?.push(order);
  });
  const kinds = molecule.atoms.map(
    ({ element }, atom) =>
      `${element} ${structure.formalCharges[atom]} ${(ordersAt[atom] ?? []).sort((a, b) => a - b).join()}`,
  );
  const bondsAt: { to: number; order: number; index: number }[][] = molecule.atoms.map(() => []);
  molecule.bonds.forEach(({ begin, end }, index) => {
    const order = structure.bondOrders[index] ?? 1;
    bondsAt[begin]?.push({ to: end, order, index });
    bondsAt[end]?.push({ to: begin, order, index });
  });
  const takesPart = molecule.atoms.map(({ element }, atom) => element !== 1 && kinds[atom] !== '6 0 1,1,1,1');

  const parts: ConjugatedPart[] = [];
  const place = molecule.atoms.map(() => -1);
  molecule.atoms.forEach((_, start) => {
    if (!takesPart[start] || place[start] !== -1) return;
    const atoms = [start];
    place[start] = 0;
    const bonds = new Map<number, number>();
    const orders: number[] = [];
    for (let next = 0; next < atoms.length; next++)
      for (const { to, order, index } of bondsAt[atoms[next] ?? -1] ?? []) {
        if (!takesPart[to]) continue;
        if (place[to] === -1) place[to] = atoms.push(to) - 1;
        if (!bonds.has(index)) {
          bonds.set(index, orders.length);
          orders.push(order);
        }
      }
    const exchanging = atoms.map((atom) => EXCHANGING[kinds[atom] ?? ''] ?? null);
    const donors = exchanging.some((atom) => atom?.donates === true);
    const acceptors = exchanging.some((atom) => atom?.donates === false);
    const charged = exchanging.some((atom, i) => atom && structure.formalCharges[atoms[i] ?? -1] !== 0);
    if (!donors || !acceptors || !charged) return;
    parts.push({
      atoms,
      steps: atoms.map((atom) =>
        (bondsAt[atom] ?? [])
          .filter(({ to }) => takesPart[to])
          .map(({ to, index }) => ({ to: place[to] ?? -1, bond: bonds.get(index) ?? -1 })),
      ),
      donorCharges: exchanging.map((atom) => atom?.donorCharge ?? null),
      asDrawn: {
        orders: Uint8Array.from(orders),
        donates: Uint8Array.from(exchanging, (atom) => (atom?.donates ? 1 : 0)),
      },
    });
  });
  return parts;
}

/** Every form that moves of electrons lead to, one for each set of donors. */
function formsOf(part: ConjugatedPart, left: { forms: number; steps: number }, name: string): Form[] {
  const forms = [part.asDrawn];
  const known = new Set([keyOf(part.asDrawn.donates)]);
  const path: number[] = [];
  const onPath = new Uint8Array(part.atoms.length);

  const walk = (form: Form, donor: number, atom: number, lowerOrder: number): void => {
    for (const { to, bond } of part.steps[atom] ?? []) {
      if (onPath[to] === 1) continue;
      if (--left.steps < 0) throw tooMany(name);
      const order = form.orders[bond] ?? 0;
      if (path.length > 0 && order !== lowerOrder + (path.length % 2)) continue;
      path.push(bond);
      onPath[to] = 1;
      if (path.length % 2 === 0 && form.donates[to] === 0 && part.donorCharges[to] !== null)
        move(form, donor, to);
      walk(form, donor, to, path.length === 1 ? order : lowerOrder);
      onPath[to] = 0;
      path.pop();
    }
  };
  const move = (form: Form, donor: number, acceptor: number): void => {
    const donates = form.donates.slice();
    donates[donor] = 0;
    donates[acceptor] = 1;
    const key = keyOf(donates);
    if (known.has(key)) return;
    if (--left.forms < 0) throw tooMany(name);
    known.add(key);
    const orders = form.orders.slice();
    path.forEach((bond, place) => (orders[bond] = (orders[bond] ?? 0) + (place % 2 === 0 ? 1 : -1)));
    forms.push({ orders, donates });
  };

  for (let next = 0; next < forms.length; next++) {
    const form = forms[next] ?? part.asDrawn;
    form.donates.forEach((donates, donor) => {
      if (donates !== 1) return;
      onPath[donor] = 1;
      walk(form, donor, donor, 0);
      onPath[donor] = 0;
    });
  }
  return forms;
}

function leastCharged({ donorCharges }: ConjugatedPart, forms: readonly Form[]): Form[] {
  const charges = forms.map(({ donates }) =>
    donorCharges.reduce<number>(
      (sum, donorCharge, atom) =>
        donorCharge === null ? sum : sum + Math.abs(donorCharge + 1 - (donates[atom] ?? 0)),
      0,
    ),
  );
  const least = Math.min(...charges);
  return forms.filter((_, index) => charges[index] === least);
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function tooMany(name: string): ChargeError {
  return new ChargeError(
    'too-many-resonance-forms',
    `${name || 'The molecule'} has too many resonance forms for NAGL charges: its charges and double bonds can be drawn in more than ${MAX_FORMS} ways. Choose another charge model, such as am1bcc.`,
  );
}

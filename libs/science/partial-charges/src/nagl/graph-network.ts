import { rankKeys, type Molecule } from '@bespoke/molecule';
import { splitByNeighbours } from './connectivity-classes';
import type { DenseLayer, NaglWeights } from './weights';

/** Elements and numbers of neighbours, in the order of the model's inputs. */
export const NAGL_ELEMENTS: readonly number[] = [6, 8, 1, 7, 16, 9, 35, 17, 53, 15];
export const MAX_NEIGHBOURS = 6;
const RING_SIZES = [3, 4, 5, 6];

/** One row for each class of atoms. */
interface Rows {
  readonly count: number;
  readonly width: number;
  readonly values: Float64Array;
}

/**
 * Charges in e as NAGL's graph network gives them. Each atom starts from its element, its number of neighbours, its
 * mean formal charge and the sizes of its rings; six rounds mix in the mean of the neighbours (GraphSAGE: Hamilton,
 * Ying, Leskovec 2017). Every atom ends with a charge q0, an electronegativity chi and a hardness eta, and charge flows
 * until the sum is the formal charge Q (Gilson, Gilson, Potter 2003; Wang et al. 2019):
 *
 *     q = q0 - (chi + (sum q0 - sum chi/eta - Q) / sum 1/eta) / eta
 *
 * A round is done once for each class of atoms with equal surroundings: their charges are equal to the last bit and do
 * not depend on the order of the atoms.
 *
 * @param formalCharges mean over the resonance forms, by atom
 * @param rings atoms of the rings of a smallest set
 */
export function networkCharges(
  molecule: Molecule,
  formalCharges: Float64Array,
  rings: readonly (readonly number[])[],
  { convolutions, hidden, readout }: NaglWeights,
): number[] {
  const inputs = atomInputs(molecule, formalCharges, rings);
  let classes = rankKeys(inputs);
  let rows = rowsOf(representatives(classes).map((atom) => inputs[atom] ?? []));
  for (const layer of convolutions) {
    const next = splitByNeighbours(classes, molecule);
    rows = mixed(product(rows, layer), layer.bias, classes, representatives(next), molecule);
    classes = next;
  }
  const sigmoids = product(rows, hidden);
  addBias(sigmoids, hidden.bias);
  sigmoids.values.forEach((x, i) => (sigmoids.values[i] = 1 / (1 + Math.exp(-x))));
  const answers = product(sigmoids, readout);
  addBias(answers, readout.bias);

  const members = new Float64Array(answers.count);
  for (const own of classes) members[own] = (members[own] ?? 0) + 1;
  const total = molecule.atoms.reduce((sum, atom) => sum + atom.formalCharge, 0);
  const charges = equalised(answers, members, total);
  return classes.map((own) => charges[own] ?? 0);
}

function atomInputs(
  { atoms, neighbours }: Molecule,
  formalCharges: Float64Array,
  rings: readonly (readonly number[])[],
): number[][] {
  const ringSizes = atoms.map(() => new Set<number>());
  for (const ring of rings) for (const atom of ring) ringSizes[atom]?.add(ring.length);
  return atoms.map(({ element }, atom) => [
    ...NAGL_ELEMENTS.map((known) => (known === element ? 1 : 0)),
    ...Array.from({ length: MAX_NEIGHBOURS + 1 }, (_, n) => (neighbours[atom]?.length === n ? 1 : 0)),
    formalCharges[atom] ?? 0,
    ...RING_SIZES.map((size) => (ringSizes[atom]?.has(size) ? 1 : 0)),
  ]);
}

/** An atom of each class. */
function representatives(classes: readonly number[]): number[] {
  const atoms: number[] = [];
  classes.forEach((own, atom) => (atoms[own] ??= atom));
  return atoms;
}

function rowsOf(lists: readonly (readonly number[])[]): Rows {
  const width = lists[0]?.length ?? 0;
  return { count: lists.length, width, values: Float64Array.from(lists.flat()) };
}

/**
 * Rows times weights. After a rectifier some 5 % of the inputs are not zero, so zeros are passed over rather than
 * blocks of a dense product arranged; four inputs at a time, so that an output is loaded and stored once for four.
 */
function product({ count, values }: Rows, { inputs, outputs, weights }: DenseLayer): Rows {
  const products = new Float64Array(count * outputs);
  const active = new Int32Array(inputs + 4);
  for (let row = 0; row < count; row++) {
    const from = row * inputs;
    const into = row * outputs;
    let found = 0;
    for (let k = 0; k < inputs; k++) if (values[from + k] !== 0) active[found++] = k;
    for (let next = 0; next < found; next += 4) {
      const left = found - next;
      const k0 = active[next]!;
      const k1 = left > 1 ? active[next + 1]! : k0;
      const k2 = left > 2 ? active[next + 2]! : k0;
      const k3 = left > 3 ? active[next + 3]! : k0;
      const x0 = values[from + k0]!;
      const x1 = left > 1 ? values[from + k1]! : 0;
      const x2 = left > 2 ? values[from + k2]! : 0;
      const x3 = left > 3 ? values[from + k3]! : 0;
      const [w0, w1, w2, w3] = [k0 * outputs, k1 * outputs, k2 * outputs, k3 * outputs];
      for (let j = 0; j < outputs; j++)
        products[into + j] =
          products[into + j]! +
          x0 * weights[w0 + j]! +
          x1 * weights[w1 + j]! +
          x2 * weights[w2 + j]! +
          x3 * weights[w3 + j]!;
    }
  }
  return { count, width: outputs, values: products };
}

/**
 * The second half of a convolution: an atom's own product (left half of its row) and the mean of its neighbours' (right
 * halves), rectified, for one atom of each class.
 *
 * @param classes of atoms, by which `products` has its rows
 */
function mixed(
  { width, values }: Rows,
  bias: Float32Array,
  classes: readonly number[],
  atoms: readonly number[],
  { neighbours }: Molecule,
): Rows {
  const half = width / 2;
  const results = new Float64Array(atoms.length * half);
  atoms.forEach((atom, row) => {
    const result = results.subarray(row * half, (row + 1) * half);
    // In the order of classes, not of atoms, so that the sum's last bit does not depend on the latter.
    const around = (neighbours[atom] ?? [])
      .map((neighbour) => classes[neighbour] ?? -1)
      .sort((a, b) => a - b);
    for (const neighbour of around) {
      const start = neighbour * width + half;
      for (let j = 0; j < half; j++) result[j] = result[j]! + values[start + j]!;
    }
    const own = (classes[atom] ?? -1) * width;
    const share = around.length === 0 ? 0 : 1 / around.length;
    for (let j = 0; j < half; j++) result[j] = Math.max(0, values[own + j]! + bias[j]! + share * result[j]!);
  });
  return { count: atoms.length, width: half, values: results };
}

function addBias({ width, values }: Rows, bias: Float32Array): void {
  values.forEach((value, i) => (values[i] = value + (bias[i % width] ?? 0)));
}

/** Charge of each class from its q0, chi and eta; `members` are the numbers of atoms in the classes. */
function equalised({ count, values }: Rows, members: Float64Array, total: number): Float64Array {
  const charges = new Float64Array(count);
  const softness = new Float64Array(count);
  let [surplus, sumOfSoftness] = [-total, 0];
  for (let row = 0; row < count; row++) {
    const [initial = 0, electronegativity = 0, hardness = 1] = values.subarray(3 * row, 3 * row + 3);
    softness[row] = 1 / hardness;
    charges[row] = initial - electronegativity / hardness;
    surplus += (members[row] ?? 0) * (charges[row] ?? 0);
    sumOfSoftness += (members[row] ?? 0) / hardness;
  }
  return charges.map((charge, row) => charge - (surplus / sumOfSoftness) * (softness[row] ?? 0));
}

import type { TorsionTerm } from '@bespoke/smirnoff';
import { DEGREES_PER_RADIAN } from '@bespoke/units';

/**
 * Torsions as Fourier series of their angle. The cosine terms k/idivf·(1 + cos(nφ − γ)) of one torsion, any
 * number of them with any phases, are c₀ + Σₙ (aₙ cos nφ + bₙ sin nφ): evaluated by recurrence from cos φ and
 * sin φ, which come from the positions without any trigonometric function.
 */
export interface TorsionSeries {
  /** Four atoms each. */
  atoms: Int32Array;
  /** The highest n. */
  order: number;
  /** For each torsion c₀, a₁ … a_order, b₁ … b_order in kcal/mol. */
  coefficientsKcalPerMol: Float64Array;
  axes: TorsionAxes;
}

/** How many numbers an evaluation keeps of each arm. */
export const ARM_STRIDE = 5;

/** The torsions by the two atoms in their middle, the axis. Atoms are given as 3·atom, where their coordinates start. */
export interface TorsionAxes {
  /** Two atoms each. */
  atoms: Int32Array;
  /** For each axis where its arms start and where its turns start; at the end, where they would go on. */
  rows: Int32Array;
  /** Atoms that a torsion ends with. */
  arms: Int32Array;
  /** Of each torsion: the arm it goes from, the arm it goes to, both as ARM_STRIDE·arm, and where its coefficients start. */
  turns: Int32Array;
}

export function torsionSeries(
  torsions: readonly { atoms: readonly number[]; terms: readonly TorsionTerm[] }[],
): TorsionSeries {
  const order = Math.max(0, ...torsions.flatMap((torsion) => torsion.terms.map((term) => term.periodicity)));
  const series: TorsionSeries = {
    atoms: Int32Array.from(torsions.flatMap((torsion) => torsion.atoms)),
    order,
    coefficientsKcalPerMol: new Float64Array(torsions.length * (2 * order + 1)),
    axes: torsionAxes(torsions, 2 * order + 1),
  };
  torsions.forEach((torsion, index) => {
    for (const term of torsion.terms) addCosineTerm(series, index, term);
  });
  return series;
}

function torsionAxes(torsions: readonly { atoms: readonly number[] }[], stride: number): TorsionAxes {
  interface Axis {
    atoms: [number, number];
    /** Atom to arm, counted from the first one of this axis. */
    arms: Map<number, number>;
    torsions: { from: number; to: number; start: number }[];
  }
  const axes = new Map<string, Axis>();
  torsions.forEach(({ atoms }, index) => {
    // Read backwards a torsion is the same.
    const [i, j, k, l] = (atoms[1]! < atoms[2]! ? atoms : atoms.toReversed()) as [
      number,
      number,
      number,
      number,
    ];
    const axis: Axis = axes.get(`${j}-${k}`) ?? { atoms: [j, k], arms: new Map(), torsions: [] };
    axes.set(`${j}-${k}`, axis);
    for (const atom of [i, l]) if (!axis.arms.has(atom)) axis.arms.set(atom, axis.arms.size);
    axis.torsions.push({ from: axis.arms.get(i)!, to: axis.arms.get(l)!, start: index * stride });
  });
  const laidOut = { atoms: [] as number[], rows: [0, 0], arms: [] as number[], turns: [] as number[] };
  for (const { atoms, arms, torsions: about } of axes.values()) {
    const firstArm = laidOut.arms.length;
    laidOut.atoms.push(...atoms.map((atom) => 3 * atom));
    for (const atom of arms.keys()) laidOut.arms.push(3 * atom);
    for (const { from, to, start } of about) {
      laidOut.turns.push(ARM_STRIDE * (firstArm + from), ARM_STRIDE * (firstArm + to), start);
    }
    laidOut.rows.push(laidOut.arms.length, laidOut.turns.length);
  }
  return {
    atoms: Int32Array.from(laidOut.atoms),
    rows: Int32Array.from(laidOut.rows),
    arms: Int32Array.from(laidOut.arms),
    turns: Int32Array.from(laidOut.turns),
  };
}

/** Adds a term to one torsion in place; a negative k takes it away. Its periodicity is within the order. */
export function addCosineTerm(series: TorsionSeries, torsion: number, term: TorsionTerm): void {
  const start = torsion * (2 * series.order + 1);
  const amplitude = term.kKcalPerMol / term.idivf;
  const phase = term.phaseDegrees / DEGREES_PER_RADIAN;
  const coefficients = series.coefficientsKcalPerMol;
  coefficients[start]! += amplitude;
  coefficients[start + term.periodicity]! += amplitude * Math.cos(phase);
  coefficients[start + series.order + term.periodicity]! += amplitude * Math.sin(phase);
}

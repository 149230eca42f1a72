import type { Adjustable } from './adjustable';
import { nonbondedGradient } from './nonbonded';
import { vdwCoefficients, type MechanicsSystem, type NonbondedPairs } from './system';

/** ε of the van der Waals parameter that atoms share; more than 0, where √(εᵢεⱼ) has no slope. */
export function adjustableEpsilon(all: NonbondedPairs, atoms: readonly number[]): Adjustable {
  const pairs = pairsWith(all, atoms);
  return {
    isLinear: false,
    shift: (system, by) => {
      for (const atom of atoms) system.vdw.epsilonKcalPerMol[atom]! += by;
      renewCoefficients(system, pairs);
    },
    slope: (system, x, gradient) => {
      // d√(εᵢεⱼ)/dε = √(εᵢεⱼ)/2ε for each of the two atoms that has this ε.
      const relative = 1 / (2 * system.vdw.epsilonKcalPerMol[atoms[0]!]!);
      return slopeOf(pairs, x, gradient, ({ pair, members }) => {
        const { coefficients } = system.pairs;
        const share = members * relative;
        return [share * coefficients[3 * pair]!, share * coefficients[3 * pair + 1]!];
      });
    },
  };
}

/**
 * The radius of the van der Waals parameter that atoms share.
 *
 * @param rminHalfPerUnit 1 where the figure is Rmin/2, 2^(1/6)/2 where it is σ
 */
export function adjustableVdwRadius(
  all: NonbondedPairs,
  atoms: readonly number[],
  rminHalfPerUnit: number,
): Adjustable {
  const pairs = pairsWith(all, atoms);
  return {
    isLinear: false,
    shift: (system, by) => {
      for (const atom of atoms) system.vdw.rminHalfAngstrom[atom]! += rminHalfPerUnit * by;
      renewCoefficients(system, pairs);
    },
    slope: (system, x, gradient) =>
      slopeOf(pairs, x, gradient, ({ pair, i, j, members }) => {
        const { coefficients } = system.pairs;
        const { rminHalfAngstrom } = system.vdw;
        // A goes as Rmin¹² and B as Rmin⁶, with Rmin the sum of the halves.
        const share = (members * rminHalfPerUnit) / (rminHalfAngstrom[i]! + rminHalfAngstrom[j]!);
        return [12 * share * coefficients[3 * pair]!, 6 * share * coefficients[3 * pair + 1]!];
      }),
  };
}

interface PairsOfParameter {
  rows: Int32Array;
  partners: Int32Array;
  /** Of each: its place among all pairs, its atoms, and how many of the two have the parameter. */
  places: { pair: number; i: number; j: number; members: number }[];
}

function pairsWith({ rows, partners }: NonbondedPairs, atoms: readonly number[]): PairsOfParameter {
  const has = new Set(atoms);
  const places: PairsOfParameter['places'] = [];
  const ownRows = new Int32Array(rows.length);
  for (let i = 0; i + 1 < rows.length; i++) {
    for (let pair = rows[i]!; pair < rows[i + 1]!; pair++) {
      const j = partners[pair]! / 3;
      const members = (has.has(i) ? 1 : 0) + (has.has(j) ? 1 : 0);
      if (members > 0) places.push({ pair, i, j, members });
    }
    ownRows[i + 1] = places.length;
  }
  return { rows: ownRows, partners: Int32Array.from(places, ({ j }) => 3 * j), places };
}

function renewCoefficients(
  { vdw, pairs: { coefficients } }: MechanicsSystem,
  { places }: PairsOfParameter,
): void {
  for (const { pair, i, j } of places) {
    [coefficients[3 * pair], coefficients[3 * pair + 1]] = vdwCoefficients(vdw, pair, i, j);
  }
}

/** Energy of A/r¹² − B/r⁶ whose A and B are those of the pairs differentiated by the figure. */
function slopeOf(
  { rows, partners, places }: PairsOfParameter,
  x: Float64Array,
  gradient: Float64Array,
  differentiated: (place: PairsOfParameter['places'][number]) => readonly [number, number],
): number {
  const coefficients = Float64Array.from(places.flatMap((place) => [...differentiated(place), 0]));
  return nonbondedGradient({ rows, partners, coefficients }, x, gradient);
}

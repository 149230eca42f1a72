import { factorise, solveFactorised } from '@bespoke/mechanics';
import { gridDegrees, gridNeighbours, gridOf, type Grid } from '@bespoke/torsion-drive';
import { DEGREES_PER_RADIAN } from '@bespoke/units';
import { DeltaLearningError } from './delta-learning-error';
import { pointsByGridIndex, type LowLevelScan } from './scan';

/**
 * Up to how many periods a turn the spectrum of high − low level is flat: torsions have terms of one to three periods.
 * Beyond, it falls with twice the order as its power. Chosen on half the development drives, GFN2 and B3LYP-D3BJ/DZVP,
 * so that errors and standard errors are equally large after 6, 8, 10 and 12 points.
 */
const CORNER_FREQUENCY = 2.8;
const ORDER = 4;

/** Two dihedrals every 15 degrees have 576. */
const MAX_GRID_POINTS = 1000;

/**
 * Prior covariance of high − low level between the points of a scan, row-major, in units of its usual variance over a
 * turn: a stationary process on the graph of the grid (V. Borovitskiy et al., AISTATS 2021, arXiv:2010.15538),
 *
 *   K ∝ (κ^2p + L^p)^−1, L the graph's Laplacian, each edge with the conductance 1/(spacing in radians)².
 *
 * On the whole circle this is the periodic process with the spectrum 1/(κ^2p + n^2p), n in periods a turn (that of
 * Butterworth's filters); ranges, several dihedrals and grids with holes need nothing else. Where the geometry moves
 * further than usual from one point to the next, the conductance is as much smaller: across a jump to another basin,
 * points know little of each other.
 *
 * @throws DeltaLearningError
 */
export function differenceCovariance(scan: LowLevelScan): Float64Array {
  const grid = gridOf(scan.grid);
  if (grid.size > MAX_GRID_POINTS) {
    throw new DeltaLearningError(
      'bad-scan',
      `A grid of ${grid.size} points is too large; ${MAX_GRID_POINTS} can be corrected. Take a larger spacing.`,
    );
  }
  const pointAt = pointsByGridIndex(grid, scan.points);
  let precision = laplacian(grid, stretches(grid, scan, pointAt));
  for (let power = 1; power < ORDER; power *= 2) precision = squared(precision, grid.size);
  for (let i = 0; i < grid.size; i++) precision[i * grid.size + i]! += CORNER_FREQUENCY ** (2 * ORDER);
  const covariance = inverse(precision, grid.size);
  const usual = usualVariance(grid);
  const size = scan.points.length;
  const ofPoints = new Float64Array(size * size);
  for (const [row, i] of pointAt)
    for (const [column, j] of pointAt) ofPoints[i * size + j] = covariance[row * grid.size + column]! / usual;
  return ofPoints;
}

/** How many times its usual length along their dihedral the longer steps have, by `edgeName`. */
function stretches(
  grid: Grid,
  { steps }: LowLevelScan,
  pointAt: ReadonlyMap<number, number>,
): Map<string, number> {
  const indexOf = new Map([...pointAt].map(([index, point]) => [point, index]));
  const placed = steps.map(({ points: [a, b], rmsdAngstrom }) => {
    const [i, j] = [indexOf.get(a), indexOf.get(b)];
    if (i === undefined || j === undefined || !gridNeighbours(grid, i).includes(j)) {
      throw new DeltaLearningError(
        'bad-scan',
        `There is a step from point ${a} to ${b} of the scan, which are no neighbours on its grid.`,
      );
    }
    return { edge: edgeName(i, j), axis: axisBetween(grid, i, j), rmsdAngstrom };
  });
  const long = new Map<string, number>();
  for (const axis of grid.axes.keys()) {
    const along = placed.filter((step) => step.axis === axis);
    const usual = median(along.map(({ rmsdAngstrom }) => rmsdAngstrom));
    for (const { edge, rmsdAngstrom } of along)
      if (rmsdAngstrom > usual) long.set(edge, rmsdAngstrom / usual);
  }
  return long;
}

function laplacian(grid: Grid, stretch: ReadonlyMap<string, number>): Float64Array {
  const matrix = new Float64Array(grid.size ** 2);
  for (let i = 0; i < grid.size; i++) {
    for (const j of gridNeighbours(grid, i)) {
      const { spacingDegrees } = grid.axes[axisBetween(grid, i, j)]!;
      const conductance = (DEGREES_PER_RADIAN / spacingDegrees) ** 2 / (stretch.get(edgeName(i, j)) ?? 1);
      matrix[i * grid.size + i]! += conductance;
      matrix[i * grid.size + j]! -= conductance;
    }
  }
  return matrix;
}

/** The dihedral that two neighbours differ in. */
function axisBetween(grid: Grid, i: number, j: number): number {
  const there = gridDegrees(grid, j);
  return gridDegrees(grid, i).findIndex((degrees, axis) => degrees !== there[axis]);
}

function edgeName(i: number, j: number): string {
  return `${Math.min(i, j)}-${Math.max(i, j)}`;
}

/** Of the process on the whole circle of each dihedral, without the constant, which no relative energy has in it. */
function usualVariance({ axes }: Grid): number {
  let eigenvalues = [0];
  for (const { spacingDegrees } of axes) {
    const steps = 360 / spacingDegrees;
    const spacing = spacingDegrees / DEGREES_PER_RADIAN;
    const own = Array.from(
      { length: steps },
      (_, n) => ((2 * Math.sin((Math.PI * n) / steps)) / spacing) ** 2,
    );
    eigenvalues = eigenvalues.flatMap((sum) => own.map((eigenvalue) => sum + eigenvalue));
  }
  const spectrum = eigenvalues.map(
    (eigenvalue) => 1 / (CORNER_FREQUENCY ** (2 * ORDER) + eigenvalue ** ORDER),
  );
  return spectrum.slice(1).reduce((sum, value) => sum + value, 0) / spectrum.length;
}

/** Of a positive definite matrix. */
function inverse(matrix: Float64Array, size: number): Float64Array {
  const factor = matrix.slice();
  factorise(factor, size);
  const rows = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const unit = rows.subarray(row * size, (row + 1) * size);
    unit[row] = 1;
    solveFactorised(factor, size, unit);
  }
  return rows;
}

/** The square of a symmetric matrix. */
function squared(matrix: Float64Array, size: number): Float64Array {
  const square = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += matrix[i * size + k]! * matrix[j * size + k]!;
      square[i * size + j] = square[j * size + i] = sum;
    }
  }
  return square;
}

/** Of none, NaN. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

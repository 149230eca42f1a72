import { ANGSTROM_PER_BOHR } from '@bespoke/units';
import { addScaled, cartesianMatrix, norm, rigidMotions, solver, toInternal } from './cartesian-space';
import { changedConnectivity } from './connectivity';
import { constrainStep, evaluateConstraints, type HeldTorsion } from './constraints';
import { isConverged, maxOverAtoms, rmsOverAtoms } from './convergence';
import { positionsAt } from './displacement';
import {
  differences,
  evaluate,
  type CoordinateValues,
  type InternalCoordinate,
} from './internal-coordinates';
import { modelForceConstants } from './model-hessian';
import { OptimizationError } from './optimization-error';
import { updateHessian } from './quasi-newton';
import { outgrown, redundantCoordinates } from './redundant-coordinates';
import { readRequest, type OptimizationRequest } from './request';
import { modelChange, restrictedStep, type QuadraticModel } from './trust-region';

/** Raised with every change after which the same gradients lead to other digits. */
export const OPTIMIZER_VERSION = 1;

export interface EnergyAndGradient {
  energyHartree: number;
  /** Flat, in the order of the geometry. */
  gradientHartreePerBohr: ArrayLike<number>;
}

/** What computes energies: any program, or a force field. */
export type GradientProvider = (
  geometryAngstrom: Float64Array,
) => EnergyAndGradient | Promise<EnergyAndGradient>;

export interface OptimizedGeometry {
  geometryAngstrom: Float64Array;
  energyHartree: number;
  /** How many gradients it took. */
  gradientCount: number;
}

const MAX_GRADIENTS = 300;

/** The trust radius: how far a step goes, as the norm of its changes of internal coordinates, bohr and radians. */
const START_TRUST = 0.4;
const MIN_TRUST = 0.01;
const MAX_TRUST = 1.5;

/** An energy that rises by no more than this may be the program's own noise. */
const NOISE_HARTREE = 1e-6;

/** Where a held dihedral cannot be turned to its angle at once, it goes so far in a step, and the rest relaxes with it. */
const TURN_RADIANS = (10 * Math.PI) / 180;
const ON_TARGET_RADIANS = 1e-5;

/** A geometry, bohr, with what has been computed there. */
interface ComputedGeometry {
  x: Float64Array;
  energy: number;
  gradient: Float64Array;
}

/** The same in internal coordinates. */
interface Point extends ComputedGeometry {
  internals: CoordinateValues;
  rigidMotions: Float64Array[];
  /** Bᵀ·B: what a step's length is measured by. */
  metric: Float64Array;
  internalGradient: Float64Array;
}

/**
 * Relaxes a molecule to the nearest minimum under which dihedrals are held: a quasi-Newton method in redundant internal
 * coordinates (Peng, Ayala, Schlegel, Frisch, J. Comput. Chem. 17, 49 (1996)) with a trust radius, from the model Hessian
 * of Fischer and Almlöf. Held dihedrals are turned to their angles before anything is computed, and every step keeps
 * them there exactly. Deterministic: the same gradients give the same steps.
 * @throws OptimizationError, or what the provider throws
 */
export async function optimizeGeometry(
  request: OptimizationRequest,
  provider: GradientProvider,
): Promise<OptimizedGeometry> {
  const { elements, bonds, maxGradients = MAX_GRADIENTS } = request;
  const { positions, held } = readRequest(request);
  let gradientCount = 0;
  const compute = async (x: Float64Array): Promise<ComputedGeometry> => {
    gradientCount++;
    const { energyHartree, gradientHartreePerBohr } = await provider(inAngstrom(x));
    const gradient = Float64Array.from(gradientHartreePerBohr);
    if (!Number.isFinite(energyHartree) || gradient.length !== x.length || !gradient.every(Number.isFinite)) {
      throw new OptimizationError(
        'not-finite',
        `gradient ${gradientCount}: the energy (${energyHartree}) or one of ${gradient.length} numbers is not finite, or numbers are missing`,
      );
    }
    return { x, energy: energyHartree, gradient };
  };

  let coordinates = redundantCoordinates(bonds, positions);
  const modelHessian = (x: Float64Array) => diagonal(modelForceConstants(elements, bonds, coordinates, x));
  const start = turnedTo(
    held,
    coordinates,
    modelForceConstants(elements, bonds, coordinates, positions),
    positions,
  );
  const x = start === null || collides(request, start) ? positions : start;
  let here = pointOf(await compute(x), coordinates);
  let hessian = modelHessian(x);
  let trust = START_TRUST;

  for (;;) {
    if (outgrown(coordinates, here.x)) {
      coordinates = redundantCoordinates(bonds, here.x);
      here = pointOf(here, coordinates);
      hessian = modelHessian(here.x);
    }
    const { missingRadians, gradients } = evaluateConstraints(held, here.x);
    const onTarget = missingRadians.every((angle) => Math.abs(angle) < ON_TARGET_RADIANS);
    const turns = missingRadians.map((angle) => Math.max(-TURN_RADIANS, Math.min(TURN_RADIANS, angle)));
    const model: QuadraticModel = {
      gradient: here.gradient,
      hessian: cartesianMatrix(here.internals, hessian, here.rigidMotions, here.x.length),
      metric: here.metric,
    };
    const step = restrictedStep(model, { gradients, wanted: turns }, onTarget ? trust : MAX_TRUST);
    const nextEnergyChangeHartree = modelChange(model, step);
    const gradient = Float64Array.from(here.gradient);
    constrainStep(gradient, gradients, new Float64Array(held.length), (b) => b);
    if (onTarget && isConverged({ gradient, nextStep: step, nextEnergyChangeHartree })) {
      return { geometryAngstrom: inAngstrom(here.x), energyHartree: here.energy, gradientCount };
    }
    if (gradientCount >= maxGradients) {
      throw new OptimizationError(
        'not-converged',
        `no minimum after ${gradientCount} gradients: ${rmsOverAtoms(gradient).toExponential(1)} (root mean square) and ` +
          `${maxOverAtoms(gradient).toExponential(1)} hartree/bohr (largest) are left`,
      );
    }

    const heldNow = held.map((torsion, h) => ({
      ...torsion,
      radians: torsion.radians - missingRadians[h]! + turns[h]!,
    }));
    const x = moved(here, step, heldNow);
    if (x === null) {
      if (trust === MIN_TRUST) {
        throw new OptimizationError('not-converged', 'the held dihedrals cannot be kept from here on');
      }
      trust = shrunk(trust, norm(toInternal(here.internals, step)));
      continue;
    }
    const there = pointOf(await compute(x), coordinates);
    const change = differences(coordinates, there.internals.values, here.internals.values);
    updateHessian(
      hessian,
      change,
      there.internalGradient.map((value, c) => value - here.internalGradient[c]!),
    );
    const energyChange = there.energy - here.energy;
    // Turning a dihedral may cost energy.
    if (onTarget) {
      const length = norm(change);
      if (energyChange > NOISE_HARTREE && trust > MIN_TRUST) {
        trust = shrunk(trust, length);
        continue;
      }
      const quality = energyChange / nextEnergyChangeHartree;
      if (quality > 0.75) trust = Math.min(MAX_TRUST, Math.max(trust, 1.5 * length));
      else if (quality < 0.25) trust = Math.max(MIN_TRUST, Math.min(trust, length) / 2);
    }
    here = there;
  }
}

function pointOf(computed: ComputedGeometry, coordinates: readonly InternalCoordinate[]): Point {
  const { x, gradient } = computed;
  const internals = evaluate(coordinates, x);
  const motions = rigidMotions(x);
  const metric = cartesianMatrix(internals, ones(coordinates), motions, x.length);
  const solve = solver(metric, x.length);
  if (solve === null) throw new OptimizationError('not-converged', 'the geometry has collapsed');
  // The gradient g over internal coordinates of which Bᵀ·g is the one over positions, the smallest of them.
  return {
    ...computed,
    internals,
    rigidMotions: motions,
    metric,
    internalGradient: toInternal(internals, solve(gradient)),
  };
}

/**
 * The positions with held dihedrals turned to their angles. What turns about the same axis turns with them, so that
 * everything else stays as it is; in a ring, where it can't, what is softest gives way.
 * @returns Null when there is no way there.
 */
function turnedTo(
  held: readonly HeldTorsion[],
  coordinates: readonly InternalCoordinate[],
  forceConstants: Float64Array,
  x: Float64Array,
): Float64Array | null {
  const { missingRadians } = evaluateConstraints(held, x);
  const wanted = evaluate(coordinates, x).values;
  held.forEach(({ atoms }, h) => {
    const torsions = coordinates.flatMap((coordinate, c) =>
      coordinate.kind === 'torsion' ? [{ ...coordinate, c }] : [],
    );
    if (!torsions.some((torsion) => isSame(torsion.atoms, atoms))) return;
    for (const torsion of torsions.filter((each) => isSame(each.atoms.slice(1, 3), atoms.slice(1, 3)))) {
      wanted[torsion.c]! += missingRadians[h]!;
    }
  });
  return positionsAt(coordinates, wanted, forceConstants, held, x);
}

/** Whether atoms are the same from either end. */
function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.every((atom, i) => atom === b[i]) || a.every((atom, i) => atom === b[b.length - 1 - i]);
}

function collides({ elements, bonds, geometryAngstrom }: OptimizationRequest, x: Float64Array): boolean {
  const changes = changedConnectivity(elements, bonds, geometryAngstrom, inAngstrom(x));
  return changes.some(({ kind }) => kind === 'formed');
}

/**
 * The positions after a step: along the internal coordinates, or where they cannot follow straight on.
 * @returns Null when the held dihedrals cannot be kept.
 */
function moved(
  { x, internals }: Point,
  step: Float64Array,
  held: readonly HeldTorsion[],
): Float64Array | null {
  const straight = Float64Array.from(x);
  addScaled(straight, 1, step);
  const { coordinates, values } = internals;
  const changes = toInternal(internals, step);
  const wanted = values.map((value, c) => value + changes[c]!);
  return (
    positionsAt(coordinates, wanted, ones(coordinates), held, straight) ??
    positionsAt([], new Float64Array(), new Float64Array(), held, straight)
  );
}

function shrunk(trust: number, stepLength: number): number {
  return Math.max(MIN_TRUST, Math.min(trust, stepLength) / 3);
}

function inAngstrom(x: Float64Array): Float64Array {
  return x.map((coordinate) => coordinate * ANGSTROM_PER_BOHR);
}

function ones({ length }: readonly unknown[]): Float64Array {
  return new Float64Array(length).fill(1);
}

function diagonal(values: Float64Array): Float64Array {
  const matrix = new Float64Array(values.length ** 2);
  values.forEach((value, c) => (matrix[c * (values.length + 1)] = value));
  return matrix;
}

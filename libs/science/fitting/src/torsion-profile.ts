import {
  adjustableCopy,
  MechanicsError,
  minimise,
  type Adjustable,
  type MechanicsSystem,
  type Minimum,
} from '@bespoke/mechanics';
import type { ProfileWeighting } from './profile-weights';

/** One drive to be reproduced. */
export interface TorsionProfile {
  /** With all figures where they start. */
  system: MechanicsSystem;
  /** Which of the fit's figures act on the molecule, each by its index, and how. */
  adjustables: readonly { figure: number; adjustable: Adjustable }[];
  frozenAtoms: readonly number[];
  points: readonly {
    geometryAngstrom: ArrayLike<number>;
    /** Relative to the profile's minimum. */
    qmKcalPerMol: number;
    /** Of a sum of 1 over the profile. */
    weight: number;
  }[];
  /** The QM minimum. */
  referencePoint: number;
}

export interface ProfileSettings extends ProfileWeighting {
  restraintKcalPerMolPerAngstrom2: number;
}

/** Residuals V of one profile, whose squares add up to its objective, and their derivatives over all figures. */
export interface ProfileResiduals {
  values: Float64Array;
  /** dV/dfigure, row-major with one column for each figure of the fit. */
  jacobian: Float64Array;
  /** Σ V·d²V/dfigure², row-major, square; 0 for figures that the energy is not linear in. */
  curvature: Float64Array;
}

/** The system with figures moved from their start. */
function systemAt({ system, adjustables }: TorsionProfile, shifts: Float64Array): MechanicsSystem {
  const copy = adjustableCopy(system);
  for (const { figure, adjustable } of adjustables) adjustable.shift(copy, shifts[figure]!);
  return copy;
}

/**
 * Relaxes points of a profile (all, unless some are given) as ForceBalance does: from the QM geometry, with the
 * atoms of the driven dihedral frozen and all others restrained to where they were.
 *
 * @param shifts How far each figure of the fit is from its start.
 * @throws MechanicsError `no-minimum` for a point with weight that does not come to rest.
 */
export function relaxProfile(
  profile: TorsionProfile,
  shifts: Float64Array,
  settings: ProfileSettings,
): Minimum[] {
  return relaxPoints(profile, systemAt(profile, shifts), profile.points, settings);
}

function relaxPoints(
  { frozenAtoms }: TorsionProfile,
  system: MechanicsSystem,
  points: TorsionProfile['points'],
  { restraintKcalPerMolPerAngstrom2 }: ProfileSettings,
): Minimum[] {
  return points.map(({ geometryAngstrom, weight }) => {
    const minimum = minimise(system, geometryAngstrom, { frozenAtoms, restraintKcalPerMolPerAngstrom2 });
    if (minimum.converged || weight === 0) return minimum;
    throw new MechanicsError(
      'no-minimum',
      `a point of the profile does not come to rest in ${minimum.iterations} steps`,
    );
  });
}

/**
 * The residuals √w/d·[(E_MM − E_MM,ref) − E_QM] of ForceBalance's TorsionProfile target, over the points that
 * have weight.
 */
export function profileResiduals(
  profile: TorsionProfile,
  shifts: Float64Array,
  settings: ProfileSettings,
): ProfileResiduals {
  const size = shifts.length;
  const system = systemAt(profile, shifts);
  const counted = profile.points.filter((point) => point.weight > 0);
  const minima = relaxPoints(profile, system, counted, settings);
  const reference = counted.indexOf(profile.points[profile.referencePoint]!);
  const scales = counted.map(({ weight }) => Math.sqrt(weight) / settings.energyDenominatorKcalPerMol);
  const values = Float64Array.from(counted, ({ qmKcalPerMol }, row) => {
    const mmKcalPerMol = minima[row]!.energyKcalPerMol - minima[reference]!.energyKcalPerMol;
    return scales[row]! * (mmKcalPerMol - qmKcalPerMol);
  });
  // Σ V·d²V/dp² in terms of each point's d²E/dp²; the reference is part of every V.
  const shares = values.map((value, row) => value * scales[row]!);
  shares[reference]! -= shares.reduce((sum, share) => sum + share, 0);

  const curvature = new Float64Array(size * size);
  const slopes = minima.map((minimum, row) =>
    energySlope(profile, system, minimum, settings, shares[row]!, curvature),
  );
  const jacobian = new Float64Array(counted.length * size);
  for (let row = 0; row < counted.length; row++) {
    for (const { figure } of profile.adjustables) {
      jacobian[row * size + figure] = scales[row]! * (slopes[row]![figure]! - slopes[reference]![figure]!);
    }
  }
  return { values, jacobian, curvature };
}

/**
 * dE/dp of a relaxed point for every figure p. The point comes to rest under its restraint R, which is not part of
 * E, so that ∇E does not vanish there: with G = ∂∇E/∂p and the answer X = (H + R″)⁻¹·G of the geometry,
 * dx/dp = −X and dE/dp = ∂E/∂p − ∇E·X on the free atoms.
 *
 * Adds share·d²E/dp² to the curvature, for figures that E is linear in: −share·(GᵀX + XᵀR″X), where d²x/dp²·R′ is
 * left out as too small to matter, since the curvature only speeds the fit up.
 */
function energySlope(
  { adjustables }: TorsionProfile,
  system: MechanicsSystem,
  minimum: Minimum,
  settings: ProfileSettings,
  share: number,
  curvature: Float64Array,
): Float64Array {
  const size = Math.sqrt(curvature.length);
  const slope = new Float64Array(size);
  const linear: { figure: number; pull: Float64Array; answer: Float64Array }[] = [];
  for (const { figure, adjustable } of adjustables) {
    const pull = new Float64Array(minimum.gradient.length);
    const explicit = adjustable.slope(system, minimum.coordinatesAngstrom, pull);
    const answer = pull.slice();
    minimum.respond(answer);
    slope[figure] = explicit - dot(minimum.gradient, answer);
    if (adjustable.isLinear) linear.push({ figure, pull, answer });
  }
  const k = settings.restraintKcalPerMolPerAngstrom2;
  for (const p of linear) {
    for (const q of linear) {
      curvature[p.figure * size + q.figure]! -= share * (dot(p.pull, q.answer) + k * dot(p.answer, q.answer));
    }
  }
  return slope;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
  return sum;
}

import {
  addCosineTerm,
  MechanicsError,
  minimise,
  torsionAngle,
  type MechanicsSystem,
  type Minimum,
} from '@bespoke/mechanics';
import { DEGREES_PER_RADIAN } from '@bespoke/units';
import type { ProfileWeighting } from './profile-weights';

/** A force constant to be fitted: one cosine term of one torsion parameter. */
export interface FittedTerm {
  periodicity: number;
  phaseDegrees: number;
  idivf: number;
  startKcalPerMol: number;
}

/** One drive to be reproduced. */
export interface TorsionProfile {
  /** With the fitted terms at 0. */
  system: MechanicsSystem;
  /** Which proper of the system carries which fitted term (an index into the fit's vector). */
  fitted: { proper: number; term: number }[];
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

/** Residuals V of one profile, whose squares add up to its objective, and their derivatives over all k. */
export interface ProfileResiduals {
  values: Float64Array;
  /** dV/dk, row-major with one column for each fitted term, 1/(kcal/mol). */
  jacobian: Float64Array;
  /** Σ V·d²V/dk², row-major, square. */
  curvature: Float64Array;
}

/** A system with given force constants in kcal/mol. */
function withForceConstants(
  profile: TorsionProfile,
  terms: readonly FittedTerm[],
  kKcalPerMol: Float64Array,
): MechanicsSystem {
  const { propers } = profile.system;
  const copy = { ...propers, coefficientsKcalPerMol: propers.coefficientsKcalPerMol.slice() };
  for (const { proper, term } of profile.fitted) {
    addCosineTerm(copy, proper, { ...terms[term]!, kKcalPerMol: kKcalPerMol[term]! });
  }
  return { ...profile.system, propers: copy };
}

/**
 * Relaxes points of a profile (all, unless some are given) as ForceBalance does: from the QM geometry, with the
 * atoms of the driven dihedral frozen and all others restrained to where they were.
 *
 * @throws MechanicsError `no-minimum` for a point that does not come to rest.
 */
export function relaxProfile(
  profile: TorsionProfile,
  terms: readonly FittedTerm[],
  kKcalPerMol: Float64Array,
  settings: ProfileSettings,
  points = profile.points,
): Minimum[] {
  const system = withForceConstants(profile, terms, kKcalPerMol);
  return points.map(({ geometryAngstrom }) => {
    const minimum = minimise(system, geometryAngstrom, {
      frozenAtoms: profile.frozenAtoms,
      restraintKcalPerMolPerAngstrom2: settings.restraintKcalPerMolPerAngstrom2,
    });
    if (minimum.converged) return minimum;
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
  terms: readonly FittedTerm[],
  kKcalPerMol: Float64Array,
  settings: ProfileSettings,
): ProfileResiduals {
  const size = terms.length;
  const counted = profile.points.filter((point) => point.weight > 0);
  const minima = relaxProfile(profile, terms, kKcalPerMol, settings, counted);
  const reference = counted.indexOf(profile.points[profile.referencePoint]!);
  const scales = counted.map(({ weight }) => Math.sqrt(weight) / settings.energyDenominatorKcalPerMol);
  const values = Float64Array.from(counted, ({ qmKcalPerMol }, row) => {
    const mmKcalPerMol = minima[row]!.energyKcalPerMol - minima[reference]!.energyKcalPerMol;
    return scales[row]! * (mmKcalPerMol - qmKcalPerMol);
  });
  // Σ V·d²V/dk² in terms of each point's d²E/dk²; the reference is part of every V.
  const shares = values.map((value, row) => value * scales[row]!);
  shares[reference]! -= shares.reduce((sum, share) => sum + share, 0);

  const curvature = new Float64Array(size * size);
  const slopes = minima.map((minimum, row) =>
    energySlope(profile, terms, minimum, settings, shares[row]!, curvature),
  );
  const jacobian = new Float64Array(counted.length * size);
  for (let row = 0; row < counted.length; row++) {
    for (let term = 0; term < size; term++) {
      jacobian[row * size + term] = scales[row]! * (slopes[row]![term]! - slopes[reference]![term]!);
    }
  }
  return { values, jacobian, curvature };
}

/**
 * dE/dk of a relaxed point for every fitted term. The point comes to rest under its restraint R, which is not
 * part of E, so that ∇E does not vanish there: with G = ∂∇E/∂k and the answer X = (H + R″)⁻¹·G of the
 * geometry, dx/dk = −X and dE/dk = ∂E/∂k − ∇E·X on the free atoms.
 *
 * Adds share·d²E/dk² = −share·(GᵀX + XᵀR″X) to the curvature, where d²x/dk²·R′ is left out as too small to
 * matter: the curvature only speeds the fit up.
 */
function energySlope(
  profile: TorsionProfile,
  terms: readonly FittedTerm[],
  minimum: Minimum,
  settings: ProfileSettings,
  share: number,
  curvature: Float64Array,
): Float64Array {
  const slope = new Float64Array(terms.length);
  const pulls = new Map<number, Float64Array>();
  const { propers } = profile.system;
  for (const { proper, term } of profile.fitted) {
    const pull = pulls.get(term) ?? new Float64Array(minimum.gradient.length);
    pulls.set(term, pull);
    const angle = torsionAngle(propers, proper, minimum.coordinatesAngstrom);
    const { periodicity, phaseDegrees, idivf } = terms[term]!;
    if (angle === null) {
      slope[term]! += 1 / idivf;
      continue;
    }
    const argument = periodicity * angle.radians - phaseDegrees / DEGREES_PER_RADIAN;
    slope[term]! += (1 + Math.cos(argument)) / idivf;
    const turn = (-periodicity * Math.sin(argument)) / idivf;
    for (let c = 0; c < 12; c++) {
      const atom = propers.atoms[4 * proper + Math.floor(c / 3)]!;
      pull[3 * atom + (c % 3)]! += turn * angle.slope[c]!;
    }
  }
  const answers = new Map<number, Float64Array>();
  for (const [term, pull] of pulls) {
    const answer = pull.slice();
    minimum.respond(answer);
    answers.set(term, answer);
    slope[term]! -= dot(minimum.gradient, answer);
  }
  const k = settings.restraintKcalPerMolPerAngstrom2;
  for (const [p, pull] of pulls) {
    for (const [q, answer] of answers) {
      curvature[p * terms.length + q]! -= share * (dot(pull, answer) + k * dot(answers.get(p)!, answer));
    }
  }
  return slope;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
  return sum;
}

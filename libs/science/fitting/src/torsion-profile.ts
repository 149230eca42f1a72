import {
  addCosineTerm,
  minimise,
  turningAngle,
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

/** Residuals V of one profile, whose squares add up to its objective, and their derivatives. */
export interface ProfileResiduals {
  values: Float64Array;
  /** dV/dk, row-major with one column for each fitted term, 1/(kcal/mol). */
  jacobian: Float64Array;
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
 */
export function relaxProfile(
  profile: TorsionProfile,
  terms: readonly FittedTerm[],
  kKcalPerMol: Float64Array,
  settings: ProfileSettings,
  points = profile.points,
): Minimum[] {
  const system = withForceConstants(profile, terms, kKcalPerMol);
  return points.map(({ geometryAngstrom }) =>
    minimise(system, geometryAngstrom, {
      frozenAtoms: profile.frozenAtoms,
      restraintKcalPerMolPerAngstrom2: settings.restraintKcalPerMolPerAngstrom2,
    }),
  );
}

/**
 * The residuals √w/d·[(E_MM − E_MM,ref) − E_QM] of ForceBalance's TorsionProfile target, over the points that
 * have weight. The restraint is not part of E_MM, so that its gradient does not vanish where the point comes
 * to rest: dE/dk = ∂E/∂k + ∇E·dx/dk, with (H + restraint)·dx/dk = −∂∇E/∂k on the free atoms. One solve with
 * ∇E on the right serves all k.
 */
export function profileResiduals(
  profile: TorsionProfile,
  terms: readonly FittedTerm[],
  kKcalPerMol: Float64Array,
  settings: ProfileSettings,
): ProfileResiduals {
  const counted = profile.points.filter((point) => point.weight > 0);
  const minima = relaxProfile(profile, terms, kKcalPerMol, settings, counted);
  const reference = minima[counted.indexOf(profile.points[profile.referencePoint]!)]!;
  const referenceSlope = energySlope(profile, terms, reference);
  const values = new Float64Array(counted.length);
  const jacobian = new Float64Array(counted.length * terms.length);
  counted.forEach(({ weight, qmKcalPerMol }, row) => {
    const minimum = minima[row]!;
    const scale = Math.sqrt(weight) / settings.energyDenominatorKcalPerMol;
    values[row] = scale * (minimum.energyKcalPerMol - reference.energyKcalPerMol - qmKcalPerMol);
    const slope = energySlope(profile, terms, minimum);
    for (let term = 0; term < terms.length; term++) {
      jacobian[row * terms.length + term] = scale * (slope[term]! - referenceSlope[term]!);
    }
  });
  return { values, jacobian };
}

/** dE/dk of a relaxed point for every fitted term. */
function energySlope(profile: TorsionProfile, terms: readonly FittedTerm[], minimum: Minimum): Float64Array {
  const answer = minimum.gradient.slice();
  minimum.respond(answer);
  const slope = new Float64Array(terms.length);
  for (const { proper, term } of profile.fitted) {
    const angle = turningAngle(profile.system.propers, proper, minimum.coordinatesAngstrom, answer);
    const { periodicity, phaseDegrees, idivf } = terms[term]!;
    if (angle === null) {
      slope[term]! += 1 / idivf;
      continue;
    }
    const argument = periodicity * angle.radians - phaseDegrees / DEGREES_PER_RADIAN;
    slope[term]! += (1 + Math.cos(argument) + periodicity * Math.sin(argument) * angle.radiansAlong) / idivf;
  }
  return slope;
}

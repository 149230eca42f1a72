import { DEGREES_PER_RADIAN } from '@bespoke/units';
import type { Adjustable } from './adjustable';
import { angleEnergy } from './angles';
import { atomsOf, picked } from './parameter-terms';
import type { HarmonicAngles } from './system';

/** The force constant that angles, by their index in the system, share. */
export function adjustableAngleForceConstant(all: HarmonicAngles, angles: readonly number[]): Adjustable {
  const atoms = atomsOf(all.atoms, 3, angles);
  const one = new Float64Array(angles.length).fill(1);
  return {
    isLinear: true,
    shift: (system, by) => angles.forEach((angle) => (system.angles.kKcalPerMolPerRadian2[angle]! += by)),
    slope: (system, x, gradient) =>
      angleEnergy(restingAt(atoms, one, restOf(system.angles, angles)), x, gradient),
  };
}

/** Radians. The energy is a parabola in the angle at rest: its central difference is its derivative. */
const STEP = 0.1;

/** The angle at rest, in degrees, that angles share; none of 180°, from which it can go only one way. */
export function adjustableAngle(all: HarmonicAngles, angles: readonly number[]): Adjustable {
  const atoms = atomsOf(all.atoms, 3, angles);
  return {
    isLinear: false,
    shift: ({ angles: { angleRadians, cosines, sines } }, byDegrees) => {
      for (const angle of angles) {
        angleRadians[angle]! += byDegrees / DEGREES_PER_RADIAN;
        cosines[angle] = Math.cos(angleRadians[angle]!);
        sines[angle] = Math.sin(angleRadians[angle]!);
      }
    },
    slope: (system, x, gradient) => {
      const k = picked(system.angles.kKcalPerMolPerRadian2, angles);
      const rest = restOf(system.angles, angles);
      const share = (step: number): number =>
        angleEnergy(
          restingAt(
            atoms,
            k.map((value) => value / (2 * step * DEGREES_PER_RADIAN)),
            rest.map((value) => value + step),
          ),
          x,
          gradient,
        );
      return share(STEP) + share(-STEP);
    },
  };
}

function restOf({ angleRadians }: HarmonicAngles, angles: readonly number[]): Float64Array {
  return picked(angleRadians, angles);
}

function restingAt(
  atoms: Int32Array,
  kKcalPerMolPerRadian2: Float64Array,
  angleRadians: Float64Array,
): HarmonicAngles {
  return {
    atoms,
    kKcalPerMolPerRadian2,
    angleRadians,
    cosines: angleRadians.map(Math.cos),
    sines: angleRadians.map(Math.sin),
  };
}

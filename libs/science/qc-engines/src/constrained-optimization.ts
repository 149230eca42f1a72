import {
  changedConnectivity,
  describeBondChanges,
  OptimizationError,
  optimizeGeometry,
  type GradientProvider,
  type OptimizationErrorCode,
} from '@bespoke/geometry-optimization';
import { dihedralDegrees } from '@bespoke/molecule';
import { wrapDegrees } from '@bespoke/units';
import {
  EngineError,
  type ConstrainedOptimizationRequest,
  type ConstrainedOptimizationResult,
  type EngineErrorCode,
} from './engine';

const ON_TARGET_DEGREES = 0.01;

/**
 * A constrained optimisation by whatever computes gradients, and what has to be true of its end whatever did.
 * @throws EngineError, or what the provider throws
 */
export async function optimizeOnTarget(
  request: ConstrainedOptimizationRequest,
  provider: GradientProvider,
): Promise<ConstrainedOptimizationResult> {
  const { elements, bonds, dihedral, targetDegrees } = request;
  const { energyHartree, geometryAngstrom, gradientCount } = await optimizeGeometry(
    {
      elements,
      bonds,
      geometryAngstrom: request.geometryAngstrom,
      held: [{ atoms: dihedral, degrees: targetDegrees }],
    },
    provider,
  ).catch((error: unknown) => {
    throw error instanceof OptimizationError
      ? new EngineError(engineErrorCode(error.code), error.message)
      : error;
  });
  const angle = dihedralDegrees(geometryAngstrom, [...dihedral]);
  if (!(Math.abs(wrapDegrees(angle - targetDegrees)) <= ON_TARGET_DEGREES)) {
    throw new EngineError(
      'off-target',
      `the dihedral ended at ${angle.toFixed(3)} degrees instead of ${targetDegrees}`,
    );
  }
  const changes = changedConnectivity(elements, bonds, request.geometryAngstrom, geometryAngstrom);
  if (changes.length > 0) {
    throw new EngineError('connectivity-changed', `bonds changed: ${describeBondChanges(elements, changes)}`);
  }
  return { energyHartree, geometryAngstrom: [...geometryAngstrom], dihedralDegrees: angle, gradientCount };
}

function engineErrorCode(code: OptimizationErrorCode): EngineErrorCode {
  switch (code) {
    case 'not-converged':
      return 'not-converged';
    case 'not-finite':
      return 'unreadable-output';
    case 'bad-request':
    case 'several-fragments':
    case 'undefined-dihedral':
    case 'conflicting-constraints':
      return 'unsupported';
  }
}

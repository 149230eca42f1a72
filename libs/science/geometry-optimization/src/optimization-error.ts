export type OptimizationErrorCode =
  /** The request makes no sense: the message names the field. */
  | 'bad-request'
  | 'several-fragments'
  /** Three atoms of a held dihedral lie in a line. */
  | 'undefined-dihedral'
  | 'conflicting-constraints'
  /** The energy or the gradient is not a finite number. */
  | 'not-finite'
  | 'not-converged';

/** A geometry that cannot be optimised, and would not be if it were tried again. */
export class OptimizationError extends Error {
  constructor(
    readonly code: OptimizationErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'OptimizationError';
  }
}

/** A fragment and its parent that cannot be compared, and would not be at another try. */
export class ParentCheckError extends Error {
  constructor(
    readonly code: 'no-common-torsion' | 'too-few-points',
    message: string,
  ) {
    super(message);
    this.name = 'ParentCheckError';
  }
}

/** An input that no fit can be made from. */
export class FittingError extends Error {
  constructor(
    readonly code:
      | 'wrong-atom-count'
      | 'not-finite'
      | 'no-points'
      | 'not-a-dihedral'
      | 'another-molecule'
      | 'duplicate-figure',
    message: string,
  ) {
    super(message);
    this.name = 'FittingError';
  }
}

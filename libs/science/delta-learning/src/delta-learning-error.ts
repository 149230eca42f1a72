/** A scan, a result or settings that no correction can be made from. */
export class DeltaLearningError extends Error {
  constructor(
    readonly code: 'bad-scan' | 'bad-result' | 'bad-settings' | 'no-results',
    message: string,
  ) {
    super(message);
    this.name = 'DeltaLearningError';
  }
}

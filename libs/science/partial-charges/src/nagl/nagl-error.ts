export type NaglErrorCode =
  /** Outside of what the model was trained on. */
  | 'unsupported-by-charge-model'
  /** The electrons of the molecule can be drawn in more ways than are followed. */
  | 'too-many-resonance-forms';

/** A molecule that NAGL has no charges for; the message says why. */
export class NaglError extends Error {
  override readonly name = 'NaglError';

  constructor(
    readonly code: NaglErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export type ChargeErrorCode =
  /** The force field names no way to charge this molecule, or one that is not known here. */
  | 'no-charge-model'
  /** Charges that the force field states do not add up to the formal charge. */
  | 'charges-do-not-add-up'
  /** The model has no figures for something in this molecule. */
  | 'unsupported-by-charge-model'
  /** The electrons of the molecule can be drawn in more ways than NAGL's charges are followed through. */
  | 'too-many-resonance-forms';

/** A molecule gets no charges; the message says why and what to do. */
export class ChargeError extends Error {
  constructor(
    readonly code: ChargeErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'ChargeError';
  }
}

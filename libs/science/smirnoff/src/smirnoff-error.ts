/** What can be wrong with a force field, or with what is asked of one. */
export type SmirnoffErrorCode =
  /** Not well-formed XML, not an OFFXML, or with a DTD, which is refused. */
  | 'unreadable-offxml'
  | 'offxml-too-large'
  /** Well-formed, but with a functional form, a model or a section that changes energies and that is not computed here. */
  | 'unsupported-force-field'
  /** A figure without its unit, in a unit of the wrong kind, or no figure at all. */
  | 'unreadable-quantity'
  /** A parameter's pattern is no SMARTS. */
  | 'unreadable-smirks'
  | 'unknown-force-field'
  /** The force field has no parameter for a torsion that is to be fitted. */
  | 'unassigned-torsion'
  /** A bespoke pattern does not hit the torsions that it was made for. */
  | 'bespoke-pattern-misses'
  /** A parameter is to be interpolated over bond orders, and none were given. */
  | 'missing-bond-orders'
  /** Force fields that are to be used together say different things of the same interaction. */
  | 'incompatible-force-fields'
  | 'duplicate-parameter';

/** Messages quote the file, where a pattern or a tag may be of any length. */
const MAX_MESSAGE_CHARACTERS = 2_000;

/** Thrown by everything in this library that reads, changes or applies a force field. */
export class SmirnoffError extends Error {
  override readonly name = 'SmirnoffError';

  constructor(
    readonly code: SmirnoffErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(
      message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…` : message,
      options,
    );
  }
}

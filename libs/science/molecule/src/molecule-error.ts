/** What is wrong with a molecule; `code` of a {@link MoleculeError}. */
export type MoleculeErrorCode =
  | 'unreadable'
  | 'mixture'
  | 'radical'
  | 'unsupported-element'
  | 'too-large'
  | 'undefined-stereo'
  | 'not-connected'
  | 'no-conformer';

/** A molecule that cannot be read, or that nothing here can work with; the message names atom and reason. */
export class MoleculeError extends Error {
  override readonly name = 'MoleculeError';

  constructor(
    readonly code: MoleculeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A SMARTS pattern that cannot be read. */
export class SmartsError extends Error {
  override readonly name = 'SmartsError';
  readonly code = 'unreadable-smarts';
}

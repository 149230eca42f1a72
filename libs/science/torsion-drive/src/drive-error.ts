/** A drive that cannot be opened. */
export class DriveError extends Error {
  constructor(
    /** `none-in-range`: no starting geometry lies in the ranges that are to be scanned. */
    readonly code: 'bad-settings' | 'no-seeds' | 'bad-seed' | 'none-in-range',
    message: string,
  ) {
    super(message);
    this.name = 'DriveError';
  }
}

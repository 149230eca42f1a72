import type { Problem } from '@bespoke/workflow-schema';

/** A request that is refused; becomes problem details (RFC 9457). */
export class ProblemException extends Error {
  override readonly name = 'ProblemException';

  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** 404 for a fit that is not there. */
export function noSuchFit(id: string): ProblemException {
  return new ProblemException({ status: 404, code: 'no-such-fit', detail: `There is no fit ${id}.` });
}

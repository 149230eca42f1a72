import type { FieldError } from './validate-dto';
import type { ProblemDetails } from './fit-view';

/** What a refusal has to say; the rest of the problem details follows from the status. */
export interface Problem {
  status: number;
  /** Stable, kebab-case, for programs. */
  code: string;
  /** What is wrong and what to do, for people. */
  detail: string;
  errors?: readonly FieldError[];
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  421: 'Misdirected request',
  422: 'Cannot be processed',
  500: 'Internal error',
  503: 'Not available now',
};

/**
 * RFC 9457 problem details, as `application/problem+json`.
 * @param requestId under which the server's log has more
 */
export function problemDetails({ status, code, detail, errors }: Problem, requestId: string): ProblemDetails {
  return {
    type: `urn:bespoke:problem:${code}`,
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    instance: `urn:bespoke:request:${requestId}`,
    ...(errors !== undefined && errors.length > 0 && { errors: [...errors] }),
  };
}

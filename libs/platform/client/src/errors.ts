import type { ProblemDetails } from '@bespoke/workflow-schema';

/** The gateway understood the request and refused it; `problem` says why (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** The last part of the problem's type, such as `unknown-workflow`. */
  readonly code: string;

  constructor(readonly problem: ProblemDetails) {
    super(messageOf(problem));
    this.code = problem.type.split(/[/:#]/).at(-1) || `http-${problem.status}`;
  }
}

/** Nothing that speaks the gateway's language answers at the address. */
export class GatewayUnreachableError extends Error {
  override readonly name = 'GatewayUnreachableError';
  readonly code = 'gateway-unreachable';

  constructor(
    readonly gatewayUrl: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(
      `no gateway answers at ${gatewayUrl} (${reason}); start one with \`./bespoke executor launch\` or name another with --gateway`,
      options,
    );
  }
}

const FIELDS_NAMED = 5;

/** One line: what is wrong with each field where the gateway names them, else what it says in general. */
function messageOf({ title, detail, errors = [] }: ProblemDetails): string {
  if (errors.length === 0) return detail || title;
  const named = errors.slice(0, FIELDS_NAMED).map(({ field, message }) => {
    const name = field.split('.').at(-1)!;
    if (message.startsWith(`${name} `)) return field + message.slice(name.length);
    // A sentence of its own says what it is about.
    return field === '' || /^[A-Z]/.test(message) ? message : `${field}: ${message}`;
  });
  const more = errors.length - named.length;
  return named.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

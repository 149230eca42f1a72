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

/** One line: what the gateway says, with every wrong field by name. */
function messageOf({ title, detail, errors = [] }: ProblemDetails): string {
  const said = detail || title;
  const fields = errors.flatMap(({ field, message }) => {
    if (said.includes(message)) return [];
    return field === '' || message.includes(field) ? [message] : [`${field}: ${message}`];
  });
  return fields.length === 0 ? said : `${said.replace(/[.:]$/, '')}: ${fields.join('; ')}`;
}

import type { GatewayUnreachableError, ProblemError } from '@bespoke/client';
import type { ExecutorError, ExecutorErrorCode } from '@bespoke/executor';
import type { ExitReason } from './exit-codes';

/** Ends the command: one line that says what is wrong, where, and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    readonly reason: ExitReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** For what Node says when a file can't be read. */
export function unreadableFile(reason: ExitReason, file: string, error: unknown): CliError {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'there is no such file' : `it can't be read (${code})`;
  return new CliError(reason, `${file}: ${why}`, { cause: error });
}

const REASON_OF_EXECUTOR_ERROR: Record<ExecutorErrorCode, ExitReason> = {
  'directory-refused': 'notWritable',
  'directory-in-use': 'directoryInUse',
  'port-in-use': 'portInUse',
  'missing-program': 'usage',
  'process-failed': 'executorFailed',
};

/** Which exit code an error stands for. By name, for their libraries are loaded by few commands. */
export function exitReasonOf(error: unknown): ExitReason {
  if (error instanceof CliError) return error.reason;
  if (!(error instanceof Error)) return 'fitFailed';
  switch (error.name) {
    case 'ExecutorError':
      return REASON_OF_EXECUTOR_ERROR[(error as ExecutorError).code];
    case 'GatewayUnreachableError' satisfies GatewayUnreachableError['name']:
      return 'unreachable';
    case 'ProblemError' satisfies ProblemError['name']:
      return reasonOfProblem(error as ProblemError);
    case 'ProgramNotFoundError':
      return 'usage';
    case 'MoleculeError':
      return 'badMolecule';
    default:
      return 'fitFailed';
  }
}

/** By the field of the request that the gateway found wrong. */
function reasonOfProblem({ problem }: ProblemError): ExitReason {
  if (problem.status === 404 || problem.status === 409) return 'noSuchFit';
  const fields = (problem.errors ?? []).map(({ field }) => field);
  if (fields.some((field) => /^(smiles|molfile)\b/.test(field))) return 'badMolecule';
  if (fields.some((field) => /^(workflow|customWorkflow|forceField|chargeModel)\b/.test(field)))
    return 'badWorkflow';
  return problem.status < 500 ? 'usage' : 'fitFailed';
}

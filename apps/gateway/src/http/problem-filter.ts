import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { isUnreachable, QueueFullError } from '@bespoke/messaging';
import { problemDetails, type Problem } from '@bespoke/workflow-schema';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { ProblemException } from './problem';

/** Every error as problem details with the request's id; what is inside the gateway goes to the log alone. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@InjectPinoLogger(ProblemFilter.name) private readonly logger: PinoLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error, request);
    if (problem.status >= 500) {
      this.logger.error(
        { err: error, requestId: request.id },
        `${request.method} ${request.routeOptions.url ?? ''} failed`,
      );
    }
    if (problem.status === 503) void reply.header('Retry-After', '2');
    void reply
      .status(problem.status)
      .header('Content-Type', 'application/problem+json; charset=utf-8')
      .send(problemDetails(problem, request.id));
  }
}

function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof ProblemException) return error.problem;
  if (isUnreachable(error)) {
    return {
      status: 503,
      code: 'store-unreachable',
      detail: 'The gateway has no connection to NATS at the moment. Try again in a few seconds.',
    };
  }
  if (error instanceof QueueFullError) return { status: 503, code: error.code, detail: error.message };
  const status = clientErrorStatus(error);
  switch (status) {
    case null:
      return {
        status: 500,
        code: 'internal-error',
        detail: `Something went wrong inside the gateway. Its log has more under the request id ${request.id}.`,
      };
    case 404:
      return { status, code: 'no-such-page', detail: 'There is nothing at this address; see /api/v2/docs.' };
    case 413:
      return { status, code: 'body-too-large', detail: 'The body of the request is too large.' };
    case 415:
      return {
        status,
        code: 'not-json',
        detail: 'The body must be JSON, with Content-Type: application/json.',
      };
    default:
      return {
        status,
        code: 'bad-request',
        detail: 'The request is malformed: the body must be a JSON object.',
      };
  }
}

/** The status of an error that is the client's, of Nest or of Fastify. */
function clientErrorStatus(error: unknown): number | null {
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : typeof error === 'object' && error !== null && 'statusCode' in error
        ? Number(error.statusCode)
        : 500;
  return status >= 400 && status < 500 ? status : null;
}

import type { IncomingMessage } from 'node:http';
import type { Params } from 'nestjs-pino';
import type { Configuration } from '../configuration';

/** Pino as JSON lines, or for people on a terminal. Requests are logged when they fail, others with `debug`. */
export function logging({ logLevel, logPretty }: Configuration): Params {
  return {
    pinoHttp: {
      name: 'gateway',
      level: logLevel,
      ...(logPretty && { transport: { target: 'pino-pretty', options: { singleLine: true } } }),
      redact: ['req.headers.authorization', 'req.headers.cookie'],
      quietReqLogger: true,
      autoLogging: { ignore: (request: IncomingMessage) => request.url?.startsWith('/health') ?? false },
      customLogLevel: (_request, response, error) =>
        error !== undefined || response.statusCode >= 500
          ? 'error'
          : response.statusCode >= 400
            ? 'info'
            : 'debug',
    },
  };
}

import { existsSync, readFileSync } from 'node:fs';
import type { StageCapability } from '@bespoke/orchestration';
import { STAGES, type StageName } from '@bespoke/workflow-schema';

/** What the environment says about this gateway. */
export interface Configuration {
  natsUrl: string;
  natsToken: string | null;
  host: string;
  /** 0: any free one. */
  port: number;
  /** The pools that were declared; null: whatever workers are seen. */
  pools: StageCapability[] | null;
  logLevel: string;
  logPretty: boolean;
}

/** A setting of the environment that cannot be used. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'bad-configuration';
}

/** @throws ConfigurationError naming the variable */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const natsUrl = environment['BESPOKE_NATS_URL'];
  if (!natsUrl)
    throw new ConfigurationError('BESPOKE_NATS_URL is not set: nats://host:port of the NATS server');
  const port = Number(environment['BESPOKE_PORT'] ?? '8000');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigurationError(`BESPOKE_PORT is ${environment['BESPOKE_PORT']}, not a port number`);
  }
  return {
    natsUrl,
    natsToken: readToken(environment['BESPOKE_NATS_TOKEN_FILE']),
    host: environment['BESPOKE_HOST'] ?? '127.0.0.1',
    port,
    pools: readPools(environment['BESPOKE_POOLS']),
    logLevel: environment['LOG_LEVEL'] ?? 'info',
    logPretty:
      environment['BESPOKE_LOG_PRETTY'] === '1' ||
      (process.stdout.isTTY && !environment['BESPOKE_LOG_PRETTY']),
  };
}

function readToken(file: string | undefined): string | null {
  if (!file) return null;
  if (!existsSync(file)) throw new ConfigurationError(`BESPOKE_NATS_TOKEN_FILE: there is no file ${file}`);
  return readFileSync(file, 'utf8').trim();
}

function readPools(text: string | undefined): StageCapability[] | null {
  if (!text) return null;
  let pools: unknown;
  try {
    pools = JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError('BESPOKE_POOLS is not JSON', { cause: error });
  }
  if (!Array.isArray(pools) || !pools.every(isCapability)) {
    throw new ConfigurationError(
      `BESPOKE_POOLS must be an array of { "stage": ${STAGES.join(' | ')}, "engines": [{ "program", "version" }] }`,
    );
  }
  return pools;
}

/** Whether this says of a pool, or of a worker, what it can do. */
export function isCapability(value: unknown): value is StageCapability {
  const { stage, engines } = (value ?? {}) as { stage?: unknown; engines?: unknown };
  return (
    STAGES.includes(stage as StageName) &&
    Array.isArray(engines) &&
    engines.every((engine: unknown) => {
      const { program, version } = (engine ?? {}) as { program?: unknown; version?: unknown };
      return typeof program === 'string' && typeof version === 'string';
    })
  );
}

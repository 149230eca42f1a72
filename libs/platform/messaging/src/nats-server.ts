import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram, runProgram, spawnBound } from '@bespoke/child-process';
import { NatsServerError } from './messaging-error';
import { requireNatsVersion } from './nats-version';

const START_MS = 30_000;
const STOP_MS = 5_000;
const LOG_TAIL_CHARACTERS = 2_000;

export interface NatsServerOptions {
  /** Holds the configuration, the log and JetStream's files; made if it isn't there, readable by its owner only. */
  directory: string;
  /** The server's program; by default what NATS_SERVER_BIN names, then nats-server on the PATH. */
  binary?: string;
  /** Loopback port; any free one by default. */
  port?: number;
  /** What clients must say; a random one by default. */
  token?: string;
}

export interface NatsServer {
  url: string;
  port: number;
  token: string;
  /** Holds the token; only its owner can read it. */
  tokenFile: string;
  logFile: string;
  pid: number;
  version: string;
  /** Settles when the process has ended, whoever ended it. */
  exited: Promise<void>;
  /** Orderly (SIGTERM), or else as a crash would end it (SIGKILL). */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Where nats-server is and which version it has.
 * @throws NatsServerError if there is none, NatsTooOldError
 */
export async function findNatsServer(binary?: string): Promise<{ path: string; version: string }> {
  const path = binary === undefined ? findProgram('nats-server', 'NATS_SERVER_BIN') : findProgram(binary);
  if (path === null) {
    const named = binary ?? process.env['NATS_SERVER_BIN'];
    throw new NatsServerError(
      named
        ? `${named} is not a program: correct NATS_SERVER_BIN`
        : 'nats-server is neither on the PATH nor named by NATS_SERVER_BIN: install it (Debian and Ubuntu: apt install nats-server)',
    );
  }
  const { stdout } = await runProgram({ command: path, args: ['--version'], cwd: '/', timeoutMs: START_MS });
  const version = /v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  if (version === undefined) throw new NatsServerError(`${path} --version says no version: ${stdout}`);
  requireNatsVersion(version, path);
  return { path, version };
}

/**
 * Starts a private nats-server with JetStream on disk, on the loopback interface, that dies with this process.
 * On a directory that was used before it goes on with what is there.
 * @throws NatsServerError with the server's own words if it does not start
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const { path, version } = await findNatsServer(options.binary);
  const { directory } = options;
  const token = options.token ?? randomBytes(24).toString('hex');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const tokenFile = join(directory, 'nats.token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  // A server that was killed leaves its file of ports behind.
  for (const file of portsFiles(directory)) rmSync(file);
  const configurationFile = join(directory, 'nats.conf');
  // JSON is a subset of the server's configuration language.
  const configuration = {
    host: '127.0.0.1',
    port: options.port ?? -1,
    ports_file_dir: directory,
    authorization: { token },
    jetstream: { store_dir: join(directory, 'jetstream') },
  };
  writeFileSync(configurationFile, JSON.stringify(configuration, null, 2), { mode: 0o600 });

  const logFile = join(directory, 'nats.log');
  const log = openSync(logFile, 'a', 0o600);
  const child = spawnBound(path, ['-c', configurationFile], {
    stdio: ['ignore', log, log],
    parentDeathSignal: 'SIGTERM',
  });
  closeSync(log);
  let hasExited = false;
  const exited = once(child, 'exit').then(() => {
    hasExited = true;
  });
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(deadline);
  };

  const giveUpAt = Date.now() + START_MS;
  for (;;) {
    const port = readPort(directory);
    if (port !== null && (await answers(port)) && !hasExited) {
      const url = `nats://127.0.0.1:${port}`;
      return { url, port, token, tokenFile, logFile, pid: child.pid as number, version, exited, stop };
    }
    if (hasExited || Date.now() > giveUpAt) {
      await stop('SIGKILL');
      const lastWords = readFileSync(logFile, 'utf8').slice(-LOG_TAIL_CHARACTERS).trim();
      throw new NatsServerError(`${path} did not start; the end of its log ${logFile}:\n${lastWords}`);
    }
    await sleep(10);
  }
}

function portsFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.ports'))
    .map((name) => join(directory, name));
}

/** The port on which this server listens, by the file that it writes then; null until it has. */
function readPort(directory: string): number | null {
  const [file] = portsFiles(directory);
  if (file === undefined) return null;
  const port = /nats:\/\/[^"]*:(\d+)/.exec(readFileSync(file, 'utf8'))?.[1];
  return port === undefined ? null : Number(port);
}

/** Whether a NATS server greets; it does so only when JetStream has recovered. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('data', (data) => finish(data.toString('latin1').startsWith('INFO ')));
  });
}

import { once } from 'node:events';
import { constants } from 'node:os';
import path from 'node:path';
import { killGroup, spawnBound } from '@bespoke/child-process';
import type { StageApp } from '@bespoke/executor';
import { APPS } from '../apps';
import { EXIT_CODES } from '../exit-codes';
import { isHangUpIgnored } from '../signals';

export interface WorkerOptions {
  stage: StageApp;
  nats: string;
  natsTokenFile?: string;
  nCores?: number;
  maxMem?: number;
}

/** `bespoke worker`: one more worker of a stage, which takes its tasks from a NATS server. */
export async function worker(options: WorkerOptions): Promise<number> {
  const args = [
    ...(options.nCores === undefined ? [] : ['--n-cores', String(options.nCores)]),
    ...(options.maxMem === undefined ? [] : ['--max-mem', String(options.maxMem)]),
  ];
  const child = spawnBound(process.execPath, ['--enable-source-maps', APPS[options.stage], ...args], {
    stdio: 'inherit',
    parentDeathSignal: 'SIGTERM',
    env: {
      ...process.env,
      BESPOKE_NATS_URL: options.nats,
      ...(options.natsTokenFile === undefined
        ? {}
        : { BESPOKE_NATS_TOKEN_FILE: path.resolve(options.natsTokenFile) }),
      ...(process.stdout.isTTY && process.env['BESPOKE_LOG_PRETTY'] === undefined
        ? { BESPOKE_LOG_PRETTY: '1' }
        : {}),
    },
  });
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (signal === 'SIGHUP' && isHangUpIgnored()) return;
      if (asked) killGroup(child, 'SIGKILL');
      else child.kill('SIGTERM');
      asked = true;
    });
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (exitCode !== null) return exitCode === 0 ? EXIT_CODES.success.code : EXIT_CODES.executorFailed.code;
  return 128 + constants.signals[signal!];
}

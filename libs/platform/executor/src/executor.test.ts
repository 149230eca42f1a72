import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startExecutor, type Executor, type ExecutorOptions } from './executor';
import { runningExecutor } from './executor-file';
import { isRunning, type ProcessIdentity } from './process-identity';

// Apps as small as can be: they keep to the protocol of start and stop and write down what they are told.
const APP = `
const { createServer } = require('node:http');
const { appendFileSync } = require('node:fs');
const told = { argv: process.argv.slice(2), nats: process.env.BESPOKE_NATS_URL, token: process.env.BESPOKE_NATS_TOKEN_FILE, scratch: process.env.BESPOKE_SCRATCH };
const server = createServer((_, response) => response.end(JSON.stringify({ ...told, pid: process.pid })));
server.listen(Number(process.env.BESPOKE_PORT), '127.0.0.1', () => process.send({ type: 'ready', port: server.address().port }));
const stop = (why) => { appendFileSync(ENDS, process.argv[1] + ' ' + why + '\\n'); process.exit(0); };
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('disconnect', () => stop('disconnect'));
`;

let root: string;
let executors: Executor[];
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'bespoke-executor-'));
  executors = [];
});
afterEach(async () => {
  for (const executor of executors) await executor.stop();
  rmSync(root, { recursive: true });
});

const ends = () => path.join(root, 'ends');

function app(name: string, source = APP): string {
  const file = path.join(root, `${name}.js`);
  writeFileSync(file, `const ENDS = ${JSON.stringify(ends())};\n${source}`);
  return file;
}

function options(changes: Partial<ExecutorOptions> = {}): ExecutorOptions {
  return {
    directory: path.join(root, 'state'),
    apps: {
      gateway: app('gateway'),
      fragmenter: app('fragmenter'),
      'qc-compute': app('qc-compute'),
      optimizer: app('optimizer'),
    },
    workers: { fragmenter: 1, 'qc-compute': 2, optimizer: 0 },
    port: 0,
    onWarning: () => undefined,
    ...changes,
  };
}

async function start(changes: Partial<ExecutorOptions> = {}): Promise<Executor> {
  const executor = await startExecutor(options(changes));
  executors.push(executor);
  return executor;
}

async function ask(url: string): Promise<{ pid: number; nats: string; token: string }> {
  return (await (await fetch(url)).json()) as { pid: number; nats: string; token: string };
}

async function until<T>(probe: () => Promise<T | null> | T | null): Promise<T> {
  for (;;) {
    const found = await probe();
    if (found !== null && found !== false) return found;
    await sleep(50);
  }
}

const started = (): ProcessIdentity[] => runningExecutor(path.join(root, 'state'))!.processes;

describe('an executor', () => {
  it('starts nats-server, the gateway and the workers, says where they are, and stops them all', async () => {
    const executor = await start();
    expect(await ask(executor.gatewayUrl)).toMatchObject({ nats: executor.natsUrl });
    const processes = started();
    expect(processes).toHaveLength(5);
    expect(runningExecutor(executor.directory)).toMatchObject({ gatewayUrl: executor.gatewayUrl });
    await executor.stop();
    expect(processes.filter(isRunning)).toEqual([]);
    expect(existsSync(path.join(executor.directory, 'executor.json'))).toBe(false);
    expect(existsSync(path.join(executor.directory, 'scratch'))).toBe(false);
  });

  it('stops the workers before the gateway', async () => {
    await (await start()).stop();
    const order = readFileSync(ends(), 'utf8').trim().split('\n');
    expect(order).toHaveLength(4);
    expect(order.at(-1)).toBe(`${path.join(root, 'gateway.js')} SIGTERM`);
  });

  it('keeps the secret of nats-server in a file that only its owner reads', async () => {
    const { token } = await ask((await start()).gatewayUrl);
    expect(statSync(token).mode & 0o077).toBe(0);
    expect(readFileSync(token, 'utf8').length).toBeGreaterThan(30);
  });

  it('brings a process that was killed back on the same port', async () => {
    const { gatewayUrl } = await start();
    const { pid } = await ask(gatewayUrl);
    process.kill(pid, 'SIGKILL');
    const again = await until(() =>
      ask(gatewayUrl).then(
        (answer) => (answer.pid === pid ? null : answer),
        () => null,
      ),
    );
    expect(again.pid).not.toBe(pid);
    await until(() => started().some((each) => each.pid === again.pid));
  });

  it('brings nats-server back on the same port with the same secret', async () => {
    const { gatewayUrl } = await start();
    const { token } = await ask(gatewayUrl);
    const secret = readFileSync(token, 'utf8');
    const nats = started()[0]!;
    process.kill(nats.pid, 'SIGKILL');
    await until(
      () => !isRunning(nats) && started().length === 5 && !started().some(({ pid }) => pid === nats.pid),
    );
    expect(readFileSync(token, 'utf8')).toBe(secret);
  });

  it('leaves nothing behind when an app does not start, and says why', async () => {
    const wanted = options({ workers: { fragmenter: 1, 'qc-compute': 1, optimizer: 1 } });
    const broken = app(
      'optimizer',
      `process.send({ type: 'failed', message: 'MOPAC is missing' }, () => process.exit(1));`,
    );
    await expect(startExecutor({ ...wanted, apps: { ...wanted.apps, optimizer: broken } })).rejects.toThrow(
      /optimizer did not start: MOPAC is missing; see .*optimizer\.log/,
    );
    expect(runningExecutor(wanted.directory)).toBeNull();
    expect(readFileSync(ends(), 'utf8')).toContain('gateway.js SIGTERM');
  });

  it('leaves nothing behind when it is interrupted while it starts', async () => {
    const controller = new AbortController();
    const starting = startExecutor(options(), controller.signal);
    controller.abort(new Error('Ctrl-C'));
    await expect(starting).rejects.toThrow('Ctrl-C');
    expect(runningExecutor(path.join(root, 'state'))).toBeNull();
  });

  it('starts nothing when its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startExecutor(options({ port }))).rejects.toMatchObject({ code: 'port-in-use' });
    expect(existsSync(path.join(root, 'state'))).toBe(false);
    other.close();
  });

  it('starts nothing in the directory of another one', async () => {
    await start();
    await expect(startExecutor(options())).rejects.toMatchObject({ code: 'directory-in-use' });
  });

  it('leaves no process behind when it is killed, and the next one starts in the same directory', async () => {
    const script = path.join(root, 'parent.js');
    writeFileSync(
      script,
      `const { onWarning, ...options } = ${JSON.stringify(options())};
       require(${JSON.stringify(path.join(__dirname, '../dist/index.js'))})
         .startExecutor({ ...options, onWarning() {} }).then(() => process.send('up'), (error) => { console.error(error); process.exit(1); });`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await once(parent, 'message');
    const processes = started();
    expect(processes).toHaveLength(5);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await until(() => !processes.some(isRunning));
    await start();
  });
});

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { findProgram, machineResources } from '@bespoke/child-process';
import { checkDirectory, defaultDirectory, runningExecutor } from '@bespoke/executor';
import { findNatsServer } from '@bespoke/messaging';
import { engineNamed, usableLibxtb } from '@bespoke/qc-engines';
import { ENGINE_PROGRAMS, type EngineProgram } from '../engine-programs';
import { EXIT_CODES } from '../exit-codes';

export type Verdict = 'ok' | 'warn' | 'missing';

export interface Finding {
  name: string;
  verdict: Verdict;
  found: string;
  /** What to do; empty when all is well. */
  advice: string;
}

const REPOSITORY = path.join(__dirname, '..', '..', '..', '..');
const LEAST_MEMORY_BYTES = 4e9;

/** `bespoke doctor`: what is there, what is missing and what to do about it. */
export async function doctor(options: {
  directory?: string;
  nats?: string;
  json?: boolean;
}): Promise<number> {
  const directory = options.directory ?? defaultDirectory();
  const findings = await Promise.all([
    Promise.resolve(nodeFinding()),
    pnpmFinding(),
    natsServerFinding(),
    ...ENGINE_PROGRAMS.map(engineFinding),
    libxtbFinding(),
    Promise.resolve(machineFinding()),
    Promise.resolve(directoryFinding(directory)),
    natsFinding(options.nats ?? runningExecutor(directory)?.natsUrl ?? null),
  ]);
  if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else
    for (const { name, verdict, found, advice } of findings)
      process.stdout.write(
        `${verdict.padEnd(7)}  ${name.padEnd(11)}  ${found}${advice === '' ? '' : `\n${' '.repeat(22)}${advice}`}\n`,
      );
  const well = findings.every(({ verdict }) => verdict !== 'missing');
  return well ? EXIT_CODES.success.code : EXIT_CODES.usage.code;
}

function ok(name: string, found: string): Finding {
  return { name, verdict: 'ok', found, advice: '' };
}

function nodeFinding(): Finding {
  return ok('node', `${process.version} at ${process.execPath}`);
}

async function pnpmFinding(): Promise<Finding> {
  const { packageManager } = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  const pinned = packageManager.slice('pnpm@'.length);
  if (existsSync(path.join(REPOSITORY, '.bespoke', `pnpm-${pinned}`)))
    return ok('pnpm', `${pinned}, this project's own`);
  const program = findProgram('pnpm');
  if (program !== null) {
    const { stdout } = await promisify(execFile)(program, ['--version'], { cwd: '/' });
    if (stdout.trim() === pinned) return ok('pnpm', `${pinned} at ${program}`);
  }
  return {
    name: 'pnpm',
    verdict: 'warn',
    found: `no pnpm ${pinned}`,
    advice: './bespoke gets it by itself when it has to build; that takes npm and a network',
  };
}

async function natsServerFinding(): Promise<Finding> {
  try {
    const { path: program, version } = await findNatsServer();
    // Its sync_interval, two minutes unless a server is set up otherwise.
    return ok('nats-server', `${version} at ${program}; a power cut may cost the last two minutes of work`);
  } catch (error) {
    return { name: 'nats-server', verdict: 'missing', found: 'none', advice: (error as Error).message };
  }
}

async function engineFinding({ name, purpose, variable, needed }: EngineProgram): Promise<Finding> {
  const verdict = needed ? 'missing' : 'warn';
  const install = `bespoke engines install ${name}: ${purpose}`;
  const named = process.env[variable];
  try {
    const found = await engineNamed(name)!.probe();
    if (found !== null) return ok(name, found.version);
    const incomplete = (await engineNamed(name)!.incomplete?.()) ?? null;
    if (incomplete !== null) return { name, verdict, found: incomplete, advice: install };
    const advice = named
      ? `${variable} names ${named}, where there is no program: correct or unset it`
      : install;
    return { name, verdict, found: 'none', advice };
  } catch (error) {
    return { name, verdict, found: 'does not run', advice: `${(error as Error).message}; ${install}` };
  }
}

async function libxtbFinding(): Promise<Finding> {
  const missing = { name: 'libxtb', verdict: 'warn' as const };
  try {
    const library = await usableLibxtb();
    if (library !== null) return ok('libxtb', `${library.version} at ${library.path}`);
  } catch (error) {
    return { ...missing, found: 'not tried to its end', advice: (error as Error).message };
  }
  return {
    ...missing,
    found: 'none in use: the xtb program is started for each gradient',
    advice: libxtbAdvice(process.env),
  };
}

function libxtbAdvice({ XTB_LIBRARY, XTB_BIN }: NodeJS.ProcessEnv): string {
  if (XTB_LIBRARY) return `XTB_LIBRARY names ${XTB_LIBRARY}, which cannot be loaded: correct or unset it`;
  if (XTB_BIN) return 'XTB_BIN names a program, which is then used; XTB_LIBRARY names a library';
  return 'bespoke engines install xtb: drives with xtb take a third of the time';
}

function machineFinding(): Finding {
  const { cores, memoryBytes } = machineResources();
  const found = `${cores} cores, ${(memoryBytes / 1e9).toFixed(1)} GB of memory`;
  return memoryBytes >= LEAST_MEMORY_BYTES
    ? ok('machine', found)
    : { name: 'machine', verdict: 'warn', found, advice: 'large fragments may need more than 4 GB' };
}

function directoryFinding(wanted: string): Finding {
  const { directory, fileSystem, freeBytes, warnings, refusal } = checkDirectory(wanted);
  const found = `${directory}, ${(freeBytes / 1e9).toFixed(1)} GB free${fileSystem === null ? '' : ` on ${fileSystem}`}`;
  if (refusal !== null) return { name: 'directory', verdict: 'missing', found, advice: refusal };
  return warnings.length === 0
    ? ok('directory', found)
    : { name: 'directory', verdict: 'warn', found, advice: warnings.join('; ') };
}

/** Whether a NATS server greets at the URL; null stands for: none is asked for and none runs. */
async function natsFinding(url: string | null): Promise<Finding> {
  if (url === null) return ok('NATS', 'no executor runs in the directory; it starts its own nats-server');
  const { hostname, port } = new URL(url);
  const greeting = await new Promise<string | null>((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 4222), timeout: 3_000 });
    const end = (answer: string | null) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (bytes) => end(bytes.toString('latin1')));
    socket.once('error', () => end(null));
    socket.once('timeout', () => end(null));
    socket.once('close', () => end(null));
  });
  if (greeting?.startsWith('INFO ')) {
    const { version } = JSON.parse(greeting.slice(5).split('\r\n')[0]!) as { version: string };
    return ok('NATS', `nats-server ${version} answers at ${url}`);
  }
  return {
    name: 'NATS',
    verdict: 'missing',
    found: `nothing answers at ${url}`,
    advice: 'start the server there or correct the address',
  };
}

import { parseArgs } from 'node:util';
import { machineResources } from '@bespoke/child-process';
import { taskKinds, taskKindsOf, type Resources, type TaskKindName } from '@bespoke/messaging';
import type { StageName } from '@bespoke/workflow-schema';

const GIGABYTE = 1e9;

export class WorkerConfigurationError extends Error {
  readonly code = 'worker-configuration';
  constructor(message: string) {
    super(message);
    this.name = 'WorkerConfigurationError';
  }
}

/**
 * What a worker may use: `--n-cores` (all that there are) and `--max-mem`, GB for each core (an equal share
 * of what there is, a container's limit included).
 * @throws WorkerConfigurationError on a wrong flag, or if a task of the stage could never run
 */
export function workerResources(args: readonly string[], stage: StageName): Resources {
  const values = parseFlags(args);
  const machine = machineResources();
  const cores = positive('--n-cores', values['n-cores']) ?? machine.cores;
  if (!Number.isInteger(cores)) throw new WorkerConfigurationError('--n-cores must be a whole number');
  const gigabytesPerCore = positive('--max-mem', values['max-mem']);
  const memoryBytes =
    gigabytesPerCore === undefined ? machine.memoryBytes : Math.floor(gigabytesPerCore * cores * GIGABYTE);
  for (const kind of taskKindsOf(stage)) {
    const { cores: needed, ...need } = taskKinds[kind];
    const neededCores = needed === 'all' ? 1 : needed;
    if (neededCores > cores || need.memoryBytes > memoryBytes) {
      throw new WorkerConfigurationError(
        `a ${kind} task needs ${neededCores} cores and ${(need.memoryBytes / GIGABYTE).toFixed(2)} GB, but this worker has ` +
          `${cores} and ${(memoryBytes / GIGABYTE).toFixed(2)} GB: raise --n-cores or --max-mem`,
      );
    }
  }
  return { cores, memoryBytes };
}

/** What a task holds: its cores and their share of the worker's memory, but at least what it needs. */
export function taskResources(worker: Resources, kind: TaskKindName): Resources {
  const { cores: needed, memoryBytes } = taskKinds[kind];
  const cores = needed === 'all' ? worker.cores : needed;
  return {
    cores,
    memoryBytes: Math.max(memoryBytes, Math.floor((worker.memoryBytes / worker.cores) * cores)),
  };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { 'n-cores': { type: 'string' }, 'max-mem': { type: 'string' } },
    }).values;
  } catch (error) {
    throw new WorkerConfigurationError((error as Error).message);
  }
}

function positive(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) {
    throw new WorkerConfigurationError(`${flag} must be a positive number, not ${text}`);
  }
  return value;
}

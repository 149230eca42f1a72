import type { MachineResources } from '@bespoke/child-process';

export const STAGE_APPS = ['fragmenter', 'qc-compute', 'optimizer'] as const;
export type StageApp = (typeof STAGE_APPS)[number];

/** What one worker is given: the values of its --n-cores and --max-mem. */
export interface WorkerResources {
  cores: number;
  /** GB for each core. */
  memoryGbPerCore: number;
}

/** A part of the memory stays with the operating system, nats-server, the gateway and Node itself. */
const WORKERS_SHARE_OF_MEMORY = 0.8;
/** However many cores were asked for: a worker refuses to start with less than its tasks need. */
const LEAST_GB = 1;
/** As the workers count it. */
const BYTES_PER_GB = 1e9;

/**
 * Shares the machine out. The workers of qc-compute divide its cores among them, for nearly all work is theirs
 * and the other stages work before and after it. So do those of the fragmenter: a fragment task takes seconds of all
 * cores, and nothing of its fit can begin before; what other fits compute meanwhile runs on beside it. The optimizer
 * gets a core for each worker.
 */
export function shareResources(
  machine: MachineResources,
  workers: Readonly<Record<StageApp, number>>,
  asked: { qcComputeCores?: number; qcComputeMemoryGbPerCore?: number },
): Record<StageApp, WorkerResources> {
  const shareOfCores = (count: number) => Math.max(1, Math.floor(machine.cores / Math.max(1, count)));
  const cores = asked.qcComputeCores ?? shareOfCores(workers['qc-compute']);
  const busyCores = Math.max(machine.cores, cores * workers['qc-compute']);
  const memoryGb = (machine.memoryBytes * WORKERS_SHARE_OF_MEMORY) / BYTES_PER_GB / busyCores;
  const memoryGbPerCore = Math.floor(memoryGb * 100) / 100;
  const single = { cores: 1, memoryGbPerCore: Math.max(LEAST_GB, memoryGbPerCore) };
  const fragmenterCores = shareOfCores(workers.fragmenter);
  return {
    fragmenter: {
      cores: fragmenterCores,
      memoryGbPerCore: Math.max(LEAST_GB / fragmenterCores, memoryGbPerCore),
    },
    'qc-compute': { cores, memoryGbPerCore: asked.qcComputeMemoryGbPerCore ?? memoryGbPerCore },
    optimizer: single,
  };
}

import { availableParallelism, totalmem } from 'node:os';

export interface MachineResources {
  cores: number;
  memoryBytes: number;
}

/** The cores and the memory that this process may use, a container's limit included. */
export function machineResources(): MachineResources {
  // Unlimited is said as 0, as undefined or as a huge number.
  const limit = process.constrainedMemory() || Infinity;
  return { cores: availableParallelism(), memoryBytes: Math.min(totalmem(), limit) };
}

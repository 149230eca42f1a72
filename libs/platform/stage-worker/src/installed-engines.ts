import type { WorkerRecord } from '@bespoke/messaging';

/** The programs that are there, each in the version that it says. */
export async function installedEngines(
  programs: readonly { name: string; probe(): Promise<{ version: string } | null> }[],
): Promise<WorkerRecord['engines']> {
  const probes = await Promise.all(
    programs.map(async (program) => ({ program: program.name, found: await program.probe() })),
  );
  return probes.flatMap(({ program, found }) => (found ? [{ program, version: found.version }] : []));
}

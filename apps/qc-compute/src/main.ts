import { loadRDKit } from '@bespoke/molecule';
import { engines } from '@bespoke/qc-engines';
import { runStageWorker } from '@bespoke/stage-worker';
import { QcComputeModule } from './qc-compute.module';

/** The engines that are there, with the versions that they say. */
async function installedEngines() {
  await loadRDKit();
  const probes = await Promise.all(
    engines.map(async ({ name, probe }) => ({ program: name, found: await probe() })),
  );
  return probes.flatMap(({ program, found }) => (found ? [{ program, version: found.version }] : []));
}

void runStageWorker({ stage: 'qc-generation', module: QcComputeModule, engines: installedEngines });

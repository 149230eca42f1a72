import { loadRDKit } from '@bespoke/molecule';
import { engines } from '@bespoke/qc-engines';
import { installedEngines, runStageWorker } from '@bespoke/stage-worker';
import { QcComputeModule } from './qc-compute.module';

void runStageWorker({
  stage: 'qc-generation',
  module: QcComputeModule,
  engines: async () => {
    await loadRDKit();
    return installedEngines(engines);
  },
});

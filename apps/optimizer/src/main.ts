import { loadRDKit } from '@bespoke/molecule';
import { probeMopac } from '@bespoke/qc-engines';
import { installedEngines, runStageWorker } from '@bespoke/stage-worker';
import { Module } from '@nestjs/common';
import { FitParametersHandler } from './fit-parameters.handler';
import { GroupFragmentsHandler } from './group-fragments.handler';
import { WriteForceFieldHandler } from './write-force-field.handler';

@Module({ controllers: [GroupFragmentsHandler, FitParametersHandler, WriteForceFieldHandler] })
class OptimizerModule {}

async function start(): Promise<void> {
  await loadRDKit();
  await runStageWorker({
    stage: 'optimization',
    module: OptimizerModule,
    // For charges; without it, fits whose charges need it are other workers'.
    engines: () => installedEngines([{ name: 'mopac', probe: probeMopac }]),
  });
}

void start();

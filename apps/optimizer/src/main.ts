import { loadRDKit } from '@bespoke/molecule';
import { runStageWorker } from '@bespoke/stage-worker';
import { Module } from '@nestjs/common';
import { FitParametersHandler } from './fit-parameters.handler';
import { GroupFragmentsHandler } from './group-fragments.handler';
import { WriteForceFieldHandler } from './write-force-field.handler';

@Module({ controllers: [GroupFragmentsHandler, FitParametersHandler, WriteForceFieldHandler] })
class OptimizerModule {}

async function start(): Promise<void> {
  await loadRDKit();
  await runStageWorker({ stage: 'optimization', module: OptimizerModule, engines: async () => [] });
}

void start();

import { loadRDKit } from '@bespoke/molecule';
import { runStageWorker } from '@bespoke/stage-worker';
import { Module } from '@nestjs/common';
import { FitParametersHandler } from './fit-parameters.handler';

@Module({ controllers: [FitParametersHandler] })
class OptimizerModule {}

async function start(): Promise<void> {
  await loadRDKit();
  await runStageWorker({ stage: 'optimization', module: OptimizerModule, engines: async () => [] });
}

void start();

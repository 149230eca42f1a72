import { probeMopac } from '@bespoke/qc-engines';
import { installedEngines, runStageWorker } from '@bespoke/stage-worker';
import { Module } from '@nestjs/common';
import { FragmentHandler } from './fragment.handler';

@Module({ controllers: [FragmentHandler] })
class FragmenterModule {}

void runStageWorker({
  stage: 'fragmentation',
  module: FragmenterModule,
  // For bond orders; without it, molecules are cut by the other schemes.
  engines: () => installedEngines([{ name: 'mopac', probe: probeMopac }]),
});

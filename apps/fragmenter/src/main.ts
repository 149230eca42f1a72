import { runStageWorker } from '@bespoke/stage-worker';
import { Module } from '@nestjs/common';
import { FragmentHandler } from './fragment.handler';

@Module({ controllers: [FragmentHandler] })
class FragmenterModule {}

void runStageWorker({ stage: 'fragmentation', module: FragmenterModule, engines: async () => [] });

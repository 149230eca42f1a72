import { probeMopac } from '@bespoke/qc-engines';
import { runStageWorker } from '@bespoke/stage-worker';
import { Module } from '@nestjs/common';
import { FragmentHandler } from './fragment.handler';

@Module({ controllers: [FragmentHandler] })
class FragmenterModule {}

/** For bond orders; without it, molecules are cut by the other schemes. */
async function installedEngines() {
  const mopac = await probeMopac();
  return mopac ? [{ program: 'mopac', version: mopac.version }] : [];
}

void runStageWorker({ stage: 'fragmentation', module: FragmenterModule, engines: installedEngines });

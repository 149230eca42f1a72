// Sixteen 1-aryl-2-methoxyethylamines, whose scaffold is one of the development molecules, from SMILES to force fields:
// what they take together against what they would take one by one.
//
//   node test/nightly/congeneric-series.mjs [workflow] [directory]      (debug; a fresh directory)

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createGatewayClient, hasEnded, seriesPlan } from '@bespoke/client';

const MAIN = join(import.meta.dirname, '../../apps/cli/dist/main.js');
const SERIES = join(import.meta.dirname, 'congeneric-series.smi');
const [workflow = 'debug', directory = mkdtempSync(join(tmpdir(), 'bespoke-series-'))] =
  process.argv.slice(2);

const executor = spawn(process.execPath, [MAIN, 'executor', 'launch', '--json', '--directory', directory], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const [line] = await new Promise((resolve) =>
    executor.stdout.once('data', (text) => resolve([String(text)])),
  );
  const client = createGatewayClient({ baseUrl: JSON.parse(line).gatewayUrl, retrySeconds: 60 });
  const started = performance.now();
  const submit = ['executor', 'submit', '--directory', directory, '--file', SERIES, '--workflow', workflow];
  const lines = execFileSync(process.execPath, [MAIN, ...submit, '--json'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each));
  const { plan } = lines.pop();
  const planned = (performance.now() - started) / 1000;

  const fits = await Promise.all(
    lines.map(async ({ id }) => {
      for await (const view of client.watchFit(id)) if (hasEnded(view.status)) return view;
      throw new Error(`the events of ${id} ended before it did`);
    }),
  );
  const parameterFits = fits.flatMap((fit) => fit.parameterFits);
  const { drives } = seriesPlan(fits);
  console.log(
    JSON.stringify(
      {
        workflow,
        plan: { ...plan, shared: plan.shared.map(({ fragment, molecules }) => [fragment, molecules.length]) },
        succeeded: fits.filter(({ status }) => status === 'succeeded').length,
        drives: { computed: drives.needed - drives.reused, withoutSharing: drives.withoutSharing },
        parameterFits: {
          computed: new Set(parameterFits.map(({ taskId }) => taskId)).size,
          withoutSharing: parameterFits.length,
        },
        seconds: { untilPlanned: planned, untilFitted: (performance.now() - started) / 1000 },
      },
      null,
      1,
    ),
  );
} finally {
  executor.kill('SIGTERM');
}

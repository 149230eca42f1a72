// How much of the cores' time the torsion drives of one fit spend inside xtb: the rest is what the platform
// costs (start-up of engines, queueing, waiting at the wavefront's barrier). A ratio, so that it means the same
// on a slow machine and on a fast one. XTB_BIN has the program used, once for each gradient, and not the library.
//   node test/bench/drive-efficiency.mjs [SMILES] [CORES]
// Prints one JSON object. Needs a build and a real xtb.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';

const [smiles = 'COc1ccccc1CCN', cores = String(availableParallelism())] = process.argv.slice(2);
const directory = mkdtempSync(path.join(tmpdir(), 'bespoke-bench-'));
try {
  const log = path.join(directory, 'xtb.log');
  const wrapper = path.join(directory, 'xtb');
  const real = execFileSync('sh', ['-c', 'command -v xtb'], { encoding: 'utf8' }).trim();
  writeFileSync(
    wrapper,
    `#!/bin/sh
case "$*" in *--version*) exec ${real} "$@" ;; esac
start=$(date +%s.%N)
${real} "$@"
code=$?
echo "$start $(date +%s.%N)" >> '${log}'
exit $code
`,
  );
  chmodSync(wrapper, 0o755);

  const commandLine = path.resolve(import.meta.dirname, '../../apps/cli/dist/main.js');
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...[commandLine, 'executor', 'run', '--smiles', smiles, '--workflow', 'draft'],
      ...['--directory', path.join(directory, 'state'), '--output', path.join(directory, 'fit.json')],
      ...['--qc-compute-n-cores', cores],
    ],
    { env: { ...process.env, XTB_BIN: wrapper }, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);

  const runs = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  const wallSeconds = Math.max(...runs.map(([, end]) => end)) - Math.min(...runs.map(([start]) => start));
  const xtbSeconds = runs.reduce((sum, [start, end]) => sum + end - start, 0);
  const { fit, timings } = JSON.parse(readFileSync(path.join(directory, 'fit.json'), 'utf8'));
  console.log(
    JSON.stringify({
      smiles,
      cores: Number(cores),
      drives: fit.torsions.length,
      gradients: runs.length,
      meanXtbSeconds: xtbSeconds / runs.length,
      shareOfCoresInXtb: xtbSeconds / (wallSeconds * Number(cores)),
      stageSeconds: Object.fromEntries(timings.stages.map(({ stage, seconds }) => [stage, seconds])),
    }),
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}

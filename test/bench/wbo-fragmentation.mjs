// How long it takes to cut molecules by bond orders, with one core and with two: wall time, the CPU time of MOPAC, and
// that of this process, which makes the conformers. CPU times mean the same on a busy machine.
//   node test/bench/wbo-fragmentation.mjs SMILES…
//   node test/bench/wbo-fragmentation.mjs FILE.smi [HOW MANY OF THE LARGEST]
// Prints a table. Needs a build and a real MOPAC.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

const require = createRequire(import.meta.url);
const { fragmentMolecule } = require('@bespoke/fragmentation');
const { loadRDKit, moleculeFromSmiles } = require('@bespoke/molecule');
const { elf10BondOrders } = require('@bespoke/partial-charges');
const { builtInWorkflows, defaultFragmentation } = require('@bespoke/workflow-schema');

const [first = 'COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1', second, ...rest] = process.argv.slice(2);

await loadRDKit();
if (first === '--one') console.log(JSON.stringify(await cut(second, Number(rest[0]))));
else if (existsSync(first)) compare(largest(readFileSync(first, 'utf8'), Number(second ?? 5)));
else compare([first, ...(second === undefined ? [] : [second]), ...rest]);

function compare(molecules) {
  const rows = molecules.map((smiles) => {
    // A process for each: what OpenChemLib knows of rings after a first molecule makes the next one quicker.
    const [one, two] = [1, 2].map((cores) =>
      JSON.parse(
        execFileSync(process.execPath, [import.meta.filename, '--one', smiles, String(cores)], {
          encoding: 'utf8',
        }),
      ),
    );
    return {
      smiles,
      atoms: one.atoms,
      fragments: one.fragments,
      'wall s, 1 core': one.wallSeconds.toFixed(1),
      'wall s, 2 cores': two.wallSeconds.toFixed(1),
      ratio: (one.wallSeconds / two.wallSeconds).toFixed(2),
      'MOPAC runs': one.runs,
      'MOPAC CPU s': one.mopacCpuSeconds.toFixed(1),
      'own CPU s': one.ownCpuSeconds.toFixed(1),
    };
  });
  console.table(rows);
  console.log(`load average ${loadavg()[0].toFixed(1)}`);
}

function largest(text, count) {
  return text
    .split('\n')
    .flatMap((line) => line.trim().split(/\s+/)[0] || [])
    .map((smiles) => ({ smiles, atoms: moleculeFromSmiles(smiles).atoms.length }))
    .sort((a, b) => b.atoms - a.atoms)
    .slice(0, count)
    .map(({ smiles }) => smiles);
}

async function cut(smiles, cores) {
  const molecule = moleculeFromSmiles(smiles);
  const directory = mkdtempSync(path.join(tmpdir(), 'bespoke-bench-'));
  try {
    const log = path.join(directory, 'times');
    process.env.MOPAC_BIN = timedMopac(directory, log);
    const run = { cores, memoryBytes: 1e9, scratchDirectory: directory };
    const { targetTorsionSmarts } = builtInWorkflows.get('default');
    const before = process.cpuUsage();
    const startedMs = performance.now();
    const fragments = await fragmentMolecule(
      molecule,
      { ...defaultFragmentation('wbo'), targetTorsionSmarts },
      { bondOrders: elf10BondOrders(run) },
    );
    const wallSeconds = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(before);
    // Of each run the shell's own times, then those of MOPAC.
    const runs = (existsSync(log) ? readFileSync(log, 'utf8') : '')
      .split('\n')
      .filter((line, index) => line !== '' && index % 2 === 1);
    return {
      atoms: molecule.atoms.length,
      fragments: fragments.length,
      wallSeconds,
      ownCpuSeconds: (user + system) / 1e6,
      runs: runs.length,
      mopacCpuSeconds: runs.reduce((sum, line) => sum + childSeconds(line), 0),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A program that runs MOPAC and then notes what it took. */
function timedMopac(directory, log) {
  const wrapper = path.join(directory, 'mopac');
  const real = execFileSync('sh', ['-c', 'command -v mopac'], { encoding: 'utf8' }).trim();
  writeFileSync(wrapper, `#!/bin/sh\n${real} "$@"\ncode=$?\ntimes >> '${log}'\nexit $code\n`);
  chmodSync(wrapper, 0o755);
  return wrapper;
}

/** The shell's "0m1.230s 0m0.040s": user and system. */
function childSeconds(line) {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60 * minutes + Number(seconds),
    0,
  );
}

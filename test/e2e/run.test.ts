import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { builtInForceField } from '@bespoke/smirnoff';
import { builtInWorkflows, type FitReport, type Workflow } from '@bespoke/workflow-schema';
import { describe, expect, it } from 'vitest';
import { bespokePerTest, until } from './support/bespoke';
import { compareWithOpenFF, openffPython } from './support/openff';

const newBespoke = bespokePerTest();
const MELATONIN = 'CC(=O)NCCC1=CNc2c1cc(OC)cc2';

function reportOf(file: string): FitReport {
  return JSON.parse(readFileSync(file, 'utf8')) as FitReport;
}

describe('executor run', () => {
  it('takes melatonin to a force field that OpenFF and OpenMM agree with, and leaves no process', async () => {
    const bespoke = newBespoke();
    const output = bespoke.file('melatonin.json');
    const forceField = bespoke.file('melatonin.offxml');
    const { exitCode, stderr } = await bespoke.executorRun([
      ...['--smiles', MELATONIN, '--workflow', 'draft'],
      ...['--output', output, '--output-force-field', forceField],
    ]).ended;
    expect(exitCode, stderr).toBe(0);
    await until('every process to be gone', () => bespoke.processes.alive().length === 0, 15_000);

    const report = reportOf(output);
    expect(report.referenceNote).toMatch(/GFN2/);
    expect(report.fragments.every(({ dropped }) => dropped === null)).toBe(true);
    const torsions = report.fit?.torsions ?? [];
    expect(torsions.length).toBeGreaterThanOrEqual(4);
    for (const torsion of torsions) {
      expect(torsion.rmseAfterKcalPerMol).toBeLessThanOrEqual(torsion.rmseBeforeKcalPerMol + 0.05);
      expect(torsion.points.length).toBe(24);
    }
    expect(report.fit?.objective.after.total).toBeLessThan(report.fit?.objective.before.total ?? 0);
    expect(readFileSync(bespoke.file('melatonin.html'), 'utf8')).toMatch(/<svg/);

    const python = openffPython();
    if (python === null) {
      console.warn('skipped: no Python 3.12 or later, so OpenFF and OpenMM were not asked');
      return;
    }
    const verdict = compareWithOpenFF(python, forceField, output);
    expect(verdict.parentTorsionsLabelled).toBeGreaterThan(0);
    for (const torsion of verdict.torsions) {
      expect(torsion.fragmentTorsionsLabelled).toBeGreaterThan(0);
      expect(torsion.worstKcalPerMol).toBeLessThan(0.01);
    }
  });

  it('fits Sage 2.3.0 with the NAGL charges that it wants, and OpenFF and OpenMM agree', async () => {
    const bespoke = newBespoke();
    const output = bespoke.file('propanol.json');
    const forceField = bespoke.file('propanol.offxml');
    const { exitCode, stderr } = await bespoke.executorRun([
      ...['--smiles', 'CCCO', '--workflow', 'debug', '--force-field', 'openff_unconstrained-2.3.0.offxml'],
      ...['--output', output, '--output-force-field', forceField],
    ]).ended;
    expect(exitCode, stderr).toBe(0);
    const report = reportOf(output);
    expect(report.fit?.chargeModel).toMatchObject({ method: 'NAGL', overridden: false });
    expect(readFileSync(forceField, 'utf8')).toMatch(/Charges: NAGL, openff-gnn-am1bcc 1\.0\.0/);
    const python = openffPython();
    if (python === null) {
      console.warn('skipped: no Python 3.12 or later, so OpenFF and OpenMM were not asked');
      return;
    }
    for (const torsion of compareWithOpenFF(python, forceField, output).torsions) {
      expect(torsion.fragmentTorsionsLabelled).toBeGreaterThan(0);
      expect(torsion.worstKcalPerMol).toBeLessThan(0.01);
    }
  });

  it('gives the base force field, and says so, where no bond can be turned', async () => {
    const bespoke = newBespoke();
    const { exitCode, stderr } = await bespoke.executorRun([
      ...['--smiles', 'c1ccccc1', '--workflow', 'draft', '--output', bespoke.file('benzene.json')],
      ...['--output-force-field', bespoke.file('benzene.offxml')],
    ]).ended;
    expect(exitCode, stderr).toBe(0);
    const report = reportOf(bespoke.file('benzene.json'));
    expect(report.fit).toBeNull();
    expect(report.warnings.join()).toMatch(/base force field/);
    expect(readFileSync(bespoke.file('benzene.offxml'), 'utf8')).toMatch(/<SMIRNOFF/);
    expect(bespoke.xtb.runs()).toEqual([]);
  });

  it('scans the whole molecule about the bond whose fragment is unlike it, and the report says so', async () => {
    const bespoke = newBespoke();
    const debug = builtInWorkflows.get('debug')!;
    const parentCheck = { ...builtInWorkflows.get('draft')!.parentCheck, gridSpacingDegrees: 60 };
    writeFileSync(bespoke.file('workflow.json'), JSON.stringify({ ...debug, name: 'checked', parentCheck }));
    const { exitCode, stderr } = await bespoke.executorRun([
      // A thioester, which is cut to a thioether.
      ...['--smiles', 'CC(=O)Sc1ccccc1C=O', '--workflow-file', bespoke.file('workflow.json')],
      ...['--output', bespoke.file('fit.json'), '--output-force-field', bespoke.file('fit.offxml')],
    ]).ended;
    expect(exitCode, stderr).toBe(0);
    const { fragments, fit, mappedSmiles, versions } = reportOf(bespoke.file('fit.json'));
    const replaced = fragments.find(({ replaces }) => replaces === 'CSc1ccccc1C=O');
    expect(replaced).toMatchObject({ dropped: null, parentCheck: { verdict: 'unlike' } });
    const atomsOf = (smiles: string) => smiles.match(/:\d+\]/g)!.length;
    expect(atomsOf(replaced!.mappedSmiles)).toBe(atomsOf(mappedSmiles));
    expect(fit!.torsions[replaced!.torsion!]!.mappedSmiles).toBe(replaced!.mappedSmiles);
    expect(fragments.filter(({ replaces }) => replaces !== null).length).toBeLessThan(fragments.length);
    expect(versions).toHaveProperty('xtb');
  });

  it.each([
    ['general parameters in place', { parameters: 'general', periodicities: [] }],
    ['torsions and angles of the molecule', { periodicities: [], also: ['Angles'] }],
  ] as const)('fits %s, and OpenFF and OpenMM agree', async (_, settings) => {
    const bespoke = newBespoke();
    const { fit: debugFit, ...debug } = builtInWorkflows.get('debug')!;
    const workflow = { ...debug, name: 'figures', fit: { ...debugFit, ...settings } };
    writeFileSync(bespoke.file('workflow.json'), JSON.stringify(workflow));
    const [output, offxml] = [bespoke.file('fit.json'), bespoke.file('fit.offxml')];
    const { exitCode, stderr } = await bespoke.executorRun([
      ...['--smiles', 'CCCO', '--workflow-file', bespoke.file('workflow.json')],
      ...['--output', output, '--output-force-field', offxml],
    ]).ended;
    expect(exitCode, stderr).toBe(0);
    const { figures, torsions } = reportOf(output).fit!;
    const [inFile, base] = [readFileSync(offxml, 'utf8'), builtInForceField(debug.baseForceField)];
    const parameterCount = (text: string): number => text.split('smirks="').length;
    const isGeneral = 'parameters' in settings;
    expect(torsions.every(({ parameters }) => (parameters.length === 0) === isGeneral)).toBe(true);
    expect(parameterCount(inFile) > parameterCount(base)).toBe(!isGeneral);
    expect(inFile.includes('changed in place')).toBe(isGeneral);
    expect(figures!.some(({ section }) => section === 'Angles')).toBe(!isGeneral);
    expect(figures!.some(({ before, after }) => before !== after)).toBe(true);
    for (const { smirks } of figures!) expect(inFile).toContain(`smirks="${smirks}"`);
    const python = openffPython();
    if (python === null) {
      console.warn('skipped: no Python 3.12 or later, so OpenFF and OpenMM were not asked');
      return;
    }
    for (const torsion of compareWithOpenFF(python, offxml, output).torsions) {
      expect(torsion.worstKcalPerMol).toBeLessThan(0.01);
    }
  });

  it('fits to energies of a higher level than the geometries, at some of them, and says how sure they are', async () => {
    const bespoke = newBespoke();
    const debug = builtInWorkflows.get('debug')!;
    const workflow: Workflow = {
      ...debug,
      name: 'two-levels',
      qc: { program: 'xtb', method: 'GFN1-xTB' },
      torsionDrive: { ...debug.torsionDrive, gridSpacingDegrees: 30 },
      singlePoints: {
        qc: { program: 'xtb', method: 'GFN2-xTB' },
        targetStandardErrorKcalPerMol: 0.01,
        leastPoints: 4,
        mostPoints: 6,
        pointsPerRound: 1,
      },
    };
    writeFileSync(bespoke.file('workflow.json'), JSON.stringify(workflow));
    const { exitCode, stderr } = await bespoke.executorRun([
      ...['--smiles', 'OCCF', '--workflow-file', bespoke.file('workflow.json')],
      ...['--output', bespoke.file('fit.json'), '--output-force-field', bespoke.file('fit.offxml')],
    ]).ended;
    expect(exitCode, stderr).toBe(0);
    const { fragments, fit, referenceNote, warnings } = reportOf(bespoke.file('fit.json'));
    expect(fragments.length).toBeGreaterThan(0);
    for (const { reference, torsion } of fragments) {
      expect(reference).toMatchObject({ method: 'GFN2-xTB', geometriesBy: { method: 'GFN1-xTB' } });
      const { points } = fit!.torsions[torsion!]!;
      expect(points).toHaveLength(12);
      const computed = points.filter(({ isComputed }) => isComputed);
      expect(computed.length).toBeGreaterThanOrEqual(4);
      expect(computed.length).toBeLessThanOrEqual(6);
      const largest = (some: typeof points) =>
        Math.max(...some.map((point) => point.standardErrorKcalPerMol!));
      expect(largest(computed)).toBeLessThan(largest(points));
    }
    expect(referenceNote).toMatch(/GFN2-xTB, computed with xtb .* drive by GFN1-xTB/);
    expect(warnings.join('\n')).toMatch(
      /^bond .* standard error of .* after 6 single points; wanted was 0\.01$/m,
    );
    expect(readFileSync(bespoke.file('fit.offxml'), 'utf8')).toMatch(
      /GFN2-xTB, xtb .* at geometries by GFN1-xTB, xtb/,
    );
    expect(readFileSync(bespoke.file('fit.html'), 'utf8')).toMatch(/class="band"/);
  });

  it('scans a fragment that two molecules share once', async () => {
    const bespoke = newBespoke();
    const { exitCode, stderr } = await bespoke.executorRun([
      // The anisole fragment of both is the same.
      ...['--smiles', 'COc1ccccc1', '--smiles', 'COc1ccc(C)cc1', '--smiles', 'c1ccccc1OC'],
      ...['--workflow', 'draft', '--output', bespoke.file('fit.json')],
      ...['--output-force-field', bespoke.file('fit.offxml')],
    ]).ended;
    expect(exitCode, stderr).toBe(0);
    expect(bespoke.xtb.repeated()).toBe(0);
  });

  it.each([
    ['an unreadable SMILES', ['--smiles', 'C1CC('], 3, /C1CC\(/],
    ['a salt', ['--smiles', 'CC(=O)[O-].[Na+]'], 3, /salt|mixture|component/i],
    ['a radical', ['--smiles', 'C[CH2]'], 3, /radical|unpaired/i],
    ['an element without parameters', ['--smiles', 'C[Se]C'], 3, /Se/],
    ['a missing file', ['--file', '/no/such/file.sdf'], 3, /no such file|does not exist|not found/i],
    ['an unknown workflow', ['--smiles', 'CCO', '--workflow', 'quick'], 4, /quick.*draft/s],
    ['a workflow that nothing here can run', ['--smiles', 'CCO', '--workflow', 'default'], 4, /psi4/],
    [
      'an output that cannot be written',
      ['--smiles', 'CCO', '--output', '/dev/null/x.json'],
      5,
      /\/dev\/null/,
    ],
  ])('refuses %s in one line, with an exit code of its own', async (_, args, code, message) => {
    const bespoke = newBespoke();
    const workflow = args.includes('--workflow') ? [] : ['--workflow', 'draft'];
    const { exitCode, stderr } = await bespoke.executorRun([...args, ...workflow]).ended;
    expect(exitCode, stderr).toBe(code);
    const lastLine = stderr.trim().split('\n').at(-1) ?? '';
    expect(lastLine).toMatch(message);
    expect(bespoke.xtb.runs()).toEqual([]);
    expect(existsSync(bespoke.file('output.html'))).toBe(false);
    await until('every process to be gone', () => bespoke.processes.alive().length === 0, 15_000);
  });
});

describe('executor watch, retrieve and cancel', () => {
  it.each(['watch', 'retrieve', 'cancel'])(
    '%s says how to name a fit where none is named',
    async (command) => {
      const bespoke = newBespoke();
      const unnamed = await bespoke.run(['executor', command]);
      expect(unnamed).toMatchObject({ exitCode: 2, stdout: '' });
      expect(unnamed.stderr).toMatch(/^error: .*--id <id>.*executor list.*\n$/);
      expect((await bespoke.run(['executor', command, 'f1'])).stderr).toBe(
        'error: f1 needs its option: --id f1\n',
      );
    },
  );
});

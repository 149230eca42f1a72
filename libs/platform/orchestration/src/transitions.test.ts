import * as wavefront from '@bespoke/torsion-drive';
import {
  builtInWorkflows,
  defaultFragmentation,
  type DriveStatus,
  type FitStatus,
  type StageName,
} from '@bespoke/workflow-schema';
import { describe, expect, it } from 'vitest';
import {
  driveNeeds,
  fitNeeds,
  isDriveOpen,
  isFitOpen,
  newDrive,
  newFit,
  stepDrive,
  stepFit,
  type DriveEvent,
  type DriveOrder,
  type DriveRecord,
  type FitEvent,
  type FitRecord,
  type Supply,
  type TaskOutcome,
} from './index';

// Every status with every event: what is allowed to follow, and that the second time nothing does.

const workflow = { ...builtInWorkflows.get('debug')! };
const order: DriveOrder = {
  mappedSmiles: 'a',
  dihedral: [0, 1, 2, 3],
  qc: workflow.qc,
  programVersion: '6.4.1',
  torsionDrive: workflow.torsionDrive,
  lane: 'normal',
};
const supply: Supply = {
  workers: [
    { stage: 'fragmentation', engines: [] },
    { stage: 'qc-generation', engines: [{ program: 'xtb', version: '6.4.1' }] },
    { stage: 'optimization', engines: [] },
  ],
  pools: null,
};
const nobody: Supply = { workers: [], pools: null };

function outcome(kind: 'succeeded' | 'failed' | 'crashed' | 'timed-out', output: unknown = {}): TaskOutcome {
  return kind === 'succeeded'
    ? { outcome: kind, output }
    : { outcome: kind, failure: { code: kind, message: `it ${kind}` } };
}

describe('a drive', () => {
  const observe = (drive: DriveRecord, result: TaskOutcome | null, by = supply): DriveEvent => ({
    type: 'observed',
    outcomes: Object.fromEntries(driveNeeds(drive, wavefront).map((task) => [task, result])),
    supply: by,
  });
  const step = (drive: DriveRecord, event: DriveEvent): DriveRecord =>
    stepDrive(drive, event, wavefront).state;
  const conformers = outcome('succeeded', { conformers: [{ geometryAngstrom: [], dihedralDegrees: 60 }] });
  const wanted = step(newDrive(order), { type: 'wanted', by: 'f' });
  const opened = step(wanted, observe(wanted, conformers));
  const point = (degrees: number) =>
    outcome('succeeded', {
      energyHartree: -1,
      energyAtTargetHartree: -1,
      dihedralDegrees: degrees,
      geometryAngstrom: [degrees],
    });

  function drives(): Record<string, DriveRecord> {
    let running = opened;
    for (let steps = 0; isDriveOpen(running) && steps < 50; steps++) {
      const outcomes: Record<string, TaskOutcome> = {};
      for (const { task } of stepDrive(running, observe(running, null), wavefront).commands.flatMap(
        (command) => (command.type === 'publish-task' ? [command] : []),
      )) {
        if (task.kind === 'constrained-optimization') outcomes[task.taskId] = point(task.input.targetDegrees);
      }
      if (Object.keys(outcomes).length === 0) {
        for (const { gridDegrees, geometry } of wavefront.bestPoints(running.wavefront!)) {
          outcomes[geometry] = point(gridDegrees[0]!);
        }
      }
      running = step(running, { type: 'observed', outcomes, supply });
    }
    return {
      waiting: step(wanted, observe(wanted, null, nobody)),
      running: opened,
      succeeded: running,
      failed: step(opened, observe(opened, outcome('failed'))),
      crashed: step(opened, observe(opened, outcome('crashed'))),
      cancelled: step(opened, { type: 'unwanted', by: 'f' }),
    };
  }
  const all = drives();

  it('reaches every status', () => {
    expect(Object.fromEntries(Object.entries(all).map(([name, { status }]) => [name, status]))).toEqual({
      waiting: 'waiting',
      running: 'running',
      succeeded: 'succeeded',
      failed: 'failed',
      crashed: 'failed',
      cancelled: 'cancelled',
    });
    expect(all['succeeded']!.recordSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(all['waiting']!.waitingFor).toBe('a worker with xtb 6.4.1');
  });

  const events: [string, (drive: DriveRecord) => DriveEvent, Record<string, DriveStatus>][] = [
    [
      'another fit wants it',
      () => ({ type: 'wanted', by: 'g' }),
      { crashed: 'waiting', cancelled: 'waiting' },
    ],
    ['the same fit wants it', () => ({ type: 'wanted', by: 'f' }), { cancelled: 'waiting' }],
    [
      'its fit no longer wants it',
      () => ({ type: 'unwanted', by: 'f' }),
      { waiting: 'cancelled', running: 'cancelled' },
    ],
    ['a stranger does not want it', () => ({ type: 'unwanted', by: 'x' }), {}],
    ['nothing is new', (drive) => observe(drive, null), { waiting: 'running' }],
    ['no worker is up', (drive) => observe(drive, null, nobody), { running: 'waiting' }],
    [
      'its tasks fail',
      (drive) => observe(drive, outcome('failed')),
      { waiting: 'failed', running: 'failed' },
    ],
    [
      'its tasks crash',
      (drive) => observe(drive, outcome('crashed')),
      { waiting: 'failed', running: 'failed' },
    ],
    [
      'its tasks time out',
      (drive) => observe(drive, outcome('timed-out')),
      { waiting: 'failed', running: 'failed' },
    ],
  ];
  for (const [what, event, changes] of events) {
    it.each(Object.keys(all))(`when ${what}: %s`, (name) => {
      const before = all[name]!;
      const frozen = JSON.stringify(before);
      const { state } = stepDrive(before, event(before), wavefront);
      expect(state.status).toBe(changes[name] ?? before.status);
      expect(step(state, event(before))).toEqual(state);
      expect(JSON.stringify(before)).toBe(frozen);
      expect(state.failure !== null).toBe(state.status === 'failed');
      expect(state.recordSha256 !== null).toBe(state.status === 'succeeded');
    });
  }

  it('keeps the key that it has always had where no coordinates were given', () => {
    const drive = newDrive({
      ...order,
      qc: { program: 'xtb', method: 'gfn2' },
      torsionDrive: { gridSpacingDegrees: 60, maxConformers: 3, energyDecreaseThresholdHartree: 1e-5 },
    });
    expect(drive.id).toBe('76564bdcf68d681e700d523d5991c173');
    expect(driveNeeds(drive, wavefront)).toEqual(['9de324366451237f27de1d894f5a2c57']);
  });

  it('implies its tasks while it is open, takes them back when cancelled, and none otherwise', () => {
    for (const drive of Object.values(all)) {
      const { commands } = stepDrive(drive, { type: 'unwanted', by: 'x' }, wavefront);
      const kinds = new Set(commands.map(({ type }) => type).filter((type) => type !== 'wake-fit'));
      expect([...kinds]).toEqual(
        isDriveOpen(drive) ? ['publish-task'] : drive.status === 'cancelled' ? ['drop-task'] : [],
      );
    }
  });

  it('that is opened again runs what crashed under another id, and nothing else anew', () => {
    const tasks = (drive: DriveRecord): string[] => driveNeeds(drive, wavefront);
    const again = step(all['crashed']!, { type: 'wanted', by: 'g' });
    expect(tasks(again)).toEqual(tasks(wanted));
    const reopened = step(again, observe(again, conformers));
    expect(tasks(reopened)).not.toEqual(tasks(opened));
    const uncancelled = step(all['cancelled']!, { type: 'wanted', by: 'g' });
    expect(tasks(step(uncancelled, observe(uncancelled, conformers)))).toEqual(tasks(opened));
  });

  it('fails with the reason where its conformers cannot start it', () => {
    const conformer = { geometryAngstrom: [], dihedralDegrees: NaN };
    for (const conformers of [[], [conformer]]) {
      const ended = step(wanted, observe(wanted, outcome('succeeded', { conformers })));
      expect(ended).toMatchObject({
        status: 'failed',
        failure: { message: expect.stringMatching(/\w/) as string },
      });
    }
  });

  const malformed: [string, unknown][] = [
    ['null', null],
    ['an empty object', {}],
    ['a geometry that is none', { conformers: [{ geometryAngstrom: null, dihedralDegrees: 60 }] }],
    ['an energy in words', { ...(point(0) as { output: object }).output, energyAtTargetHartree: '-1' }],
  ];
  it.each(malformed)('takes a result that makes no sense for a crash, not for ever: %s', (_, output) => {
    for (const drive of [wanted, opened]) {
      const failed = step(drive, observe(drive, outcome('succeeded', output)));
      expect(failed.status).toBe('failed');
      expect(failed.failure?.message).toContain('not what this version can read');
      expect(step(failed, { type: 'wanted', by: 'g' }).status).toBe('waiting');
    }
  });

  it('names the point whose engine failed rather than one that nothing got to, and its output', () => {
    const logSha256 = 'a'.repeat(64);
    const failure = { code: 'engine-failed', message: 'SCF not converged', logSha256 };
    const failed = step(opened, observe(opened, { outcome: 'failed', failure }));
    expect(failed.failure).toMatchObject({ code: 'drive-incomplete', logSha256 });
    expect(failed.failure!.message).toContain('at 60 degrees: SCF not converged');
  });

  it('drops a point that is off target', () => {
    const astray = step(opened, observe(opened, point(61)));
    expect(astray).toMatchObject({ status: 'failed', failure: { code: 'drive-incomplete' } });
  });
});

describe('a fit', () => {
  const now = '2026-01-01T00:00:01.000Z';
  const fresh = newFit({
    id: 'f',
    name: 'f',
    smiles: 'a',
    mappedSmiles: 'a',
    workflow,
    baseForceField: { name: 'base', sha256: 'b'.repeat(64) },
    lane: 'normal',
    softwareVersion: '0.1.0',
    createdAt: '2026-01-01T00:00:00.000Z',
  });
  const fragments = outcome('succeeded', {
    fragments: [{ mappedSmiles: 'a', smiles: 'a', dihedral: [0, 1, 2, 3], occurrences: [], parameters: [] }],
    warnings: [],
  });
  const groups = outcome('succeeded', { groups: [{ fragments: [0], smirks: [[]] }] });
  /** What the earlier tasks of a fit gave. */
  const known = (fit: FitRecord, task: string): TaskOutcome | null =>
    task === fit.fragmentTask.taskId && fit.stage !== 'fragmentation'
      ? fragments
      : task === fit.groupings?.[0]?.taskId && fit.parameterFits?.length
        ? groups
        : null;
  const drive = (status: DriveStatus): DriveRecord => ({
    ...stepDrive(newDrive(order), { type: 'wanted', by: 'f' }, wavefront).state,
    status,
    recordSha256: status === 'succeeded' ? 'd'.repeat(64) : null,
    failure: status === 'failed' ? { code: 'drive-incomplete', message: 'a point has no energy' } : null,
  });
  const observe = (
    fit: FitRecord,
    result: TaskOutcome | null,
    status: DriveStatus | null,
    by = supply,
  ): FitEvent => {
    const needs = fitNeeds(fit);
    return {
      type: 'observed',
      now,
      outcomes: Object.fromEntries(needs.tasks.map((task) => [task, known(fit, task) ?? result])),
      drives: Object.fromEntries(needs.drives.map((id) => [id, status === null ? null : drive(status)])),
      supply: by,
    };
  };
  const settle = (
    fit: FitRecord,
    result: TaskOutcome | null,
    status: DriveStatus | null,
    by = supply,
  ): FitRecord => {
    for (let steps = 0; steps < 20; steps++) {
      const { state } = stepFit(fit, observe(fit, result, status, by));
      if (JSON.stringify(state) === JSON.stringify(fit)) return fit;
      fit = state;
    }
    throw new Error('the fit does not settle');
  };
  const fragmenting = settle(fresh, null, null);
  const driving = settle(stepFit(fragmenting, observe(fragmenting, fragments, null)).state, null, 'running');
  const grouping = settle(driving, null, 'succeeded');
  const fitting = settle(stepFit(grouping, observe(grouping, groups, null)).state, null, null);
  // Of the fit of parameters and of the force field.
  const done = outcome('succeeded', { forceFieldSha256: 'f'.repeat(64), fitOutcomeSha256: 'e'.repeat(64) });
  const fitted = outcome('succeeded', { fitOutcomeSha256: 'e'.repeat(64) });
  const all: Record<string, FitRecord> = {
    fresh,
    fragmenting,
    driving,
    grouping,
    fitting,
    writing: settle(stepFit(fitting, observe(fitting, fitted, null)).state, null, null),
    succeeded: settle(fitting, done, null),
    failed: settle(fitting, outcome('failed'), null),
    cancelled: stepFit(driving, { type: 'cancelled', now }).state,
  };

  it('reaches every stage and status', () => {
    expect(Object.values(all).map(({ status, stage }): [FitStatus, StageName] => [status, stage])).toEqual([
      ['waiting', 'fragmentation'],
      ['running', 'fragmentation'],
      ['running', 'qc-generation'],
      ['running', 'optimization'],
      ['running', 'optimization'],
      ['running', 'optimization'],
      ['succeeded', 'optimization'],
      ['failed', 'optimization'],
      ['cancelled', 'qc-generation'],
    ]);
  });

  it.each(Object.keys(all))('that is cancelled ends at once, and one that has ended stays: %s', (name) => {
    const { state } = stepFit(all[name]!, { type: 'cancelled', now });
    expect(state.status).toBe(isFitOpen(all[name]!) ? 'cancelled' : all[name]!.status);
    expect(stepFit(state, { type: 'cancelled', now: 'later' }).state).toEqual(state);
    expect(stepFit(state, observe(state, done, 'succeeded')).state).toEqual(state);
  });

  it.each(['failed', 'crashed', 'timed-out'] as const)('ends with its own task that %s', (kind) => {
    for (const name of ['fragmenting', 'driving', 'grouping', 'fitting', 'writing']) {
      const ended = settle(all[name]!, outcome(kind), 'running');
      expect(ended).toMatchObject({ status: 'failed', failure: { code: kind, message: `it ${kind}` } });
    }
  });

  it("passes on where the engine's output is, of its own task and of a drive", () => {
    const logSha256 = 'a'.repeat(64);
    const failure = { code: 'engine-failed', message: 'no', logSha256 };
    expect(settle(fitting, { outcome: 'failed', failure }, null).failure).toEqual(failure);
    const { drives } = observe(driving, null, 'failed') as Extract<FitEvent, { type: 'observed' }>;
    const [id, record] = Object.entries(drives)[0]!;
    const ended = settle(
      stepFit(driving, {
        ...(observe(driving, null, 'failed') as Extract<FitEvent, { type: 'observed' }>),
        drives: { [id]: { ...record!, failure } },
      }).state,
      null,
      null,
    );
    expect(ended).toMatchObject({ status: 'failed', failure: { code: 'all-drives-failed', logSha256 } });
    expect(ended.drives[0]!.failure).toEqual(failure);
  });

  it.each([null, {}, { fragments: [{}], warnings: [] }, { forceFieldSha256: 1 }])(
    'ends with a result of its own task that makes no sense, and says so: %j',
    (output) => {
      for (const name of ['fragmenting', 'grouping', 'fitting', 'writing'])
        expect(settle(all[name]!, outcome('succeeded', output), null)).toMatchObject({
          status: 'failed',
          failure: { code: 'malformed-result' },
        });
    },
  );

  it('ends with a failure that gives no reason, too', () => {
    const unexplained = { outcome: 'failed' } as unknown as TaskOutcome;
    expect(settle(all['fitting']!, unexplained, null).failure?.code).toBe('malformed-result');
  });

  it('takes a failure from before it asked as final, but a crash from before as a reason to try again', () => {
    expect(settle(fresh, outcome('failed'), null).status).toBe('failed');
    const { state } = stepFit(fresh, observe(fresh, outcome('crashed'), null));
    expect(state.fragmentTask).toMatchObject({ epoch: 1, wanted: false });
    expect(state.fragmentTask.taskId).not.toBe(fresh.fragmentTask.taskId);
  });

  it.each(Object.keys(all))(
    'without any worker says what it waits for, as long as it is open: %s',
    (name) => {
      const waiting = settle(all[name]!, null, name === 'driving' ? 'waiting' : null, nobody);
      const open = isFitOpen(all[name]!);
      expect(waiting.waitingFor !== null || name === 'driving').toBe(open);
      if (name === 'fresh') expect(waiting.waitingFor).toBe('a worker for fragmentation');
      if (name === 'grouping' || name === 'fitting' || name === 'writing')
        expect(waiting).toMatchObject({ status: 'waiting', waitingFor: 'a worker for optimization' });
    },
  );

  it('waits for the engine before it opens a drive, whose version is then pinned', () => {
    const fragmented = stepFit(fragmenting, observe(fragmenting, fragments, null)).state;
    const waiting = settle(fragmented, null, null, { workers: supply.workers.slice(0, 1), pools: null });
    expect(waiting).toMatchObject({
      status: 'waiting',
      waitingFor: 'a worker with xtb',
      engineVersion: null,
      drives: [],
    });
    expect(settle(waiting, null, 'running')).toMatchObject({ status: 'running', engineVersion: '6.4.1' });
  });

  it('waits for MOPAC before it cuts a molecule by bond orders, whose version is then pinned', () => {
    const byBondOrders = newFit({
      ...fresh,
      workflow: { ...workflow, fragmentation: defaultFragmentation('wbo') },
    });
    const without = settle(byBondOrders, null, null);
    expect(without).toMatchObject({ status: 'waiting', waitingFor: 'a worker for fragmentation with mopac' });
    expect(stepFit(without, observe(without, null, null)).commands).toEqual([]);

    const withMopac = (version: string): Supply => ({
      workers: [{ stage: 'fragmentation', engines: [{ program: 'mopac', version }] }],
      pools: null,
    });
    const [older, newer] = ['22.0.6', '22.1.0'].map((version) =>
      settle(without, null, null, withMopac(version)),
    ) as [FitRecord, FitRecord];
    expect(older).toMatchObject({ status: 'running', fragmentationVersion: '22.0.6' });
    expect(older.fragmentTask.taskId).not.toBe(newer.fragmentTask.taskId);
    expect(stepFit(older, observe(older, null, null)).commands).toMatchObject([
      { type: 'publish-task', task: { program: 'mopac', programVersion: '22.0.6' } },
    ]);
    const other = settle(older, null, null, withMopac('22.1.0'));
    expect(other.waitingFor).toMatch(/^a worker with mopac 22.0.6 /);
    expect(fresh.fragmentTask.taskId).not.toBe(older.fragmentTask.taskId);
  });

  it('waits for what makes charges before it fits, whose version is then pinned', () => {
    const grouping: FitRecord = { ...all['grouping']!, chargeProgram: 'mopac' };
    const without = settle(grouping, groups, null);
    expect(without).toMatchObject({
      status: 'waiting',
      waitingFor: 'a worker for optimization with mopac',
      parameterFits: [],
    });
    const withMopac = (version: string): Supply => ({
      workers: [{ stage: 'optimization', engines: [{ program: 'mopac', version }] }],
      pools: null,
    });
    const fitting = ['22.0.6', '22.1.0'].map((version) => {
      const { state } = stepFit(without, observe(without, groups, null, withMopac(version)));
      return settle(state, null, null, withMopac(version));
    });
    const [older, newer] = fitting as [FitRecord, FitRecord];
    expect(older).toMatchObject({ status: 'running', chargeVersion: '22.0.6' });
    expect(older.parameterFits![0]!.taskId).not.toBe(newer.parameterFits![0]!.taskId);
    expect(older.parameterFits![0]!.taskId).not.toBe(all['fitting']!.parameterFits![0]!.taskId);
    expect(stepFit(older, observe(older, null, null)).commands).toMatchObject([
      { type: 'publish-task', task: { program: 'mopac', programVersion: '22.0.6' } },
    ]);
    const other = settle(older, null, null, withMopac('22.1.0'));
    expect(other.waitingFor).toMatch(/^a worker with mopac 22.0.6 /);
  });

  it('wants a drive that is not there, or was cancelled, until it is', () => {
    for (const status of [null, 'cancelled'] as const) {
      const { state, commands } = stepFit(driving, {
        ...(observe(driving, null, status) as Extract<FitEvent, { type: 'observed' }>),
        ...(status === 'cancelled' && {
          drives: { [driving.drives[0]!.driveId]: { ...drive('cancelled'), wantedBy: [] } },
        }),
      });
      expect(commands).toMatchObject([
        { type: 'want-drive', by: 'f' },
        { type: 'publish-task', task: { kind: 'group-fragments' } },
      ]);
      expect(isFitOpen(state)).toBe(true);
    }
    const { commands } = stepFit(driving, observe(driving, null, 'running'));
    expect(commands).toMatchObject([{ type: 'publish-task', task: { kind: 'group-fragments' } }]);
  });

  it('keeps to how a drive ended for it, also where another fit has that drive tried again', () => {
    const two = outcome('succeeded', {
      fragments: ['a', 'b'].map((mappedSmiles) => ({
        mappedSmiles,
        smiles: mappedSmiles,
        dihedral: [0, 1, 2, 3],
        occurrences: [],
        parameters: [],
      })),
      warnings: [],
    });
    const observed = (fit: FitRecord, statuses: DriveStatus[]): FitEvent => ({
      type: 'observed',
      now,
      outcomes: { [fit.fragmentTask.taskId]: two },
      drives: Object.fromEntries(fit.drives.map(({ driveId }, n) => [driveId, drive(statuses[n]!)])),
      supply,
    });
    let fit = fragmenting;
    const statuses = (...of: DriveStatus[]): DriveStatus[] => {
      for (let steps = 0; steps < 4; steps++) fit = stepFit(fit, observed(fit, of)).state;
      return fit.drives.map(({ status }) => status);
    };
    expect(statuses('running', 'failed')).toEqual(['running', 'failed']);
    expect(statuses('running', 'running')).toEqual(['running', 'failed']);
    expect(statuses('succeeded', 'succeeded')).toEqual(['succeeded', 'failed']);
  });

  it('fits beside its drives, and says in which stage it runs and where it ended', () => {
    const shown = ({ status, stages }: FitRecord): string[] => [
      status,
      ...stages.map(({ status, startedAt, finishedAt }) =>
        [status, startedAt && 'started', finishedAt && 'finished'].filter(Boolean).join(' '),
      ),
    ];
    const finished = 'succeeded started finished';
    expect(shown(driving)).toEqual(['running', finished, 'running started', 'waiting']);
    expect(shown(all['fitting']!)).toEqual(['running', finished, finished, 'running started']);
    // The groups can't be told while the drives run.
    const ungrouped = settle(driving, outcome('failed'), 'running');
    expect(shown(ungrouped)).toEqual(['failed', finished, 'cancelled started finished', 'failed finished']);
    expect(ungrouped.stage).toBe('optimization');
  });

  it('that has ended lets go of all it wanted, each time until that was done', () => {
    for (const name of ['succeeded', 'failed', 'cancelled']) {
      const { commands } = stepFit(all[name]!, observe(all[name]!, null, null));
      const kinds = commands.map(({ type }) => type);
      expect(kinds).toEqual(
        {
          // The fragments; the groups; the parameters.
          cancelled: ['unwant-drive', 'drop-task', 'drop-task'],
          failed: ['unwant-drive', 'drop-task', 'drop-task', 'drop-task'],
          succeeded: ['unwant-drive', 'drop-task', 'drop-task', 'drop-task'],
        }[name],
      );
      const { state } = stepFit(all[name]!, { type: 'released' });
      expect(stepFit(state, observe(state, null, null)).commands).toEqual([]);
    }
  });
});

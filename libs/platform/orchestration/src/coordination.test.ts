import { sha256Hex } from '@bespoke/content-key';
import * as deltaLearning from '@bespoke/delta-learning';
import * as wavefront from '@bespoke/torsion-drive';
import { KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import {
  builtInWorkflows,
  type Fragment,
  type FragmentResult,
  type TorsionDriveRecord,
  type WholeMolecule,
  type Workflow,
} from '@bespoke/workflow-schema';
import { describe, expect, it } from 'vitest';
import {
  correctionNeeds,
  driveNeeds,
  fitNeeds,
  fitView,
  isCorrection,
  isCorrectionOrder,
  isDriveOpen,
  isFitOpen,
  newCorrection,
  newDrive,
  newFit,
  parseGeometryReference,
  driveIdOf,
  stepCorrection,
  stepDrive,
  stepFit,
  wakeOf,
  wanterOf,
  type Command,
  type CorrectionRecord,
  type DriveRecord,
  type DriveTransition,
  type FitEvent,
  type FitRecord,
  type Supply,
  type TaskOutcome,
  type TaskRequest,
  type WantEvent,
} from './index';

// Fits and drives among themselves: everything around them is in memory, every order of arrival and every loss
// of the coordinator between two effects is drawn from a seed.

const supply: Supply = {
  workers: [
    { stage: 'fragmentation', engines: [] },
    { stage: 'qc-generation', engines: [{ program: 'xtb', version: '6.4.1' }] },
    { stage: 'qc-generation', engines: [{ program: 'pyscf', version: '2.14.0' }] },
    { stage: 'optimization', engines: [{ program: 'mopac', version: '22.0.6' }] },
  ],
  pools: null,
};
const workflow: Workflow = {
  ...builtInWorkflows.get('draft')!,
  torsionDrive: { gridSpacingDegrees: 60, maxConformers: 3, energyDecreaseThresholdHartree: 1e-5 },
  parentCheck: {
    qc: { program: 'xtb', method: 'GFN2-xTB' },
    gridSpacingDegrees: 45,
    thresholdKcalPerMol: 0.5,
  },
};

const twoLevels: Workflow = {
  ...workflow,
  singlePoints: {
    qc: { program: 'pyscf', method: 'B3LYP-D3BJ', basis: 'DZVP' },
    targetStandardErrorKcalPerMol: 0.15,
    leastPoints: 3,
    mostPoints: 5,
    pointsPerRound: 2,
  },
};
const correction = { ...deltaLearning, KCAL_PER_MOL_PER_HARTREE };
type AnyDrive = DriveRecord | CorrectionRecord;

function fitOrder(
  id: string,
  mappedSmiles: string,
  startConformerSha256?: string,
  ofWorkflow = workflow,
): Parameters<typeof newFit>[0] {
  return {
    ...(startConformerSha256 !== undefined && { startConformerSha256 }),
    id,
    name: id,
    smiles: mappedSmiles,
    mappedSmiles,
    workflow: ofWorkflow,
    baseForceField: { name: 'base', sha256: 'b'.repeat(64) },
    chargeProgram: 'mopac',
    lane: 'normal',
    softwareVersion: '0.1.0',
    createdAt: '2026-01-01T00:00:00.000Z',
  };
}

/**
 * A molecule is the list of its fragments: `a.b`. The first one is the whole molecule; others get `whole-b` in their
 * place if they are unlike it, as those are that have "unlike" in their name. `b+1` and `b+2` are fitted together.
 */
function fragmentsOf(mappedSmiles: string, startConformerSha256?: string): FragmentResult {
  const fragments = mappedSmiles.split('.').filter((name) => name !== '');
  const occurrences = (index: number): Fragment['occurrences'] => [
    { parentBond: [index, index + 1], parentAtoms: [] },
  ];
  const whole = (fragment: string, index: number): WholeMolecule => ({
    mappedSmiles: `whole-${fragment}`,
    smiles: mappedSmiles,
    dihedral: [0, 1, 2, 3],
    occurrences: occurrences(index),
    parameters: [],
    fragmentAtoms: [],
  });
  return {
    fragments: fragments.map((smiles, index) => ({
      ...(index > 0 && { wholeMolecule: [whole(smiles, index)] }),
      ...(index === 0 && startConformerSha256 !== undefined && { startConformerSha256 }),
      mappedSmiles: smiles,
      smiles,
      dihedral: [0, 1, 2, 3],
      occurrences: occurrences(index),
      // In every molecule the pattern is another one.
      parameters: [{ smirks: `${smiles} of ${mappedSmiles}`, startingFrom: 't1', terms: [] }],
    })),
    warnings: [],
  };
}

/** What workers answer: energies depend on where a geometry came from, as real ones do. */
function answer(
  task: TaskRequest,
  results: ReadonlyMap<string, TaskOutcome>,
  broken: ReadonlySet<string>,
): TaskOutcome {
  switch (task.kind) {
    case 'fragment':
      return {
        outcome: 'succeeded',
        output: fragmentsOf(task.input.mappedSmiles, task.input.startConformerSha256),
      };
    case 'parent-check':
      if (broken.has(task.input.mappedSmiles)) {
        return { outcome: 'failed', failure: { code: 'too-few-points', message: 'SCF did not converge' } };
      }
      return {
        outcome: 'succeeded',
        output: task.input.drive
          ? { deviationKcalPerMol: task.input.mappedSmiles.includes('drifting') ? 0.75 : 0.2 }
          : {
              deviationKcalPerMol: task.input.mappedSmiles.includes('unlike') ? 1.25 : 0.1,
              parents: task.input.wholeMolecule.map(() => []),
            },
      };
    case 'conformers':
      return {
        outcome: 'succeeded',
        output: {
          conformers: [-170, 20, 110].map((dihedralDegrees, basin) => ({
            dihedralDegrees,
            geometryAngstrom: [basin, 0, 0],
          })),
        },
      };
    case 'constrained-optimization': {
      const { targetDegrees, mappedSmiles } = task.input;
      if (broken.has(`${mappedSmiles}@${targetDegrees}`)) {
        return { outcome: 'failed', failure: { code: 'engine-failed', message: 'SCF did not converge' } };
      }
      const { taskId, conformer } = parseGeometryReference(task.startGeometry);
      const start = results.get(taskId) as {
        output: { conformers: { geometryAngstrom: number[] }[] } & { geometryAngstrom: number[] };
      };
      const [basin] =
        conformer === null
          ? start.output.geometryAngstrom
          : start.output.conformers[conformer]!.geometryAngstrom;
      const energyHartree =
        Math.cos((targetDegrees * Math.PI) / 90) * 0.005 + 0.002 * Math.sin(basin! * 7 + targetDegrees);
      return {
        outcome: 'succeeded',
        output: {
          energyHartree,
          energyAtTargetHartree: energyHartree - 1e-6,
          geometryAngstrom: [basin!, targetDegrees, 0],
          dihedralDegrees: targetDegrees + 0.01,
        },
      };
    }
    case 'single-point': {
      const degrees = task.input.geometryAngstrom[1]!;
      if (broken.has(`single point@${degrees}`)) {
        return { outcome: 'failed', failure: { code: 'engine-failed', message: 'SCF did not converge' } };
      }
      return {
        outcome: 'succeeded',
        output: { energyHartree: Math.cos((degrees * Math.PI) / 90) * 0.006 - 231 },
      };
    }
    case 'group-fragments': {
      const names = task.input.fragments.map(({ mappedSmiles }) => mappedSmiles);
      const groupOf = (name: string): string => name.split('+')[0]!;
      const groups = [...new Set(names.map(groupOf))].map((group) => {
        const members = names.filter((name) => groupOf(name) === group).sort();
        return {
          fragments: members.map((name) => names.indexOf(name)),
          smirks: members.map((name) => [`${name} in its fit`]),
        };
      });
      return { outcome: 'succeeded', output: { groups } };
    }
    case 'fit-parameters': {
      const names = task.input.targets.map((target) => target.mappedSmiles);
      if (names.some((name) => broken.has(`fit of ${name}`))) {
        return { outcome: 'failed', failure: { code: 'not-finite', message: 'atoms lie on each other' } };
      }
      return { outcome: 'succeeded', output: { fitOutcomeSha256: `fit of ${names.join(', ')}` } };
    }
    case 'write-force-field':
      return {
        outcome: 'succeeded',
        output: { forceFieldSha256: 'f'.repeat(64), fitOutcomeSha256: 'e'.repeat(64) },
      };
    default:
      return task satisfies never;
  }
}

class Crash extends Error {}

/** The platform in memory: what the gateway, NATS and the workers do, without any of them. */
class Platform {
  readonly fits = new Map<string, FitRecord>();
  readonly drives = new Map<string, AnyDrive>();
  readonly results = new Map<string, TaskOutcome>();
  readonly artifacts = new Set<string>();
  readonly queue = new Map<string, TaskRequest>();
  readonly wakes = new Set<string>();
  readonly wants = new Set<string>();
  readonly runs = new Map<string, number>();
  readonly tasks = new Map<string, TaskRequest>();
  readonly broken = new Set<string>();
  /** Tasks of this kind about this molecule wait until they are let go: `conformers a`. */
  readonly held = new Set<string>();
  /** Makes the next answers of these tasks' kinds crashes. */
  crashKind: TaskRequest['kind'] | null = null;

  constructor(
    private readonly random: () => number,
    private readonly crashRate = 0,
  ) {}

  submit(id: string, molecule: string, startConformerSha256?: string, ofWorkflow = workflow): void {
    this.fits.set(id, newFit(fitOrder(id, molecule, startConformerSha256, ofWorkflow)));
    this.wakes.add(`fit ${id}`);
  }

  cancel(id: string): void {
    this.fits.set(id, stepFit(this.fits.get(id)!, { type: 'cancelled', now: 'later' }).state);
    this.wakes.add(`fit ${id}`);
  }

  /** Runs until there is nothing to do; when a lost coordinator left gaps, the reconciler fills them. */
  settle(): void {
    for (let rounds = 0; rounds < 200; rounds++) {
      this.run();
      for (const fit of this.fits.values())
        if (isFitOpen(fit) || !fit.released) this.wakes.add(`fit ${fit.id}`);
      for (const drive of this.drives.values()) if (isDriveOpen(drive)) this.wakes.add(`drive ${drive.id}`);
      if (this.wakes.size === 0) return;
    }
    throw new Error('the platform does not settle');
  }

  /** Runs until nothing is left to do but what is held. */
  run(): void {
    for (;;) {
      const choices = [...this.wakes].map((wake) => () => this.wake(wake));
      for (const task of this.queue.values()) {
        const molecule = 'mappedSmiles' in task.input ? task.input.mappedSmiles : '';
        if (!this.held.has(`${task.kind} ${molecule}`)) choices.push(() => this.work(task));
      }
      if (choices.length === 0) return;
      choices[Math.floor(this.random() * choices.length)]!();
    }
  }

  private work(task: TaskRequest): void {
    this.tasks.set(task.taskId, task);
    this.runs.set(task.taskId, (this.runs.get(task.taskId) ?? 0) + 1);
    if (!this.results.has(task.taskId)) {
      const outcome: TaskOutcome =
        this.crashKind === task.kind
          ? { outcome: 'crashed', failure: { code: 'crashed', message: 'the process died' } }
          : answer(task, this.results, this.broken);
      this.results.set(task.taskId, outcome);
    }
    if ('drive' in task.owner) this.wakes.add(`drive ${task.owner.drive}`);
    else {
      for (const want of this.wants)
        if (want.startsWith(`${task.taskId} `)) this.wakes.add(wakeName(wakeOf(want.split(' ')[1]!)));
    }
    this.queue.delete(task.taskId);
  }

  private wake(wake: string): void {
    this.wakes.delete(wake);
    const [target, id] = wake.split(' ') as ['fit' | 'drive', string];
    try {
      if (target === 'fit') this.conductFit(id);
      else this.conductDrive(id);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.wakes.add(wake); // it was not acknowledged
    }
  }

  private mayCrash(): void {
    if (this.random() < this.crashRate) throw new Crash();
  }

  private outcomes(tasks: readonly string[]): Record<string, TaskOutcome | null> {
    return Object.fromEntries(tasks.map((id) => [id, this.results.get(id) ?? null]));
  }

  private observedDrive(drive: AnyDrive): DriveTransition<AnyDrive> {
    const type = 'observed';
    if (!isCorrection(drive)) {
      const outcomes = this.outcomes(driveNeeds(drive, wavefront));
      return stepDrive(drive, { type, outcomes, supply }, wavefront);
    }
    const needs = correctionNeeds(drive);
    const scanDrive = this.drives.get(needs.scanDrive ?? '') ?? null;
    const text = [...this.artifacts].find((each) => sha256Hex(each) === needs.scanSha256);
    const scan = text === undefined ? null : (JSON.parse(text) as TorsionDriveRecord);
    const outcomes = this.outcomes(needs.tasks);
    return stepCorrection(drive, { type, scanDrive, scan, outcomes, supply }, correction);
  }

  private conductFit(id: string): void {
    for (;;) {
      const before = this.fits.get(id)!;
      const needs = fitNeeds(before);
      const drives = Object.fromEntries(needs.drives.map((each) => [each, this.drives.get(each) ?? null]));
      const event: FitEvent = {
        type: 'observed',
        now: 'now',
        outcomes: this.outcomes(needs.tasks),
        drives,
        supply,
      };
      const { state, commands } = stepFit(before, event);
      this.mayCrash();
      this.fits.set(id, JSON.parse(JSON.stringify(state)) as FitRecord);
      this.carryOut(commands);
      if (!isFitOpen(state) && !state.released) {
        this.fits.set(id, stepFit(this.fits.get(id)!, { type: 'released' }).state);
      } else if (JSON.stringify(state) === JSON.stringify(before)) return;
    }
  }

  private conductDrive(id: string, first?: WantEvent): void {
    for (let event = first; ; event = undefined) {
      const before = this.drives.get(id)!;
      const { state, artifact, commands } = event ? stepWant(before, event) : this.observedDrive(before);
      if (artifact !== null) this.artifacts.add(artifact);
      this.mayCrash();
      this.drives.set(id, JSON.parse(JSON.stringify(state)) as AnyDrive);
      this.carryOut(commands);
      if (JSON.stringify(state) === JSON.stringify(before)) return;
    }
  }

  private carryOut(commands: readonly Command[]): void {
    for (const command of commands) {
      this.mayCrash();
      switch (command.type) {
        case 'publish-task':
          if (!('drive' in command.task.owner))
            this.wants.add(`${command.task.taskId} ${wanterOf(command.task.owner)}`);
          if (!this.results.has(command.task.taskId)) this.queue.set(command.task.taskId, command.task);
          break;
        case 'drop-task':
          if (!('drive' in command.owner)) this.wants.delete(`${command.taskId} ${wanterOf(command.owner)}`);
          if (![...this.wants].some((want) => want.startsWith(command.taskId)))
            this.queue.delete(command.taskId);
          break;
        case 'want-drive': {
          const driveId = driveIdOf(command.order);
          const { order } = command;
          if (!this.drives.has(driveId))
            this.drives.set(driveId, isCorrectionOrder(order) ? newCorrection(order) : newDrive(order));
          this.conductDrive(driveId, { type: 'wanted', by: command.by });
          break;
        }
        case 'unwant-drive':
          if (this.drives.has(command.driveId)) {
            this.conductDrive(command.driveId, { type: 'unwanted', by: command.by });
          }
          break;
        case 'wake-fit':
        case 'wake-drive':
          this.wakes.add(wakeName(command));
          break;
        default:
          command satisfies never;
      }
    }
  }
}

function wakeName(command: ReturnType<typeof wakeOf>): string {
  return command.type === 'wake-fit' ? `fit ${command.fitId}` : `drive ${command.driveId}`;
}

function stepWant(drive: AnyDrive, event: WantEvent): DriveTransition<AnyDrive> {
  return isCorrection(drive) ? stepCorrection(drive, event, correction) : stepDrive(drive, event, wavefront);
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const seeds = Array.from({ length: 25 }, (_, index) => index + 1);

/** What was fitted together, each time that it was. */
function fitted({ tasks, runs }: Platform): string[] {
  return [...tasks.values()]
    .flatMap((task) =>
      task.kind === 'fit-parameters'
        ? Array<string>(runs.get(task.taskId)!).fill(
            task.input.targets.map(({ mappedSmiles }) => mappedSmiles).join(', '),
          )
        : [],
    )
    .sort();
}

describe('fits and drives', () => {
  const molecules: [string, string[]][] = [
    ['a.b', []],
    ['b+1.b+2.b+3.d', ['b+2@60']],
    ['a.unlike.c+1.c+2', ['fit of a', 'c+1@-120']],
  ];
  it.each(molecules)(
    'end the same in any order of arrival, and each task runs once: %s',
    (molecule, broken) => {
      const endings = seeds.map((seed) => {
        const platform = new Platform(seeded(seed));
        for (const each of broken) platform.broken.add(each);
        platform.submit('one', molecule);
        platform.settle();
        expect([...platform.runs.values()].every((runs) => runs === 1)).toBe(true);
        expect(platform.fits.get('one')!.status).toBe('succeeded');
        return JSON.stringify([
          platform.fits.get('one'),
          [...platform.artifacts].sort(),
          [...platform.results.keys()].sort(),
        ]);
      });
      expect(new Set(endings).size).toBe(1);
    },
  );

  it.each(molecules)(
    'end the same when the coordinator is lost between any two effects: %s',
    (molecule, broken) => {
      const run = (platform: Platform): Platform => {
        for (const each of broken) platform.broken.add(each);
        platform.submit('one', molecule);
        platform.settle();
        return platform;
      };
      const undisturbed = run(new Platform(seeded(0)));
      for (const seed of seeds) {
        const platform = run(new Platform(seeded(seed), 0.2));
        expect(platform.fits.get('one')).toEqual(undisturbed.fits.get('one'));
        expect(platform.artifacts).toEqual(undisturbed.artifacts);
        expect([...platform.wants]).toEqual([]);
      }
    },
  );

  const brokenPoints: [string, string[]][] = [
    ['none', []],
    ['one', ['single point@60']],
    ['all of one scan but one', [-120, -60, 0, 60, 120].map((degrees) => `single point@${degrees}`)],
  ];
  it.each(brokenPoints)(
    'of two levels end the same in any order of arrival, wherever the coordinator is lost; single points that fail: %s',
    (_, broken) => {
      const run = (seed: number, crashRate: number): Platform => {
        const platform = new Platform(seeded(seed), crashRate);
        for (const each of broken) platform.broken.add(each);
        platform.submit('one', 'a.b', undefined, twoLevels);
        platform.settle();
        return platform;
      };
      const ending = ({ fits, drives, artifacts, results }: Platform): string =>
        JSON.stringify([
          fits.get('one'),
          [...drives].sort(([a], [b]) => a.localeCompare(b)),
          [...artifacts].sort(),
          [...results.keys()].sort(),
        ]);
      const undisturbed = run(0, 0);
      expect(undisturbed.fits.get('one')!.status).toBe('succeeded');
      expect(undisturbed.fits.get('one')!.drives.every(({ recordSha256 }) => recordSha256 !== null)).toBe(
        true,
      );
      expect([...undisturbed.runs.values()].every((runs) => runs === 1)).toBe(true);
      for (const seed of seeds) {
        expect(ending(run(seed, 0))).toBe(ending(undisturbed));
        const disturbed = run(seed, 0.2);
        expect(ending(disturbed)).toBe(ending(undisturbed));
        expect([...disturbed.wants]).toEqual([]);
      }
    },
  );

  it('of two levels give a profile of the higher one at the geometries of the lower one', () => {
    const platform = new Platform(seeded(1));
    platform.submit('one', 'a', undefined, twoLevels);
    platform.settle();
    const [scan, profile] = [...platform.artifacts]
      .map((text) => JSON.parse(text) as TorsionDriveRecord)
      .sort((a, b) => b.program.localeCompare(a.program)) as [TorsionDriveRecord, TorsionDriveRecord];
    expect(profile).toMatchObject({
      program: 'pyscf',
      programVersion: '2.14.0',
      qc: { method: 'B3LYP-D3BJ' },
      geometriesBy: { qc: { program: 'xtb' }, programVersion: '6.4.1' },
    });
    const geometries = ({ points }: TorsionDriveRecord) => points.map((point) => point.geometryAngstrom);
    expect(geometries(profile)).toEqual(geometries(scan));
    const computed = profile.points.filter(({ isComputed }) => isComputed);
    const asked = [...platform.tasks.values()].flatMap((task) =>
      task.kind === 'single-point' ? [task.input.geometryAngstrom[1]!] : [],
    );
    expect(asked.sort()).toEqual(computed.map(({ gridDegrees }) => gridDegrees).sort());
    // At computed points the energies are those of the higher level.
    const highLevel = (degrees: number): number => Math.cos((degrees * Math.PI) / 90) * 0.006;
    const [first, ...others] = computed;
    for (const { gridDegrees, energyHartree } of others) {
      const difference = highLevel(gridDegrees) - highLevel(first!.gridDegrees);
      expect(energyHartree - first!.energyHartree).toBeCloseTo(difference, 5);
    }
    expect(Math.min(...profile.points.map(({ energyHartree }) => energyHartree))).toBe(0);
  });

  it('of two levels share the lower one and single points with fits that are sooner satisfied', () => {
    const platform = new Platform(seeded(1));
    const surer: Workflow = {
      ...twoLevels,
      singlePoints: { ...twoLevels.singlePoints!, targetStandardErrorKcalPerMol: 0.01, mostPoints: 6 },
    };
    platform.submit('one', 'a', undefined, twoLevels);
    platform.submit('two', 'a');
    platform.submit('three', 'a', undefined, surer);
    platform.settle();
    expect(platform.drives.size).toBe(3);
    expect([...platform.fits.values()].map(({ status }) => status)).toEqual(Array(3).fill('succeeded'));
    expect([...platform.runs.values()].every((runs) => runs === 1)).toBe(true);
    const singlePoints = [...platform.tasks.values()].filter(({ kind }) => kind === 'single-point');
    expect(singlePoints).toHaveLength(6);
  });

  it('of two levels fail where no single point has an energy, and try again what crashed', () => {
    const platform = new Platform(seeded(1));
    platform.crashKind = 'single-point';
    platform.submit('one', 'a', undefined, twoLevels);
    platform.settle();
    expect(platform.fits.get('one')!.failure!.message).toContain(
      'None of the 5 single points gave an energy',
    );
    platform.crashKind = null;
    platform.submit('two', 'a', undefined, twoLevels);
    platform.settle();
    expect(platform.fits.get('two')!.status).toBe('succeeded');
  });

  it('of two levels end as the lower one does where that has no profile, and try it again where it crashed', () => {
    for (const seed of seeds) {
      const platform = new Platform(seeded(seed));
      platform.crashKind = 'conformers';
      platform.submit('one', 'a', undefined, twoLevels);
      platform.settle();
      expect(platform.fits.get('one')!.failure!.message).toContain('the process died');
      platform.crashKind = null;
      platform.broken.add('b@60');
      platform.submit('two', 'a.b', undefined, twoLevels);
      platform.settle();
      const { status, drives } = platform.fits.get('two')!;
      expect([status, ...drives.map((drive) => drive.status)]).toEqual(['succeeded', 'succeeded', 'failed']);
      expect(drives[1]!.failure!.message).toContain('SCF did not converge');
    }
  });

  it('of two levels are cancelled with the lower one and its single points', () => {
    for (const seed of seeds) {
      const platform = new Platform(seeded(seed));
      platform.held.add(seed % 2 === 0 ? 'single-point a' : 'constrained-optimization a');
      platform.submit('one', 'a', undefined, twoLevels);
      platform.run();
      platform.cancel('one');
      platform.settle();
      expect([...platform.drives.values()].some(isDriveOpen)).toBe(false);
      expect(platform.queue.size + platform.wants.size).toBe(0);
    }
  });

  it('of two levels say so where they are less sure than wanted', () => {
    const platform = new Platform(seeded(1));
    const tooFew = { ...twoLevels.singlePoints!, targetStandardErrorKcalPerMol: 0.01, mostPoints: 3 };
    platform.submit('one', 'a', undefined, { ...twoLevels, singlePoints: tooFew });
    platform.settle();
    expect(platform.fits.get('one')!.warnings).toEqual([
      expect.stringMatching(
        /^bond 1-2 \(fragment a\): its profile has a standard error of \d\.\d\d kcal\/mol after 3 single points; wanted was 0\.01$/,
      ),
    ]);
  });

  it('fit a group as soon as its own drives have ended, whatever becomes of others', () => {
    const platform = new Platform(seeded(1));
    platform.broken.add('b+2@60');
    platform.held.add('conformers d').add('conformers b+3');
    platform.submit('one', 'a.b+1.b+2.b+3.d', undefined, { ...workflow, parentCheck: null });
    platform.run();
    expect(fitted(platform)).toEqual(['a']);
    const shown = (): string[] =>
      fitView(platform.fits.get('one')!, 0).stages.map(({ name, status }) => `${name} ${status}`);
    // Nothing of it runs until more drives have ended.
    expect(shown()).toEqual(['fragmentation succeeded', 'qc-generation running', 'optimization waiting']);

    platform.held.delete('conformers b+3');
    platform.run();
    expect(fitted(platform)).toEqual(['a', 'b+1, b+3']);
    const { stages } = platform.fits.get('one')!;
    expect(stages[1]).toMatchObject({ finishedAt: null });
    expect(stages[2]).toMatchObject({ startedAt: 'now', finishedAt: null });

    platform.held.clear();
    platform.settle();
    expect(fitted(platform)).toEqual(['a', 'b+1, b+3', 'd']);
    expect(shown()).toEqual(['fragmentation succeeded', 'qc-generation succeeded', 'optimization succeeded']);
  });

  it('share the drive of a fragment that two fits have, and its tasks', () => {
    for (const seed of seeds) {
      const platform = new Platform(seeded(seed));
      platform.submit('one', 'a.b');
      platform.submit('two', 'b.c');
      platform.settle();
      expect(platform.drives.size).toBe(3);
      expect([...platform.fits.values()].map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
      expect([...platform.runs.values()].every((runs) => runs === 1)).toBe(true);
    }
  });

  it('share the fit of the fragments that two fits have, whatever their molecules are', () => {
    for (const seed of seeds) {
      const platform = new Platform(seeded(seed));
      platform.submit('one', 'a.b+1.b+2');
      platform.submit('two', 'b+2.b+1.d.a');
      platform.settle();
      expect(fitted(platform)).toEqual(['a', 'b+1, b+2', 'd']);
      const [one, two] = ['one', 'two'].map((id) => fitView(platform.fits.get(id)!, 0).parameterFits);
      expect(one!.map(({ drives }) => drives)).toEqual([[0], [1, 2]]);
      expect(two!.map(({ drives }) => drives)).toEqual([[1, 0], [2], [3]]);
      expect([two![2]!.taskId, two![0]!.taskId]).toEqual(one!.map(({ taskId }) => taskId));

      // Each molecule has its own patterns, in its own order.
      const written = [...platform.tasks.values()].flatMap((task) =>
        task.kind === 'write-force-field' && task.input.mappedSmiles.endsWith('d.a') ? [task.input] : [],
      );
      expect(written.map(({ fragments }) => fragments.map(({ smirks }) => smirks))).toEqual([
        ['b+2', 'b+1', 'd', 'a'].map((name) => [`${name} of b+2.b+1.d.a`]),
      ]);
    }
  });

  it('say of drives and fits whether they were computed before', () => {
    const platform = new Platform(seeded(1));
    const reused = (id: string) => {
      const { drives, parameterFits } = fitView(platform.fits.get(id)!, 0);
      return [drives, parameterFits].map((all) => all.map((each) => each.reused));
    };
    platform.submit('one', 'a.b');
    platform.settle();
    expect(reused('one')).toEqual([
      [false, false],
      [false, false],
    ]);
    platform.submit('two', 'b.c');
    platform.settle();
    expect(reused('two')).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  it('lose the torsions of a fit of parameters that failed, and no others', () => {
    const platform = new Platform(seeded(1));
    platform.broken.add('fit of b+1');
    platform.submit('one', 'a.b+1.b+2.d');
    platform.settle();
    const fit = platform.fits.get('one')!;
    expect(fit.status).toBe('succeeded');
    expect(fit.parameterFits!.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'succeeded']);
    expect(fit.warnings).toEqual([
      'bond 2-3 (fragment b+1), bond 3-4 (fragment b+2) keep their general parameters: atoms lie on each other',
    ]);
    const written = [...platform.tasks.values()].find(({ kind }) => kind === 'write-force-field');
    expect(written?.input).toMatchObject({
      fragments: [
        { mappedSmiles: 'a', fitOutcomeSha256: 'fit of a' },
        { mappedSmiles: 'd', fitOutcomeSha256: 'fit of d' },
      ],
    });
  });

  it('fail when no fit of parameters succeeds, with the reason of the first', () => {
    const platform = new Platform(seeded(1));
    platform.broken.add('fit of a').add('fit of b');
    platform.submit('one', 'a.b');
    platform.settle();
    expect(platform.fits.get('one')).toMatchObject({
      status: 'failed',
      failure: {
        code: 'not-finite',
        message: 'None of the 2 fits of parameters succeeded. The first: atoms lie on each other',
      },
    });
  });

  it('fit what is left of a group whose drives did not all succeed', () => {
    const platform = new Platform(seeded(1));
    platform.broken.add('b+2@60');
    platform.submit('one', 'b+1.b+2.b+3.d');
    platform.settle();
    const fit = platform.fits.get('one')!;
    expect(fit.status).toBe('succeeded');
    expect(fit.parameterFits!.map(({ drives }) => drives)).toEqual([[0, 2], [3]]);
    expect(fitted(platform)).toEqual(['b+1, b+3', 'd']);
  });

  it('go on from what an earlier version wrote while it fitted', () => {
    const platform = new Platform(seeded(1));
    platform.submit('one', 'a.b');
    platform.settle();
    const earlier: FitRecord = {
      ...platform.fits.get('one')!,
      status: 'running',
      result: null,
      released: false,
    };
    delete earlier.groupings;
    delete earlier.parameterFits;
    delete earlier.forceFieldTask;
    platform.fits.set('one', earlier);
    platform.settle();
    expect(platform.fits.get('one')).toMatchObject({ status: 'succeeded', result: {} });
  });

  it('start from the coordinates that one gave, and share all that those do not decide', () => {
    for (const seed of seeds) {
      const platform = new Platform(seeded(seed));
      const [mine, yours] = ['1'.repeat(64), '2'.repeat(64)];
      platform.submit('plain', 'a.b');
      platform.submit('mine', 'a.b', mine);
      platform.submit('yours', 'a.b', yours);
      platform.submit('also-mine', 'a.b', mine);
      platform.settle();
      // The whole molecule from three starts, its piece from one.
      expect(platform.drives.size).toBe(4);
      const starts = [...platform.tasks.values()].flatMap((task) =>
        task.kind === 'conformers' ? [`${task.input.mappedSmiles} ${task.input.startConformerSha256}`] : [],
      );
      expect(starts.sort()).toEqual([`a ${mine}`, `a ${yours}`, 'a undefined', 'b undefined']);
      expect([...platform.fits.values()].every(({ status }) => status === 'succeeded')).toBe(true);
    }
  });

  it('answer the same molecule a second time without running anything', () => {
    const platform = new Platform(seeded(1));
    platform.submit('one', 'a.b');
    platform.settle();
    const runs = new Map(platform.runs);
    platform.submit('two', 'a.b');
    platform.settle();
    expect(platform.fits.get('two')!.result).toEqual(platform.fits.get('one')!.result);
    expect(platform.runs).toEqual(runs);
  });

  it('go on without a drive that has a point without energy, and say which and why', () => {
    const platform = new Platform(seeded(1));
    platform.broken.add('a@60');
    platform.submit('one', 'a.b');
    platform.settle();
    const fit = platform.fits.get('one')!;
    expect(fit.status).toBe('succeeded');
    expect(fit.drives.map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    expect(fit.warnings).toEqual([
      'bond 1-2 (fragment a) keeps its general parameters: 1 of 6 grid points have no energy; at 60 degrees: SCF did not converge',
    ]);
  });

  it('drive the whole molecule in the place of a fragment that is unlike it, from one conformer', () => {
    const endings = seeds.map((seed) => {
      const platform = new Platform(seeded(seed), 0.1);
      platform.submit('one', 'a.unlike.b');
      platform.settle();
      const fit = platform.fits.get('one')!;
      expect(fit.drives.map(({ fragment, status }) => `${fragment} ${status}`)).toEqual([
        'a succeeded',
        'a.unlike.b succeeded',
        'b succeeded',
      ]);
      expect(fit.warnings).toEqual([
        'bond 2-3 (fragment unlike) is driven in the whole molecule, which the fragment is unlike: their torsion profiles differ by 1.25 kcal/mol, more than 0.5',
      ]);
      const tasks = [...platform.tasks.values()];
      const started = tasks.flatMap((task) =>
        task.kind === 'conformers' ? [`${task.input.mappedSmiles} ${task.input.maxConformers}`] : [],
      );
      expect(started.sort()).toEqual(['a 3', 'b 3', 'whole-unlike 1']);
      const [written] = tasks.flatMap((task) =>
        task.kind === 'write-force-field' ? [task.input.fragments] : [],
      );
      expect(written!.map(({ mappedSmiles }) => mappedSmiles)).toEqual(['a', 'whole-unlike', 'b']);
      return JSON.stringify(fit);
    });
    expect(new Set(endings).size).toBe(1);
  });

  it('drive the whole molecule too where the drive of a fragment went other ways than the molecule', () => {
    const endings = seeds.map((seed) => {
      const platform = new Platform(seeded(seed), 0.1);
      platform.submit('one', 'a.drifting.b');
      platform.settle();
      const fit = platform.fits.get('one')!;
      expect(fit.drives.map(({ fragment, status }) => `${fragment} ${status}`)).toEqual([
        'a succeeded',
        'a.drifting.b succeeded',
        'b succeeded',
      ]);
      expect(fit.warnings).toEqual([
        expect.stringMatching(/^bond 2-3 \(fragment drifting\).* differ by 0\.75 /),
      ]);
      const tasks = [...platform.tasks.values()];
      const compared = tasks.flatMap((task) =>
        task.kind === 'parent-check' && task.input.drive ? [task.input.mappedSmiles] : [],
      );
      expect(compared.sort()).toEqual(['b', 'drifting']);
      const [written] = tasks.flatMap((task) =>
        task.kind === 'write-force-field' ? [task.input.fragments] : [],
      );
      expect(written!.map(({ mappedSmiles }) => mappedSmiles)).toEqual(['a', 'whole-drifting', 'b']);
      expect([...platform.wants]).toEqual([]);
      return JSON.stringify(fit);
    });
    expect(new Set(endings).size).toBe(1);
  });

  it('use a fragment whose comparison failed or crashed, and say so; a crash is tried again by the next fit', () => {
    const platform = new Platform(seeded(1));
    platform.broken.add('b');
    platform.submit('one', 'a.b');
    platform.settle();
    const used = (reason: string) => `bond 2-3 (fragment b) is not compared with the molecule: ${reason}`;
    expect(platform.fits.get('one')).toMatchObject({
      status: 'succeeded',
      warnings: [used('SCF did not converge')],
      drives: [{ fragment: 'a' }, { fragment: 'b' }],
    });
    const crashing = new Platform(seeded(1));
    crashing.crashKind = 'parent-check';
    crashing.submit('one', 'a.b');
    crashing.settle();
    crashing.crashKind = null;
    crashing.submit('two', 'a.b');
    crashing.settle();
    expect(crashing.fits.get('one')!.warnings).toEqual([used('the process died')]);
    expect(crashing.fits.get('two')).toMatchObject({ status: 'succeeded', warnings: [] });
  });

  it('drive a fragment as soon as it is known to be like the molecule, whatever is known of others', () => {
    let fit = newFit(fitOrder('one', 'a.unlike.b'));
    const observed = (verdicts: Record<string, number>): FitEvent => ({
      type: 'observed',
      now: 'now',
      outcomes: {
        [fit.fragmentTask.taskId]: { outcome: 'succeeded', output: fragmentsOf('a.unlike.b') },
        ...Object.fromEntries(
          Object.entries(verdicts).map(([fragment, deviationKcalPerMol]) => [
            fit.parentChecks!.checks[['a', 'unlike', 'b'].indexOf(fragment)]!.task!.taskId,
            { outcome: 'succeeded' as const, output: { deviationKcalPerMol } },
          ]),
        ),
      },
      drives: {},
      supply,
    });
    const asked = (event: FitEvent): string[] => {
      const { state, commands } = stepFit(fit, event);
      fit = state;
      return commands.flatMap((command) =>
        command.type === 'want-drive'
          ? [command.order.mappedSmiles]
          : command.type === 'publish-task'
            ? [command.task.kind]
            : [],
      );
    };
    expect(asked(observed({}))).toEqual([]); // the fragments are known
    expect(asked(observed({}))).toEqual([]); // the engine is pinned
    expect(asked(observed({}))).toEqual(['parent-check', 'parent-check', 'a']);
    expect(asked(observed({ b: 0.2 }))).toEqual(['parent-check', 'a', 'b']);
    expect(asked(observed({ b: 0.2, unlike: 0.6 }))).toEqual(['a', 'whole-unlike', 'b']);
  });

  it('fail only when every drive failed', () => {
    const platform = new Platform(seeded(1));
    platform.broken.add('a@60').add('b@-120');
    platform.submit('one', 'a.b');
    platform.settle();
    expect(platform.fits.get('one')).toMatchObject({
      status: 'failed',
      failure: {
        code: 'all-drives-failed',
        message: expect.stringContaining('SCF did not converge') as string,
      },
    });
  });

  it('succeed with the base force field when there is nothing to drive', () => {
    const platform = new Platform(seeded(1));
    platform.submit('one', '');
    platform.settle();
    expect(platform.fits.get('one')).toMatchObject({
      status: 'succeeded',
      result: { forceFieldSha256: 'b'.repeat(64), fitOutcomeSha256: null },
      warnings: [expect.stringContaining('no rotatable bond')],
    });
  });

  it.each([
    'fragment',
    'conformers',
    'constrained-optimization',
    'group-fragments',
    'fit-parameters',
    'write-force-field',
  ] as const)(
    'fail when %s tasks crash for good, and a new fit tries those again, and those only',
    (kind) => {
      for (const seed of seeds) {
        const platform = new Platform(seeded(seed));
        platform.crashKind = kind;
        platform.submit('one', 'a.b');
        platform.settle();
        expect(platform.fits.get('one')!.status).toBe('failed');
        const failed = [...platform.results]
          .filter(([, { outcome }]) => outcome === 'crashed')
          .map(([id]) => id);
        platform.crashKind = null;
        platform.submit('two', 'a.b');
        platform.settle();
        expect(platform.fits.get('two')!.status).toBe('succeeded');
        expect(platform.fits.get('one')!.status).toBe('failed');
        expect(failed.every((id) => platform.runs.get(id) === 1)).toBe(true);
        expect([...platform.runs.values()].every((runs) => runs === 1)).toBe(true);
      }
    },
  );

  it('cancelled at any moment leave nothing behind, and take nothing from others', () => {
    for (const seed of seeds) {
      const random = seeded(seed);
      let moments = 0;
      const platform: Platform = new Platform(() => {
        if (++moments === 5 + seed * 2 && isFitOpen(platform.fits.get('one')!)) platform.cancel('one');
        return random();
      });
      platform.submit('one', 'a.b');
      platform.submit('two', 'b.c');
      platform.settle();
      expect(['cancelled', 'succeeded']).toContain(platform.fits.get('one')!.status);
      expect(platform.fits.get('two')!.status).toBe('succeeded');
      expect(platform.queue.size + platform.wants.size).toBe(0);
      expect([...platform.drives.values()].some(isDriveOpen)).toBe(false);

      platform.submit('three', 'a.b');
      platform.settle();
      expect(platform.fits.get('three')!.status).toBe('succeeded');
      expect([...platform.results.values()].every(({ outcome }) => outcome === 'succeeded')).toBe(true);
    }
  });
});

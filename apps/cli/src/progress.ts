import type { FitView, StageName } from '@bespoke/workflow-schema';

type DriveView = FitView['drives'][number];

/** How far several fits are, taken together: a drive that two of them share counts once. */
export interface Progress {
  drives: number;
  drivesEnded: number;
  pointsDone: number;
  pointsTotal: number;
  optimizationsDone: number;
  optimizationsKnown: number;
}

/** What was known at a moment. */
export interface ProgressSample {
  seconds: number;
  progress: Progress;
}

export function progressOf(fits: readonly FitView[]): Progress {
  const drives = new Map<string, DriveView>();
  for (const fit of fits) for (const drive of fit.drives) drives.set(drive.driveId, drive);
  const all = [...drives.values()];
  const sum = (of: (drive: DriveView) => number) => all.reduce((total, drive) => total + of(drive), 0);
  return {
    drives: all.length,
    drivesEnded: all.filter(hasDriveEnded).length,
    pointsDone: sum((drive) => drive.pointsDone),
    pointsTotal: sum((drive) => drive.pointsTotal),
    optimizationsDone: sum((drive) => drive.optimizationsDone),
    optimizationsKnown: sum(expectedOptimizations(all)),
  };
}

/**
 * What a drive will take: the optimisations that it has asked for so far, and for the grid points that it has not
 * come to, as many as such points took elsewhere. The wavefront goes over a point about three times.
 */
function expectedOptimizations(drives: readonly DriveView[]): (drive: DriveView) => number {
  const ended = drives.filter((drive) => drive.status === 'succeeded' && drive.pointsTotal > 0);
  const points = ended.reduce((total, drive) => total + drive.pointsTotal, 0);
  const optimizations = ended.reduce((total, drive) => total + drive.optimizationsDone, 0);
  const perPoint = points > 0 ? optimizations / points : 3;
  return (drive) =>
    hasDriveEnded(drive)
      ? drive.optimizationsDone
      : Math.max(drive.optimizationsKnown, Math.round(perPoint * drive.pointsTotal));
}

function hasDriveEnded({ status }: DriveView): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

/** The rate is taken over so much of the past, so that it follows a change in the number of workers. */
const RATE_WINDOW_SECONDS = 120;
const LEAST_SECONDS = 3;
const LEAST_OPTIMIZATIONS = 5;

/**
 * Seconds until the drives are done, from the rate at which optimisations finished lately; null while there is
 * nothing to go by. `samples` ascend in time; the last is now.
 */
export function secondsLeft(samples: readonly ProgressSample[]): number | null {
  const now = samples.at(-1);
  if (now === undefined) return null;
  // Before the first optimisation there were conformers to be made, which says nothing about the rate.
  const first =
    samples.find(
      ({ seconds, progress }) =>
        seconds >= now.seconds - RATE_WINDOW_SECONDS && progress.optimizationsDone > 0,
    ) ?? now;
  const elapsed = now.seconds - first.seconds;
  const done = now.progress.optimizationsDone - first.progress.optimizationsDone;
  const left = now.progress.optimizationsKnown - now.progress.optimizationsDone;
  if (elapsed < LEAST_SECONDS || done < LEAST_OPTIMIZATIONS) return null;
  return (left * elapsed) / done;
}

/** As people say it: `40 s`, `12 min`, `3 h 05 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

const STAGE_WORDS: Record<StageName, string> = {
  fragmentation: 'cutting into fragments',
  'qc-generation': 'torsion drives',
  optimization: 'fitting',
};

/** One line on one fit. */
export function describeFit(fit: FitView): string {
  switch (fit.status) {
    case 'succeeded':
      return fit.warnings.length === 0 ? 'done' : `done, ${count(fit.warnings.length, 'warning')}`;
    case 'failed':
      return `failed: ${fit.failure?.message ?? 'no reason given'}`;
    case 'cancelled':
      return 'cancelled';
    case 'waiting':
    case 'running': {
      if (fit.waitingFor !== null) return `waiting for ${fit.waitingFor}`;
      const stage = fit.stages.find(({ status }) => status === 'running');
      if (stage === undefined) return 'waiting';
      return stage.name === 'qc-generation' ? describeDrives(fit.drives) : STAGE_WORDS[stage.name];
    }
    default:
      return fit.status satisfies never;
  }
}

function describeDrives(drives: readonly DriveView[]): string {
  if (drives.length === 0) return STAGE_WORDS['qc-generation'];
  const ended = drives.filter(hasDriveEnded).length;
  const { pointsDone, pointsTotal } = sumPoints(drives);
  const current = Math.min(ended + 1, drives.length);
  return `${STAGE_WORDS['qc-generation']}: drive ${current} of ${drives.length}, ${pointsDone} of ${pointsTotal} points`;
}

function sumPoints(drives: readonly DriveView[]): { pointsDone: number; pointsTotal: number } {
  return drives.reduce(
    (sum, drive) => ({
      pointsDone: sum.pointsDone + drive.pointsDone,
      pointsTotal: sum.pointsTotal + drive.pointsTotal,
    }),
    { pointsDone: 0, pointsTotal: 0 },
  );
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

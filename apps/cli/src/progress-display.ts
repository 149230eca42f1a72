import type { FitView } from '@bespoke/workflow-schema';
import { count, describeFit, formatDuration, progressOf, secondsLeft, type ProgressSample } from './progress';

/** Shows how fits get on. */
export interface ProgressDisplay {
  /** One line that stays. */
  note(line: string): void;
  /** What is known of each fit now, in a fixed order. */
  update(fits: readonly FitView[]): void;
  /** Leaves the last state standing. */
  end(): void;
}

const REDRAW_MS = 250;
/** Without a terminal a fit that moves on is told of so often at most. */
const LINE_SECONDS = 15;
const SAMPLES_KEPT = 1_000;

export function progressDisplay(stream: NodeJS.WriteStream, labels: readonly string[]): ProgressDisplay {
  const samples: ProgressSample[] = [];
  function sample(fits: readonly FitView[]): void {
    samples.push({ seconds: performance.now() / 1000, progress: progressOf(fits) });
    if (samples.length > SAMPLES_KEPT) samples.shift();
  }
  return stream.isTTY
    ? redrawnInPlace(stream, labels, samples, sample)
    : lineByLine(stream, labels, samples, sample);
}

function redrawnInPlace(
  stream: NodeJS.WriteStream,
  labels: readonly string[],
  samples: ProgressSample[],
  sample: (fits: readonly FitView[]) => void,
): ProgressDisplay {
  let shown: readonly FitView[] = [];
  let height = 0;

  function draw(): void {
    const columns = stream.columns || 80;
    // One line is left for the cursor.
    const rows = Math.max(1, (stream.rows || 24) - 3);
    const active = shown.map((fit, index) => ({ fit, label: labels[index] ?? fit.id }));
    const fitting =
      active.length <= rows ? active : active.filter(({ fit }) => fit.status === 'running').slice(0, rows);
    const lines = fitting.map(({ fit, label }) => `  ${label}  ${describeFit(fit)}`);
    const summary = overall(shown, samples);
    if (summary !== null) lines.push(`  ${summary}`);
    const text = lines
      .map((line) => (line.length < columns ? line : `${line.slice(0, columns - 2)}…`))
      .join('\n');
    stream.write(`${erase()}${text}\n`);
    height = lines.length;
  }
  function erase(): string {
    return height === 0 ? '' : `\x1b[${height}A\r\x1b[J`;
  }

  const timer = setInterval(() => {
    if (shown.length > 0) draw();
  }, REDRAW_MS);
  return {
    note(line) {
      stream.write(`${erase()}${line}\n`);
      height = 0;
    },
    update(fits) {
      shown = [...fits];
      sample(fits);
    },
    end() {
      clearInterval(timer);
      if (shown.length > 0) draw();
      shown = [];
      height = 0;
    },
  };
}

function lineByLine(
  stream: NodeJS.WriteStream,
  labels: readonly string[],
  samples: ProgressSample[],
  sample: (fits: readonly FitView[]) => void,
): ProgressDisplay {
  const told = new Map<string, { step: string; line: string; seconds: number }>();
  return {
    note: (line) => void stream.write(`${line}\n`),
    update(fits) {
      sample(fits);
      const now = performance.now() / 1000;
      fits.forEach((fit, index) => {
        const line = describeFit(fit);
        const step = line.replace(/, \d+ of \d+ points$/, '');
        const before = told.get(fit.id);
        if (before?.line === line || (before?.step === step && now - before.seconds < LINE_SECONDS)) return;
        told.set(fit.id, { step, line, seconds: now });
        const left = fit.status === 'running' ? timeLeft(samples) : null;
        stream.write(`${labels[index] ?? fit.id}: ${line}${left === null ? '' : `, ${left}`}\n`);
      });
    },
    end: () => undefined,
  };
}

/** Everything together, while drives run. */
function overall(fits: readonly FitView[], samples: readonly ProgressSample[]): string | null {
  const progress = samples.at(-1)?.progress;
  if (progress === undefined || progress.drives === 0 || progress.drivesEnded === progress.drives)
    return null;
  const parts = [
    `${progress.optimizationsDone} of about ${count(progress.optimizationsKnown, 'optimisation')}`,
    timeLeft(samples),
  ];
  if (fits.length > 1) {
    const ended = fits.filter(({ finishedAt }) => finishedAt !== null).length;
    parts.unshift(`${ended} of ${count(fits.length, 'fit')} done`);
    parts.splice(1, 0, `${progress.drivesEnded} of ${count(progress.drives, 'drive')} done`);
  }
  return parts.filter((part) => part !== null).join(', ');
}

function timeLeft(samples: readonly ProgressSample[]): string | null {
  const seconds = secondsLeft(samples);
  return seconds === null || seconds < 1 ? null : `about ${formatDuration(seconds)} left`;
}

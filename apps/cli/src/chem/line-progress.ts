import { formatDuration } from '../progress';

const QUIET_MS = 2_000;
const REDRAW_MS = 500;

/** One line on a terminal about how far a long input is; nothing where there is no terminal, or it is over soon. */
export interface LineProgress {
  lineDone(bytes: number, failed: boolean): void;
  end(): void;
}

/** @param totalBytes of the whole input, null where that is not known */
export function lineProgress(stream: NodeJS.WriteStream, totalBytes: number | null): LineProgress {
  let lines = 0;
  let failures = 0;
  let bytes = 0;
  if (!stream.isTTY) return { lineDone: () => undefined, end: () => undefined };

  const startMs = performance.now();
  function draw(): void {
    const seconds = (performance.now() - startMs) / 1000;
    const rate = lines / seconds;
    const parts = [`${lines} done`];
    if (lines > 0) parts.push(`${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`);
    if (failures > 0) parts.push(`${failures} failed`);
    if (totalBytes !== null && bytes > 0)
      parts.push(`about ${formatDuration((seconds * (totalBytes - bytes)) / bytes)} left`);
    stream.write(`\r\x1b[K  ${parts.join(', ')}`);
  }
  let redraw: NodeJS.Timeout | undefined;
  const quiet = setTimeout(() => (redraw = setInterval(draw, REDRAW_MS)), QUIET_MS);
  return {
    lineDone(lineBytes, failed) {
      lines += 1;
      failures += failed ? 1 : 0;
      bytes += lineBytes;
    },
    end() {
      clearTimeout(quiet);
      clearInterval(redraw);
      if (redraw !== undefined) stream.write('\r\x1b[K');
    },
  };
}

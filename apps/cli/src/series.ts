import { isPlanned, seriesPlan, type SeriesPlan } from '@bespoke/client';
import { count } from './progress';
import type { ProgressDisplay } from './progress-display';

const SHARED_SHOWN = 5;

/** The plan of several fits, for people. */
function planLines({ molecules, torsions, fragments, drives, shared }: SeriesPlan): string[] {
  const { needed, withoutSharing, reused } = drives;
  const named = shared.slice(0, SHARED_SHOWN).map(({ fragment, molecules: of }) => {
    return `  ${fragment}: shared by ${count(of.length, 'molecule')} (${of.slice(0, 3).join(', ')}${of.length > 3 ? ', …' : ''})`;
  });
  return [
    `plan: ${count(molecules, 'molecule')}, ${count(torsions, 'torsion')}, ${count(fragments, 'fragment')}: ` +
      `${count(needed, 'torsion drive')} where one by one they would take ${withoutSharing}` +
      (reused > 0 ? `; ${reused} computed already` : ''),
    ...named,
    ...(shared.length > SHARED_SHOWN ? [`  and ${shared.length - SHARED_SHOWN} more are shared`] : []),
  ];
}

/**
 * A display that tells the plan of several fits, once all of it is known: as a line of JSON on standard output, or in
 * words among the progress. The fits do not wait for that.
 */
export function tellingPlan(display: ProgressDisplay, asJson = false): ProgressDisplay {
  let isTold = false;
  return {
    ...display,
    update(fits) {
      display.update(fits);
      if (isTold || fits.length < 2 || !fits.every(isPlanned)) return;
      isTold = true;
      const plan = seriesPlan(fits);
      if (asJson) process.stdout.write(`${JSON.stringify({ plan })}\n`);
      else for (const line of planLines(plan)) display.note(line);
    },
  };
}

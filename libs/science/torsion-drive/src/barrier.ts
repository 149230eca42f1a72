import type { OpenRound } from './drive-state';
import { gridDistance, type Grid } from './grid';

/**
 * The rounds that may be closed now, all at once: their jobs are done, and nothing that is still open can add to them.
 *
 * torsiondrive closes a round everywhere when the last of its jobs is done. It is enough to wait for those that can
 * still reach a point: a geometry moves one step in one round, so round k of a point is complete when no open
 * round j of a point d steps away has j + d <= k. That closes the same rounds with the same jobs, earlier.
 */
export function closableRounds(open: readonly OpenRound[], grid: Grid, waitsForAll: boolean): OpenRound[] {
  const done = open.filter(({ jobs }) => jobs.every(({ outcome }) => outcome !== null));
  // All that is open then is of one round.
  if (waitsForAll) return done.length === open.length ? done : [];
  return done.filter((round) =>
    open.every(
      (other) =>
        other === round || other.round + gridDistance(grid, other.gridIndex, round.gridIndex) > round.round,
    ),
  );
}

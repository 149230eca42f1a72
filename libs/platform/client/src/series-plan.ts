import type { FitView } from '@bespoke/workflow-schema';
import { hasEnded } from './gateway-client';

/** What several fits take together, and what they share. */
export interface SeriesPlan {
  molecules: number;
  /** Bonds to be turned, in all molecules. */
  torsions: number;
  /** Different ones, as structures. */
  fragments: number;
  drives: {
    /** Different ones: what these molecules take. */
    needed: number;
    /** What they would take one by one. */
    withoutSharing: number;
    /** Of those needed, computed before any of these molecules asked. */
    reused: number;
  };
  /** The drives that several molecules share, those of the most molecules first. */
  shared: { driveId: string; fragment: string; molecules: string[] }[];
}

/** Whether all that a fit drives is known; a fit that has ended will drive nothing more. */
export function isPlanned({ status, drives }: FitView): boolean {
  return hasEnded(status) || (drives.length > 0 && drives.every(({ reused }) => reused !== null));
}

/** @param fits that are planned; of others only what is known counts */
export function seriesPlan(fits: readonly FitView[]): SeriesPlan {
  const drives = new Map<string, { fragment: string; molecules: string[]; isReused: boolean }>();
  const wanted = fits.flatMap((fit) =>
    fit.drives.map((drive) => ({ ...drive, molecule: fit.name || fit.smiles })),
  );
  for (const { driveId, fragment, reused, molecule } of wanted) {
    const known = drives.get(driveId) ?? { fragment, molecules: [], isReused: true };
    // Where the first of them found nothing, the others find what is computed for it.
    drives.set(driveId, {
      fragment,
      molecules: [...known.molecules, molecule],
      isReused: known.isReused && reused === true,
    });
  }
  const all = [...drives].map(([driveId, drive]) => ({ driveId, ...drive }));
  return {
    molecules: fits.length,
    torsions: wanted.reduce((sum, { bonds }) => sum + bonds, 0),
    fragments: new Set(all.map(({ fragment }) => fragment)).size,
    drives: {
      needed: all.length,
      withoutSharing: wanted.length,
      reused: all.filter(({ isReused }) => isReused).length,
    },
    shared: all
      .filter(({ molecules }) => molecules.length > 1)
      .map(({ driveId, fragment, molecules }) => ({ driveId, fragment, molecules }))
      .sort((a, b) => b.molecules.length - a.molecules.length || (a.driveId < b.driveId ? -1 : 1)),
  };
}

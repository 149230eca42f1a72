// torsiondrive keeps the jobs of a grid point in numbered folders, and takes results in the order of the folders' names.
// It decides which of two equal energies comes first.

/** The name of a grid point's folder: a plus sorts before a minus, and then by size. */
export function folderOf(gridDegrees: readonly number[]): string {
  return gridDegrees
    .map((degrees) => `${degrees < 0 ? '-' : '+'}${String(Math.abs(degrees)).padStart(3, '0')}`)
    .join('_');
}

/**
 * The jobs of a round of a grid point by the numbers of their folders, which count from 1 over all rounds unless a job
 * has one of its own. They are sorted as text is: the tenth comes before the second.
 */
export function inFolderOrder<Job extends { folderNumber?: number }>(
  jobs: readonly Job[],
  jobsBefore: number,
): Job[] {
  const numbered = jobs.map((job, index) => ({
    job,
    name: String(job.folderNumber ?? jobsBefore + index + 1),
  }));
  return numbered.sort((a, b) => compareText(a.name, b.name)).map(({ job }) => job);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

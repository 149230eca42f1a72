import type { LabelSettings } from './label';

/** What a thread does with each line. Plain data: it goes to each thread once. */
export type ChemistryJob = { command: 'label' } & LabelSettings;

/** What a job has on this machine while it runs. */
export interface ThreadData {
  job: ChemistryJob;
  /** Programs work in it. */
  scratchDirectory: string;
}

/** What became of a line: a line of the output, or the reason. */
export type LineOutcome = { output: string } | { error: string; id: string | number };

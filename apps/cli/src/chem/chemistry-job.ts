import type { EngineRun } from '@bespoke/qc-engines';
import type { ChargesSettings } from './charges';
import type { ConvertSettings } from './convert';
import type { EnergiesSettings } from './energies';
import type { FragmentSettings } from './fragment';
import type { FitSettings } from './fit';
import type { LabelSettings } from './label';
import type { MinimizeSettings } from './minimize';
import type { ParametersSettings } from './parameters';

/** What threads do with each line. Plain data: each thread gets it once. */
export type ChemistryJob =
  | ({ command: 'label' } & LabelSettings)
  | ({ command: 'charges' } & ChargesSettings)
  | ({ command: 'energies' } & EnergiesSettings)
  | ({ command: 'minimize' } & MinimizeSettings)
  | ({ command: 'fragment'; as: 'json' | 'section' } & FragmentSettings)
  | ({ command: 'parameters' } & ParametersSettings)
  | ({ command: 'fit' } & FitSettings)
  | ({ command: 'convert' } & ConvertSettings);

export interface ThreadSettings {
  job: ChemistryJob;
  /** What a program that a thread starts may use. */
  run: EngineRun;
}

/** What became of a line: what is written of it (null: nothing is), or the reason why it failed. */
export type LineOutcome = { id: string | number } & ({ output: string | null } | { error: string });

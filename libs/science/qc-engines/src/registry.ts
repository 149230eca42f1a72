import type { QcEngine } from './engine';
import { mopac } from './mopac';
import { xtb } from './xtb';

export const engines: readonly QcEngine[] = [xtb, mopac];

/** The engine that a QC specification's `program` names, or undefined when there is none. */
export function engineNamed(program: string): QcEngine | undefined {
  return engines.find(({ name }) => name === program);
}

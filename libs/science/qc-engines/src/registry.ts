import type { QcEngine } from './engine';
import { mopac } from './mopac';
import { pyscf } from './pyscf';
import { xtb } from './xtb';

export const engines: readonly QcEngine[] = [xtb, mopac, pyscf];

/** The engine that a QC specification's `program` names, or undefined when there is none. */
export function engineNamed(program: string): QcEngine | undefined {
  return engines.find(({ name }) => name === program);
}

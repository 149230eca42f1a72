import type { QcEngine } from './engine';
import { mopac } from './mopac';
import { pyscf } from './pyscf';
import { psi4 } from './psi4';
import { xtb } from './xtb';

export const engines: readonly QcEngine[] = [xtb, mopac, pyscf, psi4];

/** The engine that a QC specification's `program` names, or undefined when there is none. */
export function engineNamed(program: string): QcEngine | undefined {
  return engines.find(({ name }) => name === program);
}

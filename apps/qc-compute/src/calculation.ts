import { formalCharge, moleculeFromSmiles, type Molecule } from '@bespoke/molecule';
import { engineNamed, type Calculation, type QcEngine } from '@bespoke/qc-engines';
import { TaskFailure } from '@bespoke/stage-worker';
import type { QcSpecification } from '@bespoke/workflow-schema';

/** What a task wants computed, in the engine's words, and the engine that its level of theory names. */
export function calculationOf(
  { mappedSmiles, qc }: { mappedSmiles: string; qc: QcSpecification },
  geometryAngstrom: readonly number[],
): { engine: QcEngine; molecule: Molecule; calculation: Calculation } {
  const engine = engineNamed(qc.program);
  if (!engine) throw new TaskFailure('no-such-engine', `this worker has no engine called ${qc.program}`);
  const molecule = moleculeFromSmiles(mappedSmiles);
  const calculation = {
    elements: molecule.atoms.map(({ element }) => element),
    formalCharge: formalCharge(molecule),
    geometryAngstrom,
    method: qc.method,
    basis: qc.basis ?? null,
    solvent: qc.solvent ?? null,
  };
  return { engine, molecule, calculation };
}

import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { forceFieldCharges, type ChargeModelName, type ForceFieldCharges } from '@bespoke/partial-charges';
import type { EngineRun } from '@bespoke/qc-engines';
import { parseOffxml } from '@bespoke/smirnoff';

/** What the thread is given. */
export interface ChargesJob {
  /** OFFXML. */
  baseForceField: string;
  /** Null follows the force field. */
  override: ChargeModelName | null;
  fragments: { mappedSmiles: string; geometryAngstrom: number[] }[];
  run: Omit<EngineRun, 'signal'>;
}

/** The charges of each fragment. Runs in a thread of its own, with which MOPAC ends too. */
export default async function charges({
  baseForceField,
  override,
  fragments,
  run,
}: ChargesJob): Promise<ForceFieldCharges[]> {
  await loadRDKit();
  const forceField = parseOffxml(baseForceField);
  const made: ForceFieldCharges[] = [];
  for (const { mappedSmiles, geometryAngstrom } of fragments) {
    const molecule = moleculeFromSmiles(mappedSmiles);
    made.push(await forceFieldCharges({ forceField, molecule, override }, geometryAngstrom, run));
  }
  return made;
}

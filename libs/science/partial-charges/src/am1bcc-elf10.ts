import { stereoisomerAt } from '@bespoke/molecule';
import { am1bcc, am1bccCharges, bondChargeCorrections, conformersForCharges } from './am1bcc';
import type { ChargeModel } from './charge-model';
import { ELF10, elf10 } from './conformer-choice';

/** Conformers to choose from. OpenEye takes about 800 and the OpenFF toolkit 500, few of them minimised. */
const MAX_CANDIDATES = 200;

/**
 * AM1-BCC averaged over OpenEye's ELF10 conformers, with AM1 charges to rank the conformers in place of MMFF94's.
 */
export const am1bccElf10: ChargeModel<'am1bcc-elf10'> = {
  name: 'am1bcc-elf10',
  method: 'AM1-BCC ELF10',
  modelFile: null,
  program: 'mopac',
  unsupported: (molecule, nameOf) => am1bcc.unsupported(molecule, nameOf),
  async provenance() {
    const provenance = await am1bcc.provenance();
    const settings =
      `mean over at most ${ELF10.maxConformers} diverse conformers among the ${ELF10.keptPercent} % of at most ` +
      `${MAX_CANDIDATES} that interact least with themselves, each relaxed with AM1; equivalent atoms averaged`;
    return provenance && { ...provenance, method: this.method, settings };
  },
  async charges(molecule, geometryAngstrom, run) {
    // First, since it costs nothing.
    bondChargeCorrections(molecule);
    // Charges for a geometry are those of its stereoisomer.
    const isomer = geometryAngstrom
      ? stereoisomerAt(molecule, Float64Array.from(geometryAngstrom))
      : molecule;
    const conformers = elf10(await conformersForCharges(isomer, MAX_CANDIDATES, run));
    const sums = molecule.atoms.map(() => 0);
    for (let next = 0; next < conformers.length; next += run.cores) {
      const batch = conformers.slice(next, next + run.cores);
      for (const charges of await Promise.all(batch.map((each) => am1bccCharges(molecule, each, run))))
        for (const [atom, charge] of charges.entries()) sums[atom]! += charge / conformers.length;
    }
    return sums;
  },
};

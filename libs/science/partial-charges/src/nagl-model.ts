import type { ChargeModel } from './charge-model';
import { naglUnsupported } from './nagl/domain';
import { naglCharges } from './nagl/nagl-charges';
import { NAGL_MODEL_FILE } from './nagl/weights';

/** A graph network trained on AM1-BCC charges: needs no geometry and no program. */
export const nagl: ChargeModel<'nagl'> = {
  name: 'nagl',
  method: 'NAGL',
  modelFile: NAGL_MODEL_FILE,
  program: null,
  unsupported: naglUnsupported,
  async provenance() {
    const [, program, version] = /^(.*)-([\d.]+)\.pt$/.exec(NAGL_MODEL_FILE)!;
    const settings = 'from the molecular graph alone';
    return { method: 'NAGL', program: program!, version: version!, settings };
  },
  async charges(molecule) {
    return naglCharges(molecule);
  },
};

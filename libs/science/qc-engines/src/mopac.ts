import { elementSymbol } from '@bespoke/molecule';
import { ANGSTROM_PER_BOHR, KCAL_PER_MOL_PER_HARTREE } from '@bespoke/units';
import { engineOfGradients } from './engine-of-gradients';
import { probeMopac, runMopac } from './mopac-program';
import { inScratchDirectory } from './scratch';

const LAST_ELEMENT = 83;

/** By method the first and the last of the elements that MOPAC 22 has no parameters for. */
const WITHOUT_PARAMETERS: Record<string, readonly (readonly [number, number])[]> = {
  AM1: [
    [21, 29],
    [39, 41],
    [43, 48],
    [57, 79],
  ],
  PM6: [[58, 70]],
  PM7: [[58, 70]],
};

/**
 * MOPAC (MOPAC_BIN, then PATH): AM1, PM6, PM7, started once for each geometry. What it has for an energy is the heat of
 * formation at 298 K, which differs from the energy by a constant of each molecule.
 */
export const mopac = engineOfGradients({
  name: 'mopac',

  probe: probeMopac,

  supports({ method, basis, solvent = null }, elements) {
    const without = WITHOUT_PARAMETERS[method.toUpperCase()];
    if (without === undefined) return `mopac has no method ${method}; it has AM1, PM6 and PM7`;
    if (basis !== null) return `${method} takes no basis set, but ${basis} is asked for`;
    if (solvent !== null) return `mopac computes in vacuum here, but the solvent ${solvent} is asked for`;
    const foreign = elements.find(
      (element) =>
        !(element >= 1 && element <= LAST_ELEMENT) ||
        without.some(([first, last]) => element >= first && element <= last),
    );
    return foreign === undefined ? null : `${method} has no parameters for ${elementSymbol(foreign)}`;
  },

  withCalculator({ elements, formalCharge, method }, run, use) {
    return inScratchDirectory(run.scratchDirectory, 'mopac', (directory) => {
      const compute = (geometryAngstrom: ArrayLike<number>, ...more: string[]) => {
        const keywords = [method.toUpperCase(), '1SCF', ...more];
        return runMopac({ keywords, elements, formalCharge, geometryAngstrom }, directory, run);
      };
      return use({
        energy: async (geometryAngstrom) =>
          (await compute(geometryAngstrom)).value('HEAT_OF_FORMATION') / KCAL_PER_MOL_PER_HARTREE,
        energyAndGradient: async (geometryAngstrom) => {
          const { value, table } = await compute(geometryAngstrom, 'GRADIENTS');
          return {
            energyHartree: value('HEAT_OF_FORMATION') / KCAL_PER_MOL_PER_HARTREE,
            gradientHartreePerBohr: table('GRADIENTS', 3 * elements.length).map(
              (kcalPerMolPerAngstrom) =>
                (kcalPerMolPerAngstrom * ANGSTROM_PER_BOHR) / KCAL_PER_MOL_PER_HARTREE,
            ),
          };
        },
      });
    });
  },
});

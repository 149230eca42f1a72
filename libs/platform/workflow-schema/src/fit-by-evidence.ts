import type { FitSettings } from './workflow';

/**
 * The fit that predicts points left out of DFT drives best: how it was measured is in docs/fitting.md. Points up to
 * 20 kcal/mol count, the higher the less, since without any the fit is free to do as it likes between the last points.
 */
export const fitByEvidence: FitSettings = {
  periodicities: [1, 2, 3, 4, 5, 6],
  penalty: 'evidence',
  priorWidthKcalPerMol: 8,
  energyCutoffKcalPerMol: 20,
  energyDenominatorKcalPerMol: 1,
  restraintKcalPerMolPerAngstrom2: 1,
  maxIterations: 50,
};

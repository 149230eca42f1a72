import type { ConstrainedOptimizationRequest } from '../engine';

export const ethanol: ConstrainedOptimizationRequest = {
  elements: [6, 6, 8, 1, 1, 1, 1, 1, 1],
  formalCharge: 0,
  // prettier-ignore
  bonds: [[0, 1], [1, 2], [0, 3], [0, 4], [0, 5], [1, 6], [1, 7], [2, 8]],
  // prettier-ignore
  geometryAngstrom: [
    -0.868, 0.226, 0.253, 0.392, -0.357, -0.38, 1.556, 0.355, -0.033, -1.743, -0.32, -0.089, -0.974, 1.272, -0.023,
    -0.816, 0.156, 1.339, 0.494, -1.416, -0.098, 0.331, -0.296, -1.469, 1.627, 0.38, 0.928,
  ],
  dihedral: [0, 1, 2, 8],
  targetDegrees: 75,
  method: 'GFN2-xTB',
  basis: null,
};

export const ethylammonium: ConstrainedOptimizationRequest = {
  ...ethanol,
  elements: [6, 6, 7, 1, 1, 1, 1, 1, 1, 1, 1],
  formalCharge: 1,
  // prettier-ignore
  bonds: [[0, 1], [1, 2], [0, 3], [0, 4], [0, 5], [1, 6], [1, 7], [2, 8], [2, 9], [2, 10]],
  // prettier-ignore
  geometryAngstrom: [
    1.131, 0.475, -0.248, 0.121, -0.619, 0.023, -1.236, -0.015, 0.234, 2.111, 0.032, -0.399, 0.88, 1.034, -1.146,
    1.207, 1.163, 0.591, 0.388, -1.18, 0.919, 0.061, -1.309, -0.82, -1.946, -0.734, 0.42, -1.205, 0.637, 1.029,
    -1.512, 0.516, -0.603,
  ],
  dihedral: [0, 1, 2, 8],
  targetDegrees: 0,
};

export const glycolate: ConstrainedOptimizationRequest = {
  ...ethanol,
  elements: [8, 6, 6, 8, 8, 1, 1, 1],
  formalCharge: -1,
  // prettier-ignore
  bonds: [[0, 1], [1, 2], [2, 3], [2, 4], [0, 5], [1, 6], [1, 7]],
  // prettier-ignore
  geometryAngstrom: [
    -1.247, 0.794, -0.301, -0.416, -0.329, -0.441, 0.862, -0.102, 0.465, 1.718, -0.988, 0.475, 0.827, 0.989, 1.07,
    -0.701, 1.331, 0.339, -0.937, -1.242, -0.118, -0.105, -0.455, -1.488,
  ],
  dihedral: [0, 1, 2, 3],
  targetDegrees: 105,
};

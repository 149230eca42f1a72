export { correctedProfile, fitWeights, type CorrectedPoint } from './corrected-profile';
export { DeltaLearningError } from './delta-learning-error';
export { geometrySteps, type GeometryStep, type HighLevelResult, type LowLevelScan } from './scan';
export { nextSinglePoints, type CorrectionSettings, type SinglePointPlan } from './single-point-plan';

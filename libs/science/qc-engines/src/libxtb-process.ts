// The program of a process that computes with xtb's C library: a resident program (resident-process.ts). With nothing to
// read it ends at once: the library can be loaded.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { EnergyAndGradient } from '@bespoke/geometry-optimization';
import { optimizeOnTarget } from './constrained-optimization';
import {
  EngineError,
  type Calculation,
  type ConstrainedOptimizationRequest,
  type ConstrainedOptimizationResult,
} from './engine';
import { loadLibxtb, type XtbCalculator, type XtbMethod } from './libxtb';
import { ANSWERS, jsonLine, type ResidentAnswer } from './resident-process';

/** The directory is an empty one, which GFN-FF leaves its topology in; a file of another molecule would be read. */
export type LibxtbJob = { directory: string } & (
  { singlePoint: Calculation } | { constrainedOptimization: ConstrainedOptimizationRequest }
);

const [libraryPath] = process.argv.slice(2) as [string];
const calculatorFor = loadLibxtb(libraryPath);

createInterface({ input: process.stdin }).on('line', (line) => {
  void answerTo(JSON.parse(line) as LibxtbJob).then((answer) => writeSync(ANSWERS, jsonLine(answer)));
});
process.stdin.on('close', () => process.exit());

async function answerTo(
  job: LibxtbJob,
): Promise<ResidentAnswer<EnergyAndGradient | ConstrainedOptimizationResult>> {
  const calculation = 'singlePoint' in job ? job.singlePoint : job.constrainedOptimization;
  const { elements, formalCharge } = calculation;
  const method = calculation.method.toLowerCase() as XtbMethod;
  // Not before there is a geometry that has been looked at.
  let calculator: XtbCalculator | undefined;
  const energyAndGradient = (geometry: ArrayLike<number>): EnergyAndGradient => {
    calculator ??= calculatorFor({ elements, formalCharge, method }, geometry);
    return calculator.energyAndGradient(geometry);
  };
  try {
    process.chdir(job.directory);
    const result =
      'singlePoint' in job
        ? energyAndGradient(job.singlePoint.geometryAngstrom)
        : await optimizeOnTarget(job.constrainedOptimization, energyAndGradient);
    return { result };
  } catch (error) {
    const { message, stack } = error as Error;
    return error instanceof EngineError
      ? { error: { code: error.code, message, output: error.output } }
      : { error: { code: null, message, output: stack ?? '' } };
  } finally {
    calculator?.free();
    process.chdir('/');
  }
}

// The program of a process that computes with xtb's C library: it takes one optimisation after another over Node's
// channel, and ends when the other end of that is gone. Without a channel it ends at once: the library can be loaded.
import { optimizeOnTarget } from './constrained-optimization';
import {
  EngineError,
  type ConstrainedOptimizationRequest,
  type ConstrainedOptimizationResult,
  type EngineErrorCode,
} from './engine';
import { loadLibxtb, type XtbCalculator, type XtbMethod } from './libxtb';

export interface LibxtbJob {
  request: ConstrainedOptimizationRequest;
  method: XtbMethod;
  /** An empty one, which GFN-FF leaves its topology in; a file of another molecule would be read. */
  directory: string;
}

export type LibxtbAnswer =
  | { result: ConstrainedOptimizationResult }
  | { error: { code: EngineErrorCode | null; message: string; output: string } };

const [libraryPath] = process.argv.slice(2) as [string];
const calculatorFor = loadLibxtb(libraryPath);

process.on('message', (job: LibxtbJob) => {
  void answerTo(job).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());

async function answerTo({ request, method, directory }: LibxtbJob): Promise<LibxtbAnswer> {
  // Not before there is a geometry that has been looked at.
  let calculator: XtbCalculator | undefined;
  try {
    process.chdir(directory);
    const { elements, formalCharge } = request;
    const result = await optimizeOnTarget(request, (geometry) => {
      calculator ??= calculatorFor({ elements, formalCharge, method }, geometry);
      return calculator.energyAndGradient(geometry);
    });
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

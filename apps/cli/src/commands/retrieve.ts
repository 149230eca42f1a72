import { CliError } from '../cli-error';
import { EXIT_CODES } from '../exit-codes';
import { openGateway, type GatewayOptions } from '../gateway';
import { assertWritable, type FitOutputs } from '../outputs';
import { fitResult, writeLogs, writeResults } from '../results';

/** `bespoke executor retrieve`: writes the results of a fit that has succeeded, or what its engines wrote when they failed. */
export async function retrieve(
  options: GatewayOptions & {
    id: string;
    output?: string;
    outputForceField?: string;
    outputReport?: string;
    outputLog?: string;
    json?: boolean;
  },
): Promise<number> {
  const outputs: Partial<FitOutputs> = {
    ...(options.output === undefined ? {} : { report: options.output }),
    ...(options.outputForceField === undefined ? {} : { forceField: options.outputForceField }),
    ...(options.outputReport === undefined ? {} : { page: options.outputReport }),
    ...(options.outputLog === undefined ? {} : { log: options.outputLog }),
  };
  if (Object.keys(outputs).length === 0)
    throw new CliError(
      'usage',
      'nothing to write: give --output, --output-force-field, --output-report or --output-log',
    );
  assertWritable([outputs]);
  const client = openGateway(options);
  const fit = await client.getFit(options.id);
  const { log, ...results } = outputs;
  if (log !== undefined && !(await writeLogs(client, fit, log)))
    throw new CliError('noSuchFit', `no engine of fit ${fit.id} failed and left its output`);
  const wantsResults = Object.keys(results).length > 0;
  if (wantsResults && fit.status !== 'succeeded')
    throw new CliError(
      'noSuchFit',
      `fit ${fit.id} has no result: it ${fit.status === 'failed' ? 'failed' : `is ${fit.status}`}${fit.failure === null ? '' : ` (${fit.failure.message})`}`,
    );
  const report = wantsResults ? await writeResults(client, fit.id, results) : null;
  if (options.json) process.stdout.write(`${JSON.stringify({ ...fitResult(fit, report), ...outputs })}\n`);
  return EXIT_CODES.success.code;
}

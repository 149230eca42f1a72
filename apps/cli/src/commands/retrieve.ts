import { CliError } from '../cli-error';
import { EXIT_CODES } from '../exit-codes';
import { openGateway, type GatewayOptions } from '../gateway';
import { assertWritable, type FitOutputs } from '../outputs';
import { writeResults } from '../results';

/** `bespoke executor retrieve`: writes the results of a fit that has succeeded. */
export async function retrieve(
  options: GatewayOptions & { id: string; output?: string; outputForceField?: string; outputReport?: string },
): Promise<number> {
  const outputs: Partial<FitOutputs> = {
    ...(options.output === undefined ? {} : { report: options.output }),
    ...(options.outputForceField === undefined ? {} : { forceField: options.outputForceField }),
    ...(options.outputReport === undefined ? {} : { page: options.outputReport }),
  };
  if (Object.keys(outputs).length === 0)
    throw new CliError('usage', 'nothing to write: give --output, --output-force-field or --output-report');
  assertWritable([outputs]);
  const client = openGateway(options);
  const fit = await client.getFit(options.id);
  if (fit.status !== 'succeeded')
    throw new CliError(
      'noSuchFit',
      `fit ${fit.id} has no result: it ${fit.status === 'failed' ? 'failed' : `is ${fit.status}`}${fit.failure === null ? '' : ` (${fit.failure.message})`}`,
    );
  await writeResults(client, fit.id, outputs);
  return EXIT_CODES.success.code;
}

import { openGateway, type GatewayOptions } from '../gateway';
import { readMolecules } from '../molecule-input';
import { submissions, submitOrResume, type SubmitOptions } from '../submission';
import { EXIT_CODES } from '../exit-codes';

/** `bespoke executor submit`: hands molecules in and says the ids of their fits. */
export async function submit(
  options: SubmitOptions & GatewayOptions & { smiles?: string[]; file?: string[]; json?: boolean },
): Promise<number> {
  const client = openGateway(options);
  const wanted = await submissions(options, await readMolecules(options.smiles ?? [], options.file ?? []));
  for (const each of wanted) {
    const fit = await submitOrResume(client, each);
    process.stdout.write(
      options.json ? `${JSON.stringify(fit)}\n` : `${fit.id}  ${fit.name || fit.smiles}\n`,
    );
  }
  return EXIT_CODES.success.code;
}

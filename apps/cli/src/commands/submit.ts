import { isPlanned } from '@bespoke/client';
import type { FitView } from '@bespoke/workflow-schema';
import { followFits } from '../follow';
import { openGateway, type GatewayOptions } from '../gateway';
import { readMolecules } from '../molecule-input';
import { progressDisplay } from '../progress-display';
import { tellingPlan } from '../series';
import { onInterrupt } from '../signals';
import { submissions, submitOrResume, type SubmitOptions } from '../submission';
import { EXIT_CODES } from '../exit-codes';

/** `bespoke executor submit`: hands molecules in, says the ids of their fits, and what several of them share. */
export async function submit(
  options: SubmitOptions &
    GatewayOptions & { smiles?: string[]; file?: string[]; json?: boolean; plan: boolean },
): Promise<number> {
  const client = openGateway(options);
  const wanted = await submissions(options, await readMolecules(options.smiles ?? [], options.file ?? []));
  const fits: FitView[] = [];
  for (const each of wanted) {
    const fit = await submitOrResume(client, each);
    fits.push(fit);
    process.stdout.write(
      options.json ? `${JSON.stringify(fit)}\n` : `${fit.id}  ${fit.name || fit.smiles}\n`,
    );
  }
  if (!options.plan || fits.length < 2) return EXIT_CODES.success.code;

  const signal = onInterrupt('no longer waiting for the plan; the fits go on', () => undefined);
  const labels = fits.map(({ name, smiles }) => name || smiles);
  const display = progressDisplay(process.stderr, labels);
  try {
    await followFits(client, fits, tellingPlan(display, options.json), signal, { isEnough: isPlanned });
  } finally {
    display.end();
  }
  return EXIT_CODES.success.code;
}

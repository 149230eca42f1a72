import type { FitView } from '@bespoke/workflow-schema';
import { followUntilPlanned } from '../follow';
import { openGateway, type GatewayOptions } from '../gateway';
import { readMolecules } from '../molecule-input';
import { progressDisplay } from '../progress-display';
import { planLines, tellingPlan } from '../series';
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
  const telling = tellingPlan(display, (plan) => {
    if (options.json) process.stdout.write(`${JSON.stringify({ plan })}\n`);
    else for (const line of planLines(plan)) display.note(line);
  });
  try {
    await followUntilPlanned(client, fits, telling, signal);
  } finally {
    display.end();
  }
  return EXIT_CODES.success.code;
}

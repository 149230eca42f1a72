import { createGatewayClient, type GatewayClient } from '@bespoke/client';
import type { FitReport, FitView } from '@bespoke/workflow-schema';
import { followFits } from '../follow';
import { withExecutor, type LaunchOptions } from '../local-executor';
import { readMolecules } from '../molecule-input';
import { assertWritable, fitOutputs, type FitOutputs, type OutputOptions } from '../outputs';
import { count } from '../progress';
import { progressDisplay, type ProgressDisplay } from '../progress-display';
import { fitResult, writeLogs, writeResults } from '../results';
import { tellingPlan } from '../series';
import { submissions, submitOrResume, type SubmitOptions } from '../submission';
import { EXIT_CODES } from '../exit-codes';

export type RunOptions = LaunchOptions &
  SubmitOptions &
  OutputOptions & { smiles?: string[]; file?: string[]; json?: boolean };

/** Long enough for the executor to bring a gateway that died back. */
const GATEWAY_RETRY_SECONDS = 60;

/** `bespoke executor run`: from molecules to force fields with an executor of its own. */
export async function run(options: RunOptions): Promise<number> {
  const molecules = await readMolecules(options.smiles ?? [], options.file ?? []);
  const wanted = await submissions(options, molecules);
  const labels = molecules.map(({ name, source, structure }) =>
    name !== '' ? name : 'smiles' in structure ? structure.smiles : source,
  );
  const outputs = fitOutputs(
    options,
    molecules.map(({ name }) => name),
  );
  assertWritable(outputs, [...(options.file ?? []), options.forceField, options.workflowFile]);
  const logged = new Set<number>();
  const reports = new Map<number, FitReport | null>();

  const display = progressDisplay(process.stderr, labels);
  const fits = await withExecutor(
    options,
    display.note,
    (directory) => `interrupted; the same command goes on where it stopped (all state is in ${directory})`,
    async (executor, signal) => {
      const client = createGatewayClient({
        baseUrl: executor.gatewayUrl,
        retrySeconds: GATEWAY_RETRY_SECONDS,
      });
      try {
        const unfinished = await unfinishedFits(client, signal);
        const submitted: FitView[] = [];
        for (const each of wanted) submitted.push(await submitOrResume(client, each, signal));
        tellOfOthers(unfinished, submitted, executor.directory, display);
        const onEnd = async (fit: FitView, index: number): Promise<void> => {
          const { log, ...results } = outputs[index]!;
          if (fit.status === 'succeeded')
            reports.set(index, await writeResults(client, fit.id, results, signal));
          if (await writeLogs(client, fit, log, signal)) logged.add(index);
        };
        return await followFits(client, submitted, tellingPlan(display, options.json), signal, { onEnd });
      } finally {
        display.end();
      }
    },
  );

  const results = fits.map((fit, index) => {
    const { log, ...files } = outputs[index]!;
    return {
      ...fitResult(fit, reports.get(index) ?? null),
      ...(fit.status === 'succeeded' ? files : {}),
      ...(logged.has(index) ? { log } : {}),
    };
  });
  if (options.json) for (const result of results) process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    fits.forEach((_, index) =>
      tellOutcome(labels[index]!, results[index]!, outputs[index]!, logged.has(index)),
    );
  return fits.every(({ status }) => status === 'succeeded')
    ? EXIT_CODES.success.code
    : EXIT_CODES.fitFailed.code;
}

async function unfinishedFits(client: GatewayClient, signal: AbortSignal): Promise<FitView[]> {
  const unfinished: FitView[] = [];
  for (const status of ['waiting', 'running'] as const)
    for await (const fit of client.listFits({ status }, signal)) unfinished.push(fit);
  return unfinished;
}

/** What an interrupted command left goes on in the background and takes its share of the cores. */
function tellOfOthers(
  unfinished: readonly FitView[],
  ours: readonly FitView[],
  directory: string,
  display: ProgressDisplay,
): void {
  const ids = new Set(ours.map(({ id }) => id));
  const others = unfinished.filter(({ id }) => !ids.has(id));
  if (others.length === 0) return;
  display.note(
    `${count(others.length, 'fit')} of earlier commands in this directory ${others.length === 1 ? 'goes' : 'go'} on too (${others
      .slice(0, 3)
      .map(({ id, smiles }) => `${id} ${smiles}`)
      .join(
        ', ',
      )}${others.length > 3 ? ', …' : ''}); meanwhile \`./bespoke executor cancel --directory ${directory} --id ${others[0]!.id}\` ends it`,
  );
}

function tellOutcome(
  label: string,
  fit: ReturnType<typeof fitResult>,
  { forceField, report, page, log }: FitOutputs,
  isLogged: boolean,
): void {
  for (const warning of fit.warnings) process.stderr.write(`${label}: warning: ${warning}\n`);
  if (isLogged) process.stderr.write(`${label}: what the engine wrote before it failed is in ${log}\n`);
  if (fit.status === 'succeeded') process.stdout.write(`${label}: ${forceField}, ${report}, ${page}\n`);
  else process.stderr.write(`${label}: ${fit.failure?.message ?? fit.status}\n`);
}

import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { targetBonds, TargetSmartsError } from '@bespoke/fragmentation';
import { loadRDKit, moleculeFromSmiles, SmartsError } from '@bespoke/molecule';
import { CHARGE_MODEL_NAMES, chargeModelNamed } from '@bespoke/partial-charges';
import { markedFigures, SmirnoffError, type CopiedSection } from '@bespoke/smirnoff';
import { builtInWorkflows, type FragmentationScheme, type Workflow } from '@bespoke/workflow-schema';
import { CliError } from '../cli-error';
import { safeFileName } from '../outputs';
import type { ChemistryJob, LineOutcome } from './chemistry-job';
import type { ConvertTarget } from './convert';
import { fragmentPage } from './fragment-page';
import type { FitSettings } from './fit';
import { openFitResults } from './fit-results';
import { fitOfAll, fitOfEach } from './drive-lines';
import { readForceFields } from './force-field';
import { forceFieldTexts } from './force-field-option';
import { inputLines } from './input-lines';
import { openFile, openLines, writeOut } from './json-lines';
import { openMoleculeFiles, type FileLine } from './molecule-records';
import { runLines, type RunOptions } from './run-lines';

export interface ForceFieldOptions extends RunOptions {
  forceField: string[];
}

export interface FragmentOptions extends RunOptions {
  engine: FragmentationScheme;
  targetTorsion?: string[];
  /** In place of lines. */
  smiles?: string;
  /** The page that is written in place of JSON. */
  html?: string;
}

/** `bespoke chem fragment` */
export async function fragment(
  file: string | undefined,
  { engine, targetTorsion, smiles, html, ...options }: FragmentOptions,
) {
  if (smiles !== undefined && file !== undefined)
    throw new CliError('usage', `give either --smiles or ${file}, not both`);
  if (targetTorsion !== undefined) await assertTargetSmarts(targetTorsion);
  const targetTorsionSmarts = targetTorsion ?? defaultWorkflow().targetTorsionSmarts;
  const as = html === undefined ? 'json' : 'section';
  const source =
    smiles === undefined
      ? openLines(file)
      : { stream: Readable.from([Buffer.from(JSON.stringify({ id: smiles, smiles }))]), bytes: null };
  const page = html === undefined ? null : openPage(html);
  try {
    const job = { command: 'fragment', as, engine, targetTorsionSmarts } as const;
    return await runLines(inputLines(source.stream), source.bytes, job, options, page?.write);
  } finally {
    page?.end();
    source.stream.destroy();
  }
}

/** @throws CliError for a pattern that is wrong whatever the molecule */
async function assertTargetSmarts(patterns: readonly string[]): Promise<void> {
  await loadRDKit();
  try {
    targetBonds(moleculeFromSmiles('C'), patterns);
  } catch (error) {
    if (!(error instanceof SmartsError || error instanceof TargetSmartsError)) throw error;
    throw new CliError('usage', `--target-torsion: ${error.message}`, { cause: error });
  }
}

/** @throws CliError */
function openPage(file: string): { write: (outcome: LineOutcome) => Promise<void>; end: () => void } {
  const { head, tail } = fragmentPage();
  const descriptor = writing(file, () => openSync(file, 'w'));
  const append = (text: string): void => writing(file, () => void writeSync(descriptor, text));
  append(head);
  return {
    write: async (outcome) => {
      if ('error' in outcome) reportFailure(outcome.error, String(outcome.id));
      else append(outcome.output ?? '');
    },
    end: () => {
      append(tail);
      closeSync(descriptor);
    },
  };
}

function writing<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError('notWritable', `${file} can't be written (${code})`, { cause: error });
  }
}

export interface ParametersOptions extends ForceFieldOptions {
  periodicities?: number[];
}

/** `bespoke chem parameters` */
export function parameters(
  file: string | undefined,
  { forceField, periodicities = defaultWorkflow().fit.periodicities, ...options }: ParametersOptions,
) {
  return runJsonLines(file, options, () => ({
    command: 'parameters',
    forceFields: forceFieldTexts(forceField),
    periodicities,
  }));
}

function defaultWorkflow(): Workflow {
  return builtInWorkflows.get('default')!;
}

export interface FitOptions extends ForceFieldOptions {
  drives: string;
  output: string;
  separate?: boolean;
  optimizer: 'native' | 'ForceBalance';
  penalty: FitSettings['optimizer']['penalty'];
  parameters: FitSettings['parameters'];
  also?: CopiedSection[];
}

/** `bespoke chem fit` */
export async function fit(options: FitOptions): Promise<number> {
  const { forceField, drives, output, separate = false, optimizer, penalty, parameters, also = [] } = options;
  if (optimizer === 'ForceBalance')
    throw new CliError('usage', '--optimizer ForceBalance is not there yet; native fits the same objective');
  if (parameters === 'marked' && also.length > 0)
    throw new CliError(
      'usage',
      '--also adds to what is fitted; with --parameters marked it is what is marked',
    );
  const forceFields = forceFieldTexts(forceField);
  if (parameters === 'marked') assertMarked(forceFields);
  const { periodicities, ...settings } = builtInWorkflows.get(
    penalty === 'evidence' ? 'draft' : 'default',
  )!.fit;
  const job = {
    command: 'fit',
    forceFields,
    parameters,
    also,
    periodicities,
    optimizer: { ...settings, penalty },
  } as const;
  const results = openFitResults(output);
  const { stream, bytes } = openFile(drives);
  try {
    const lines = separate ? fitOfEach(inputLines(stream)) : fitOfAll(inputLines(stream));
    const startMs = performance.now();
    await runLines(
      lines,
      bytes,
      job,
      { ...options, timeout: separate ? options.timeout : Infinity },
      results.add,
    );
    return results.end((performance.now() - startMs) / 1000);
  } finally {
    stream.destroy();
  }
}

/** @throws CliError where nothing is to be fitted */
function assertMarked(forceFields: readonly string[]): void {
  let marked: readonly unknown[];
  try {
    marked = markedFigures(readForceFields(forceFields));
  } catch (error) {
    if (!(error instanceof SmirnoffError)) throw error;
    throw new CliError('badWorkflow', `--force-field: ${error.message}`, { cause: error });
  }
  if (marked.length === 0)
    throw new CliError(
      'badWorkflow',
      '--parameters marked: no parameter of the force field has the attribute parameterize, as in parameterize="k1, k2"',
    );
}

/** `bespoke chem label` */
export function label(file: string | undefined, { forceField, ...options }: ForceFieldOptions) {
  return runJsonLines(file, options, () => ({ command: 'label', forceFields: forceFieldTexts(forceField) }));
}

export interface ChargesOptions extends RunOptions {
  model?: string;
  allowUndefinedStereo?: boolean;
}

/** `bespoke chem charges` */
export async function charges(
  file: string | undefined,
  { model: name, allowUndefinedStereo = false, ...options }: ChargesOptions,
) {
  const model = name === undefined ? undefined : chargeModelNamed(name.toLowerCase());
  if (model === undefined) {
    const choices = CHARGE_MODEL_NAMES.join(', ');
    throw new CliError(
      'usage',
      name === undefined
        ? `--model is missing; give one of ${choices}`
        : `there is no charge model ${name}; there are ${choices}`,
    );
  }
  if ((await model.provenance()) === null)
    throw new CliError(
      'usage',
      `${model.method} needs a program that is not there; \`bespoke doctor\` says which and how to get it`,
    );
  return runJsonLines(file, options, () => ({ command: 'charges', model: model.name, allowUndefinedStereo }));
}

/** `bespoke chem energies` */
export function energies(
  file: string | undefined,
  { forceField, gradients = false, ...options }: ForceFieldOptions & { gradients?: boolean },
) {
  return runJsonLines(file, options, () => ({
    command: 'energies',
    forceFields: forceFieldTexts(forceField),
    gradients,
  }));
}

export interface MinimizeOptions extends ForceFieldOptions {
  freeze?: number[];
  restraint?: number;
}

/** `bespoke chem minimize` */
export function minimize(
  file: string | undefined,
  { forceField, freeze = [], restraint = 0, ...options }: MinimizeOptions,
) {
  return runJsonLines(file, options, () => ({
    command: 'minimize',
    forceFields: forceFieldTexts(forceField),
    frozenAtoms: freeze,
    restraintKcalPerMolPerAngstrom2: restraint,
  }));
}

export interface ConvertOptions extends RunOptions {
  to: ConvertTarget;
  /** Where the pictures go. */
  output?: string;
}

/** `bespoke chem convert` */
export async function convert(files: readonly string[], { to, output, ...options }: ConvertOptions) {
  if ((to === 'svg') !== (output !== undefined))
    throw new CliError(
      'usage',
      to === 'svg'
        ? '--to svg writes a file for each molecule: name a directory for them with --output'
        : `--output is for --to svg; what --to ${to} writes goes to standard output`,
    );
  const { records, bytes } = openMoleculeFiles(files);
  const write = output === undefined ? writeText(to) : writePictures(output);
  return runLines(records, bytes, { command: 'convert', to }, options, write);
}

/** Of JSON lines a failure is one of them; in other forms there is no place for it. */
function writeText(to: ConvertTarget): (outcome: LineOutcome, line: FileLine) => Promise<void> {
  return async (outcome, { source }) => {
    if (!('error' in outcome)) await writeOut(outcome.output ?? '');
    else if (to === 'json')
      await writeOut(`${JSON.stringify({ ...outcome, error: `${source}: ${outcome.error}` })}\n`);
    else reportFailure(outcome.error, source);
  };
}

function writePictures(directory: string): (outcome: LineOutcome, line: FileLine) => Promise<void> {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'is a file, not a directory' : `can't be made (${code})`;
    throw new CliError('notWritable', `--output ${directory} ${why}; name another directory`, {
      cause: error,
    });
  }
  const used = new Set<string>();
  return async (outcome, { source, number }) => {
    if ('error' in outcome) return reportFailure(outcome.error, source);
    if (outcome.output === null) return;
    let file = safeFileName(String(outcome.id)) || 'molecule';
    // Upper and lower case are one file on some machines.
    while (used.has(file.toLowerCase())) file += `-${number}`;
    used.add(file.toLowerCase());
    const { output } = outcome;
    const picture = path.join(directory, `${file}.svg`);
    writing(picture, () => writeFileSync(picture, output));
  };
}

function reportFailure(error: string, source: string): void {
  process.stderr.write(`bespoke: ${source}: ${error}\n`);
}

async function runJsonLines(
  file: string | undefined,
  options: RunOptions,
  job: () => ChemistryJob,
): Promise<number> {
  const { stream, bytes } = openLines(file);
  try {
    return await runLines(inputLines(stream), bytes, job(), options);
  } finally {
    stream.destroy();
  }
}

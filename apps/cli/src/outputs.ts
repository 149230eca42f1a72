import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CliError } from './cli-error';

/** Where the results of one fit go. */
export interface FitOutputs {
  report: string;
  forceField: string;
  page: string;
  /** What engines wrote before they failed, where one did. */
  log: string;
}

export interface OutputOptions {
  output: string;
  outputForceField?: string;
  outputReport?: string;
}

/** A name in letters that every file system takes; may be empty. */
export function safeFileName(name: string): string {
  return name
    .trim()
    .replace(/[^A-Za-z0-9._+-]+/g, '_')
    .replace(/^[._]+|[._]+$/g, '')
    .slice(0, 64);
}

/**
 * A name for the outputs of each of several molecules: its own name in letters that every file system takes,
 * or its number, from 1, where it has no name or one that another has too.
 */
export function outputSuffixes(names: readonly string[]): string[] {
  const safe = names.map(safeFileName);
  // Upper and lower case are one file on some machines; a number must not meet a molecule called 2.
  const count = (name: string) => safe.filter((other) => other.toLowerCase() === name.toLowerCase()).length;
  return safe.map((name, index) =>
    name === '' || /^\d+$/.test(name) || count(name) > 1 ? String(index + 1) : name,
  );
}

/**
 * Where each molecule's results go. By default force field and page lie beside the report and have its name:
 * `x.json`, `x.offxml` and `x.html`. With several molecules each gets the molecule's suffix: `x-aspirin.json`.
 */
export function fitOutputs(options: OutputOptions, names: readonly string[]): FitOutputs[] {
  const { output } = options;
  const stem = withoutExtension(output);
  const files: FitOutputs = {
    report: output,
    forceField: options.outputForceField ?? `${stem}.offxml`,
    page: options.outputReport ?? `${stem}.html`,
    log: `${stem}.log`,
  };
  if (names.length === 1) return [files];
  return outputSuffixes(names).map((suffix) => ({
    report: withSuffix(files.report, suffix),
    forceField: withSuffix(files.forceField, suffix),
    page: withSuffix(files.page, suffix),
    log: withSuffix(files.log, suffix),
  }));
}

/**
 * Sees, before any work starts, that every output can be written, and that none takes the place of an input.
 * @throws CliError `notWritable`, `usage`
 */
export function assertWritable(
  outputs: readonly Partial<FitOutputs>[],
  inputs: readonly (string | undefined)[] = [],
): void {
  const read = new Set(inputs.flatMap((file) => (file === undefined ? [] : [path.resolve(file)])));
  const seen = new Set<string>();
  for (const file of outputs.flatMap(({ report, forceField, page, log }) => [
    report,
    forceField,
    page,
    log,
  ])) {
    if (file === undefined) continue;
    const absolute = path.resolve(file);
    if (seen.has(absolute)) throw new CliError('usage', `two outputs would be the same file: ${file}`);
    if (read.has(absolute))
      throw new CliError('usage', `${file} is an input and would be overwritten; name another output`);
    seen.add(absolute);
    try {
      const made = mkdirSync(path.dirname(absolute), { recursive: true });
      try {
        const isNew = !existsSync(absolute);
        // Permissions do not tell it all; what is there already is left as it is.
        closeSync(openSync(absolute, 'a'));
        if (isNew) rmSync(absolute);
      } finally {
        // A run that fails is to leave no empty folders.
        if (made !== undefined) rmSync(made, { recursive: true });
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new CliError('notWritable', `${file} can't be written (${code}); name another file`, {
        cause: error,
      });
    }
  }
}

function withoutExtension(file: string): string {
  return file.slice(0, file.length - path.extname(file).length);
}

function withSuffix(file: string, suffix: string): string {
  return `${withoutExtension(file)}-${suffix}${path.extname(file)}`;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from '../cli-error';
import { EXIT_CODES } from '../exit-codes';
import { outputSuffixes } from '../outputs';
import type { LineOutcome } from './chemistry-job';
import { fitPage } from './fit-page';
import { totalOf, type FitResult, type Report } from './fit-report';

/** The files of `chem fit`, which are written when all fits are there. */
export interface FitResults {
  add(outcome: LineOutcome): Promise<void>;
  /** @returns the exit code */
  end(wallSeconds: number): number;
}

/** @throws CliError where nothing can be written there */
export function openFitResults(directory: string): FitResults {
  writing(directory, () => mkdirSync(directory, { recursive: true }));
  const results: FitResult[] = [];
  return {
    add: async (outcome) => {
      if (!('error' in outcome)) results.push(JSON.parse(outcome.output!) as FitResult);
      else results.push({ drives: [{ id: outcome.id, error: outcome.error }], fit: null });
    },
    end: (wallSeconds) => {
      const drives = results.flatMap((result) => result.drives);
      for (const drive of drives) if ('error' in drive) tell(drive.id, drive.error);
      const made = results.flatMap(({ fit }) => fit ?? []);
      const files = forceFieldFiles(made.map(({ ids }) => String(ids[0])));
      const fits = made.map(({ offxml, ...fit }, index) => {
        const file = files[index]!;
        write(directory, file, offxml);
        for (const warning of fit.warnings) tell(fit.ids.length === 1 ? fit.ids[0]! : 'fit', warning);
        return { ...fit, force_field: file };
      });
      const report: Report = { drives, fits, total: totalOf(fits, wallSeconds) };
      write(directory, 'report.json', `${JSON.stringify(report, null, 1)}\n`);
      write(directory, 'report.html', fitPage(report));
      const failed = drives.length === 0 || drives.some((drive) => 'error' in drive);
      return failed ? EXIT_CODES.fitFailed.code : EXIT_CODES.success.code;
    },
  };
}

/** One fit's is force-field.offxml; those of several bear the names of their drives. */
function forceFieldFiles(names: readonly string[]): string[] {
  if (names.length === 1) return ['force-field.offxml'];
  return outputSuffixes(names).map((name) => path.join('force-fields', `${name}.offxml`));
}

function tell(id: string | number, what: string): void {
  process.stderr.write(`bespoke: ${id}: ${what}\n`);
}

function write(directory: string, name: string, text: string): void {
  const file = path.join(directory, name);
  writing(file, () => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  });
}

function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError('notWritable', `${file} can't be written (${code})`, { cause: error });
  }
}

import { inputLines } from './input-lines';
import { DEFAULT_FORCE_FIELD, forceFieldTexts } from './force-field-option';
import { openLines } from './json-lines';
import { runLines, type RunOptions } from './run-lines';
import type { ChemistryJob } from './chemistry-job';

interface ForceFieldOptions extends RunOptions {
  forceField?: string[];
}

/** `bespoke chem label` */
export async function label(file: string | undefined, options: ForceFieldOptions): Promise<number> {
  return runJsonLines(file, options, { command: 'label', forceFields: readForceFields(options) });
}

function readForceFields({ forceField = [DEFAULT_FORCE_FIELD] }: ForceFieldOptions): string[] {
  const texts = forceFieldTexts(forceField);
  return texts;
}

async function runJsonLines(
  file: string | undefined,
  options: RunOptions,
  job: ChemistryJob,
): Promise<number> {
  const { stream, bytes } = openLines(file);
  try {
    return await runLines(inputLines(stream), bytes, job, options);
  } finally {
    stream.destroy();
  }
}

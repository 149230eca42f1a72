import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateDto } from './validate-dto';
import { Workflow } from './workflow';

const DIRECTORY = join(__dirname, '..', 'workflows');

/** The workflows that the project ships: one JSON file each, found by its name, in alphabetical order. */
export const builtInWorkflows: ReadonlyMap<string, Workflow> = new Map(
  readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const workflow = readWorkflow(join(DIRECTORY, file));
      if (`${workflow.name}.json` !== file) throw new Error(`${file} names itself ${workflow.name}`);
      return [workflow.name, workflow];
    }),
);

function readWorkflow(path: string): Workflow {
  const validated = validateDto(Workflow, JSON.parse(readFileSync(path, 'utf8')));
  if ('value' in validated) return validated.value;
  const [{ field, message }] = validated.errors as [{ field: string; message: string }];
  throw new Error(`${path}: ${field}: ${message}`);
}

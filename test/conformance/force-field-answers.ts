import { execFileSync } from 'node:child_process';
import path from 'node:path';

const SCRIPT = path.join(__dirname, '../openff/force_field.py');

export interface ForceFieldQuestion {
  mapped_smiles: string;
  /** Two atoms and the Wiberg order of their bond. */
  bond_orders?: [number, number, number][];
  parameters?: boolean;
  charges?: boolean;
}

/** In kcal/mol, angstrom, degree, e. */
export interface ForceFieldAnswer {
  labels?: Record<string, (number | string)[][]>;
  /** By section, [atoms, figures...] of each term. */
  parameters?: Record<string, readonly unknown[]>;
  charges?: number[];
  /** What the toolkit said if it refused. */
  error?: string;
}

/** What the OpenFF toolkit and Interchange say of molecules under a force field of one or more files. */
export function askForceField(
  python: string,
  files: readonly string[],
  questions: readonly ForceFieldQuestion[],
): ForceFieldAnswer[] {
  const output = execFileSync(python, [SCRIPT, ...files], {
    input: questions.map((question) => JSON.stringify(question)).join('\n'),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ForceFieldAnswer);
}

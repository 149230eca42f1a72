import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { builtInForceField, builtInForceFieldNames } from '@bespoke/smirnoff';

export const SECTIONS = [
  ...(['Bonds', 'Angles', 'ProperTorsions', 'ImproperTorsions'] as const),
  ...(['vdW', 'LibraryCharges', 'Constraints'] as const),
];
export const TERMS = ['bonds', 'angles', 'propers', 'impropers', 'vdw', 'electrostatics', 'total'] as const;

/** Names of the force fields that are compared: all that the project ships. */
export const FORCE_FIELDS = builtInForceFieldNames;

export interface Question {
  smiles: string;
  /** What this project makes of it. */
  mappedSmiles: string;
  /** With every shipped force field. */
  labels: boolean;
  energies: { seed: number; geometries: number; displacementAngstrom: number } | null;
}

/** As `reference_programs.py` writes it. */
export interface Answer {
  /** Why the toolkit refuses the molecule. */
  read: string | null;
  same: boolean;
  aromatic_atoms: number[];
  aromatic_bonds: [number, number][];
  stereo_atoms: Record<string, 'R' | 'S'>;
  stereo_bonds: [number, number, 'E' | 'Z'][];
  labels: Partial<Record<(typeof SECTIONS)[number], (number | string)[][]>>[];
  energies: null | { error: string } | ReferenceEnergies;
}

export interface ReferenceEnergies {
  charges_e: number[];
  geometries_angstrom: number[][][];
  energies_kcal_mol: Record<(typeof TERMS)[number], number>[];
  /** Of the last geometry. */
  forces_kcal_mol_angstrom: number[][];
}

/** Asks the OpenFF toolkit, RDKit and OpenMM; `heard` is called with each answer in the order of the questions. */
export async function askReferencePrograms(
  python: string,
  questions: readonly Question[],
  heard: (answer: Answer, question: Question) => void,
): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'bespoke-conformance-'));
  try {
    const files = FORCE_FIELDS.map((name) => path.join(directory, name));
    files.forEach((file, index) => writeFileSync(file, builtInForceField(FORCE_FIELDS[index]!)));
    const program = spawn(python, [path.join(__dirname, 'reference_programs.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    });
    const ended = new Promise<number | null>((resolve, reject) =>
      program.once('error', reject).once('close', resolve),
    );
    program.stdin.on('error', () => undefined); // It shows in the exit code.
    program.stdin.end(
      questions
        .map(({ smiles, mappedSmiles, labels, energies }) =>
          JSON.stringify({
            smiles,
            mapped_smiles: mappedSmiles,
            labels: labels ? files : [],
            energies: energies && {
              force_field: files.at(-1),
              seed: energies.seed,
              geometries: energies.geometries,
              displacement_angstrom: energies.displacementAngstrom,
            },
          }),
        )
        .join('\n'),
    );
    let answered = 0;
    for await (const line of createInterface({ input: program.stdout })) {
      heard(JSON.parse(line) as Answer, questions[answered++]!);
    }
    const exitCode = await ended;
    if (exitCode !== 0 || answered !== questions.length)
      throw new Error(
        `The reference programs ended with ${exitCode} after ${answered} of ${questions.length} molecules.`,
      );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

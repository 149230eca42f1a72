import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutated, tokens } from './mutations';

// test/nightly/fuzz.sh runs this with many more cases.
const SEED = Number(process.env.FUZZ_SEED ?? 4);
const CASES = Number(process.env.FUZZ_CASES ?? 300);
const COMMAND_LINE = path.resolve(__dirname, '../../apps/cli/dist/main.js');
const FORCE_FIELD = 'openff_unconstrained-2.3.0.offxml';

const WATER =
  '"mapped_smiles":"[O:1]([H:2])[H:3]","geometries_angstrom":[[[0,0,0],[0.96,0,0],[-0.24,0.93,0]]]';
const METHANE =
  '"mapped_smiles":"[C:1]([H:2])([H:3])([H:4])[H:5]","geometries_angstrom":[[[0,0,0],[0.63,0.63,0.63],[-0.63,-0.63,0.63],[0.63,-0.63,-0.63],[-0.63,0.63,-0.63]]]';
const SEEDS = [
  `{"id":"a",${WATER},"charges_e":[-0.8,0.4,0.4]}`,
  `{"id":7,${METHANE},"charges_e":[-0.4,0.1,0.1,0.1,0.1]}`,
  `{"id":null,${METHANE}}`,
  '{"id":"\\u00e9","mapped_smiles":"[C:1]([H:3])([H:4])([H:5])[C:2]([H:6])([H:7])[H:8]","geometry_angstrom":null}',
];
const TOKENS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"id":',
    '"mapped_smiles":',
    '"charges_e":',
    '"geometries_angstrom":',
    '1',
    '1e999',
  ],
  ...[
    'null',
    'true',
    '"[H:1][H:2]"',
    '"C"',
    '[[[0,0,0],[0,0,0]]]',
    '[[[0,0,0],[0,0,0.7]]]',
    '{}',
    '[]',
    '"__proto__":',
    '\\u0000',
    '-',
  ],
];

describe(`each of ${CASES} hostile lines (seed ${SEED}) gets one line of answer, in order, from bespoke chem`, () => {
  const commands: [string, string[]][] = [
    ['label', ['--force-field', FORCE_FIELD]],
    ['charges', ['--model', 'nagl']],
    ['energies', ['--force-field', FORCE_FIELD, '--gradients']],
    ['minimize', ['--force-field', FORCE_FIELD, '--restraint', '1']],
  ];

  it.each(commands)('%s', async (command, options) => {
    const texts = fc.oneof(
      { weight: 5, arbitrary: mutated(SEEDS) },
      { weight: 1, arbitrary: tokens(TOKENS) },
      { weight: 1, arbitrary: fc.json() },
    );
    // Each hostile line is followed by one that must have its answer as ever.
    const lines = fc
      .sample(texts, { seed: SEED, numRuns: CASES })
      .map((text) => text.replace(/[\r\n]+/g, ' '))
      .filter((text) => text.trim() !== '')
      .flatMap((line, index) => [line, SEEDS[0]!.replace('"a"', String(index))]);
    const program = spawn(process.execPath, [COMMAND_LINE, 'chem', command, ...options], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let complaints = '';
    program.stderr.on('data', (chunk) => (complaints += String(chunk)));
    const ended = new Promise<number | null>((resolve) => program.once('close', resolve));
    program.stdin.on('error', () => undefined); // It shows in what is missing of the answers.
    program.stdin.end(lines.join('\n') + '\n');
    let answered = 0;
    const odd: string[] = [];
    let failed = 0;
    for await (const line of createInterface({ input: program.stdout })) {
      const answer = JSON.parse(line) as { id: unknown; error?: unknown };
      const question = lines[answered]!;
      if (typeof answer.error === 'string') failed += 1;
      if (answered % 2 === 1 && (answer.error !== undefined || answer.id !== (answered - 1) / 2))
        odd.push(`${question} -> ${line}`);
      else if (!('id' in answer) || Object.keys(answer).length < 2 || / at .*\.js:\d+/.test(line))
        odd.push(`${question.slice(0, 2000)} -> ${line}`);
      answered += 1;
    }
    const exitCode = await ended;
    console.log(command, { lines: lines.length, answered, failed, exitCode });
    expect(odd.slice(0, 5)).toEqual([]);
    expect({ answered, exitCode }, complaints.slice(-2000)).toEqual({ answered: lines.length, exitCode: 1 });
  });
});

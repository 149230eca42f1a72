import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ProblemError } from '@bespoke/client';
import { describe, expect, it } from 'vitest';
import { CliError, exitReasonOf } from './cli-error';
import { EXIT_CODES } from './exit-codes';

function problem(status: number, code: string, field?: string): ProblemError {
  return new ProblemError({
    type: `urn:bespoke:problem:${code}`,
    title: '',
    status,
    detail: 'x',
    ...(field === undefined ? {} : { errors: [{ field, message: 'y' }] }),
  });
}

describe('the exit codes', () => {
  it('stand in docs/exit-codes.md as they are', () => {
    const page = readFileSync(path.join(__dirname, '../../../docs/exit-codes.md'), 'utf8');
    const rows = [...page.matchAll(/^\| (\d+) +\| (.+?) +\|$/gm)].map(([, code, meaning]) => ({
      code: Number(code),
      meaning,
    }));
    expect(rows).toEqual(Object.values(EXIT_CODES));
  });

  it('are all different', () => {
    const codes = Object.values(EXIT_CODES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('what an error stands for', () => {
  it.each([
    [problem(404, 'no-such-fit'), 'noSuchFit'],
    [problem(422, 'mixture', 'smiles'), 'badMolecule'],
    [problem(422, 'unsupported-by-engine', 'molfile'), 'badMolecule'],
    [problem(400, 'invalid-request', 'customWorkflow.qc.program'), 'badWorkflow'],
    [problem(422, 'unsupported-engine', 'workflow'), 'badWorkflow'],
    [problem(400, 'invalid-request', 'targetTorsionSmarts'), 'usage'],
    [problem(500, 'internal-error'), 'fitFailed'],
    [new CliError('portInUse', ''), 'portInUse'],
    [new Error('anything else'), 'fitFailed'],
  ] as const)('%s is %s', (error, reason) => {
    expect(exitReasonOf(error)).toBe(reason);
  });
});

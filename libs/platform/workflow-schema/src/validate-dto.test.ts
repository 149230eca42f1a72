import { describe, expect, it } from 'vitest';
import { builtInWorkflows, SubmitFit, validateDto, Workflow, type FieldError } from './index';

function errorsOf(plain: unknown): FieldError[] {
  const validated = validateDto(SubmitFit, plain);
  if ('value' in validated) throw new Error('it was accepted');
  return validated.errors;
}

const draft = (): Record<string, unknown> =>
  JSON.parse(JSON.stringify(builtInWorkflows.get('draft'))) as Record<string, unknown>;

describe('validation', () => {
  it('accepts what it should, as an instance of the class at every depth', () => {
    const validated = validateDto(SubmitFit, { smiles: 'CC', customWorkflow: draft() });
    expect('value' in validated && validated.value.customWorkflow).toBeInstanceOf(Workflow);
  });

  it('names every wrong field by its path, unknown ones included', () => {
    const errors = errorsOf({
      smiles: 1,
      odd: true,
      customWorkflow: { ...draft(), fit: { penalty: 'L3' }, torsionDrive: 'none' },
    });
    const fields = new Set(errors.map(({ field }) => field));
    for (const field of ['smiles', 'odd', 'customWorkflow.fit.penalty', 'customWorkflow.fit.maxIterations']) {
      expect(fields).toContain(field);
    }
    expect([...fields].some((field) => field.startsWith('customWorkflow.torsionDrive'))).toBe(true);
  });

  it.each([undefined, null, [], 'xtb'])('refuses %j where a workflow has an object', (value) => {
    for (const field of ['fragmentation', 'qc', 'torsionDrive', 'fit']) {
      const errors = errorsOf({ smiles: 'C', customWorkflow: { ...draft(), [field]: value } });
      expect(errors.map((error) => error.field)).toContainEqual(
        expect.stringContaining(`customWorkflow.${field}`),
      );
    }
  });

  it.each([null, undefined, 'text', 3, [], [{}]])('refuses %j, which is no object', (plain) => {
    expect(errorsOf(plain)).toEqual([{ field: '', message: 'must be a JSON object' }]);
  });

  it('takes single points at a level of their own, and says what goes with what', () => {
    const singlePoints = {
      qc: { program: 'pyscf', method: 'B3LYP-D3BJ', basis: 'DZVP' },
      targetStandardErrorKcalPerMol: 0.15,
      leastPoints: 8,
      mostPoints: 12,
      pointsPerRound: 2,
    };
    const errors = (changed: object): FieldError[] => {
      const validated = validateDto(Workflow, { ...draft(), singlePoints: { ...singlePoints, ...changed } });
      return 'errors' in validated ? validated.errors : [];
    };
    expect(errors({})).toEqual([]);
    expect(errors({ mostPoints: 8 })).toEqual([]);
    expect(errors({ mostPoints: 7 })).toEqual([
      { field: 'singlePoints.mostPoints', message: 'mostPoints must not be less than leastPoints' },
    ]);
    expect(errors({ qc: { program: 'pyscf' }, pointsPerRound: 0 }).map(({ field }) => field)).toEqual([
      'singlePoints.qc.method',
      'singlePoints.pointsPerRound',
    ]);
  });

  it('takes what BespokeFit can fit, and says what goes with what', () => {
    const fitErrors = (fit: object): FieldError[] => {
      const workflow = { ...draft(), fit: { ...(draft()['fit'] as object), ...fit } };
      const validated = validateDto(Workflow, workflow);
      return 'errors' in validated ? validated.errors : [];
    };
    for (const fit of [
      { periodicities: [] },
      { parameters: 'general', periodicities: [] },
      { parameters: 'bespoke', also: ['Bonds', 'Angles', 'ImproperTorsions', 'vdW'] },
    ]) {
      expect(fitErrors(fit)).toEqual([]);
    }
    expect(fitErrors({ parameters: 'general' })).toEqual([
      { field: 'fit.periodicities', message: expect.stringContaining('must be []') as string },
    ]);
    expect(fitErrors({ also: ['ProperTorsions'] })).toMatchObject([{ field: 'fit.also' }]);
    expect(fitErrors({ also: ['Angles', 'Angles'] })).toMatchObject([{ field: 'fit.also' }]);
  });

  it('refuses what is nested too deep to be walked', () => {
    const nested = JSON.parse(`{"customWorkflow": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as unknown;
    const result = validateDto(SubmitFit, nested);
    expect('errors' in result && result.errors[0]?.message).toMatch(/nested more than/);
  });

  it.each([
    ['{"__proto__": {"isAdmin": true}, "smiles": "C"}', '__proto__'],
    ['{"constructor": {"prototype": {}}, "smiles": "C"}', 'constructor'],
    ['{"smiles": "C", "customWorkflow": {"qc": {"__proto__": {}}}}', 'customWorkflow.qc.__proto__'],
  ])('refuses %s, which reaches for a prototype', (json, field) => {
    expect(errorsOf(JSON.parse(json))).toEqual([{ field, message: 'is not allowed as a key' }]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('converts nothing', () => {
    expect(errorsOf({ smiles: 'C', customWorkflow: { ...draft(), fragmentation: ['pfizer'] } })).not.toEqual(
      [],
    );
    const fit = { ...(draft()['fit'] as object), maxIterations: '5' };
    expect(errorsOf({ smiles: 'C', customWorkflow: { ...draft(), fit } })).toMatchObject([
      {
        field: 'customWorkflow.fit.maxIterations',
        message: 'maxIterations must be an integer number',
      },
    ]);
  });
});

describe('the built-in workflows', () => {
  it('are found by name, and each is valid', () => {
    expect([...builtInWorkflows.keys()]).toEqual(['debug', 'default', 'draft', 'fast']);
    for (const [name, workflow] of builtInWorkflows) {
      expect(workflow.name).toBe(name);
      expect('value' in validateDto(Workflow, JSON.parse(JSON.stringify(workflow)))).toBe(true);
    }
  });
});

import { isAbsolute, relative, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { engineEnvironment } from './engine-environment';

const before = process.env['BESPOKE_ENGINES'];
afterEach(() => {
  if (before === undefined) delete process.env['BESPOKE_ENGINES'];
  else process.env['BESPOKE_ENGINES'] = before;
});

describe('the environment of an engine', () => {
  it('is below what BESPOKE_ENGINES names, by its whole path', () => {
    process.env['BESPOKE_ENGINES'] = 'engines';
    const { directory, python } = engineEnvironment('pyscf');
    expect(directory).toBe(resolve('engines', 'pyscf'));
    expect(isAbsolute(python)).toBe(true);
  });

  it('is in the project where BESPOKE_ENGINES is empty, not in a folder of the same name where one is', () => {
    process.env['BESPOKE_ENGINES'] = '';
    const project = resolve(__dirname, '..', '..', '..', '..');
    expect(relative(project, engineEnvironment('pyscf').directory)).toBe('.bespoke/engines/pyscf');
  });
});

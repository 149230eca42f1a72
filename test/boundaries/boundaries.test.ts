import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

// The boundary rule is silent when Nx has no project graph or a package no entry point, and a silent rule
// looks like a clean workspace. So each layer is shown a forbidden import, and must object; nothing is written.

const root = join(__dirname, '..', '..');
// In CI the parser takes a file from disk the first time it meets it, not the text that it is given.
process.env['TSESTREE_SINGLE_RUN'] = 'false';
const eslint = new ESLint({ cwd: root });

const MODULE_BOUNDARIES = '@nx/enforce-module-boundaries';
const RESTRICTED_IMPORTS = '@typescript-eslint/no-restricted-imports';

/** The rules of layering that fire when `file` also has this line. */
async function boundaryErrors(file: string, line: string): Promise<string[]> {
  const path = join(root, file);
  const [result] = await eslint.lintText(`${line}\n${readFileSync(path, 'utf8')}`, { filePath: path });
  return result!.messages
    .filter((message) => message.line === 1 && message.severity === 2)
    .map((message) => message.ruleId ?? message.message)
    .filter((rule) => rule === MODULE_BOUNDARIES || rule === RESTRICTED_IMPORTS || !rule.includes('/'));
}

const foundation = 'libs/foundation/content-key/src/index.ts';
const science = 'libs/science/mechanics/src/index.ts';
const platform = 'libs/platform/executor/src/index.ts';
const messaging = 'libs/platform/messaging/src/index.ts';
const app = 'apps/gateway/src/main.ts';

beforeAll(() => {
  // Makes the project graph that the rule reads.
  const nx = join(root, 'node_modules/nx/dist/bin/nx.js');
  const { status, stderr } = spawnSync(process.execPath, [nx, 'show', 'projects'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  expect(status, stderr).toBe(0);
});

describe('the linter', () => {
  it.each([
    ['the foundation using science', foundation, '@bespoke/units', MODULE_BOUNDARIES],
    ['the foundation using itself', foundation, '@bespoke/child-process', MODULE_BOUNDARIES],
    ['science using the platform', science, '@bespoke/messaging', MODULE_BOUNDARIES],
    ['science using Nest', science, '@nestjs/common', MODULE_BOUNDARIES],
    ['science using NATS', science, 'nats', RESTRICTED_IMPORTS],
    ['science using a logger', science, 'pino', MODULE_BOUNDARIES],
    ['the platform calling science', platform, '@bespoke/units', RESTRICTED_IMPORTS],
    ['messaging calling science', messaging, '@bespoke/units', RESTRICTED_IMPORTS],
    ['the platform using NATS outside messaging', platform, 'nats', RESTRICTED_IMPORTS],
    ['the platform using an app', platform, '@bespoke/gateway', MODULE_BOUNDARIES],
    ['an app using another app', app, '@bespoke/optimizer', MODULE_BOUNDARIES],
    ['an app using NATS', app, 'nats', RESTRICTED_IMPORTS],
  ])('refuses %s', async (_what, file, imported, rule) => {
    expect(await boundaryErrors(file, `import * as forbidden from '${imported}'; forbidden;`)).toContain(
      rule,
    );
  });

  it.each([
    ['science using the foundation', science, `import * as allowed from '@bespoke/content-key'; allowed;`],
    ['science using science', science, `import * as allowed from '@bespoke/units'; allowed;`],
    ['the platform using a type of science', platform, `import type { Molecule } from '@bespoke/molecule';`],
    ['messaging using NATS', messaging, `import * as allowed from 'nats'; allowed;`],
    ['an app using science', app, `import * as allowed from '@bespoke/units'; allowed;`],
  ])('allows %s', async (_what, file, line) => {
    expect(await boundaryErrors(file, line)).toEqual([]);
  });
});

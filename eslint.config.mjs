import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier/flat';
import tseslint from 'typescript-eslint';

// The layers, from the ground up, and what each may import. Nx knows a project's layer by the tag in its
// package.json. test/boundaries proves that these rules fire; Nx would say nothing without a project graph.
const layers = [
  { sourceTag: 'layer:foundation', onlyDependOnLibsWithTags: [] },
  {
    sourceTag: 'layer:science',
    onlyDependOnLibsWithTags: ['layer:foundation', 'layer:science'],
    bannedExternalImports: ['nats', '@nats-io/*', '@nestjs/*', 'nestjs-pino', 'pino', 'pino-*', 'rxjs'],
  },
  {
    sourceTag: 'layer:platform',
    onlyDependOnLibsWithTags: ['layer:foundation', 'layer:platform', 'layer:science'],
  },
  {
    sourceTag: 'layer:app',
    onlyDependOnLibsWithTags: ['layer:foundation', 'layer:science', 'layer:platform'],
  },
  {
    sourceTag: 'layer:test',
    onlyDependOnLibsWithTags: ['layer:foundation', 'layer:science', 'layer:platform'],
  },
];

const sciencePackages = readdirSync(new URL('libs/science', import.meta.url)).map(
  (name) => `@bespoke/${name}`,
);

const noNats = {
  group: ['nats', 'nats/*', '@nats-io/*'],
  message: 'Only libs/platform/messaging knows the NATS client.',
};
const scienceAsTypesOnly = {
  group: sciencePackages,
  allowTypeImports: true,
  message: 'The platform knows the science by its types only.',
};
const restrictImports = (...patterns) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
});

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.bespoke/', '.nx/', '.venv/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,mts}'],
    extends: [tseslint.configs.recommended],
    plugins: { '@nx': nx },
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'no-undef': 'off', // the compiler's work
      eqeqeq: 'error',
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@nx/enforce-module-boundaries': [
        'error',
        // A command line loads a library when a command needs it; that command's own files import it as usual.
        { depConstraints: layers, checkDynamicDependenciesExceptions: ['@bespoke/*'] },
      ],
      ...restrictImports(noNats),
    },
  },
  {
    files: ['libs/platform/**/*.ts'],
    rules: restrictImports(noNats, scienceAsTypesOnly),
  },
  {
    // Its own tests may drive the real science.
    files: ['libs/platform/**/*.test.ts'],
    rules: restrictImports(noNats),
  },
  {
    files: ['libs/platform/messaging/**/*.ts'],
    rules: restrictImports(scienceAsTypesOnly),
  },
  {
    files: ['apps/cli/**/*.ts', 'test/**/*.ts', '**/*.test.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}', 'test/run-tests'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['**/*.cjs', 'test/run-tests'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', __dirname: 'readonly', module: 'writable' },
    },
  },
  prettier,
);

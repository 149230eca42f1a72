import { defineConfig } from 'vitest/config';

const MINUTE_MS = 60_000;

// Groups run one after the other.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['libs/*/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'],
          sequence: { groupOrder: 1 },
          // A cold RDKit or a real engine takes seconds on a busy machine.
          testTimeout: 2 * MINUTE_MS,
          hookTimeout: 2 * MINUTE_MS,
        },
      },
      {
        test: {
          name: 'repository',
          include: ['test/{boundaries,conformance,helm}/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 5 * MINUTE_MS,
          // The first time, Helm is built.
          hookTimeout: 20 * MINUTE_MS,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          sequence: { groupOrder: 3 },
          // Whole executors with real engines: one at a time, or they take each other's cores.
          fileParallelism: false,
          testTimeout: 15 * MINUTE_MS,
          hookTimeout: 15 * MINUTE_MS,
        },
      },
    ],
  },
});

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const SHARING = ['test/unit/{bench,cli,client,deploy,domain,legacy,life,temporal/durable}/**/*.test.ts'];
// As tsconfig.json has it: the package by its name is these sources.
export const alias = [
  { find: /^tickless$/, replacement: source('index.ts') },
  { find: /^tickless\/(.*)$/, replacement: source('$1.ts') },
];
const common = { alias, pool: 'forks', testTimeout: 60_000, hookTimeout: 240_000 } as const;

export default defineConfig({
  test: {
    // Vitest leaves a core to others, which on two cores doubles the time.
    maxWorkers: 2,
    projects: [
      // These leave nothing behind: without a process for each file they take half the time.
      { test: { ...common, name: 'sharing', include: SHARING, isolate: false } },
      { test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts'], exclude: SHARING } },
      { test: { ...common, name: 'processes', include: ['test/{processes,docs}/**/*.test.ts'] } },
      { test: { ...common, name: 'replay', include: ['test/replay/**/*.test.ts'], globalSetup: ['test/support/bundle-once.ts'] } },
      {
        test: {
          ...common,
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/bundle-once.ts', 'test/support/engine-per-worker.ts'],
          setupFiles: ['test/support/begin-alone.ts'],
          // Each process imports the SDK once.
          isolate: false,
          // After all the others: these wait more than they work, and take their time by the clock.
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      // Workflows run in the SDK's sandbox and run-*.ts in processes of their own, neither of which is measured.
      include: [
        'domain/**',
        'temporal/**',
        'events/**',
        'activities/**',
        'api/**',
        'worker/**',
        'engine/**',
        'config/**',
        'runtime/**',
        'client/**',
        'bus/**',
        'cli/**',
      ],
      exclude: ['**/main.ts', 'api/run-api.ts', 'worker/run-worker.ts', '**/*.json', 'test/**'],
      reporter: ['text-summary'],
      thresholds: { lines: 95, '{domain,temporal/durable,events/life/rules}/**': { lines: 100, branches: 100 } },
    },
  },
});

function source(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

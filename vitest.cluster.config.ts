import { defineConfig } from 'vitest/config';
import { alias } from './vitest.config.ts';

const common = {
  alias,
  pool: 'forks',
  testTimeout: 120_000,
  hookTimeout: 240_000,
  isolate: false,
  globalSetup: ['test/support/bundle-once.ts', 'test/support/engine-per-worker.ts'] as string[],
} as const;

// What `npm run test:cluster` runs, see `dev/cluster/test-cluster.ts`.
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: 'integration',
          maxWorkers: 2,
          include: ['test/integration/**/*.test.ts'],
          // These are of the embedded engine: of its processes and its file.
          exclude: ['test/integration/{engine,data-converter,stale-history}.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'e2e',
          // They end the server, which all have in common.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          include: ['test/e2e/**/*.test.ts', 'test/cluster/**/*.test.ts'],
        },
      },
    ],
  },
});

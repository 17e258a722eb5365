import { defineConfig } from 'vitest/config';
import { alias } from './vitest.config.ts';

// What `npm run test:dashboard` runs: its pages in a browser, from a service of its own.
export default defineConfig({
  test: {
    alias,
    include: ['test/dashboard/**/*.test.ts'],
    globalSetup: ['test/dashboard/support/start-once.ts'],
    testTimeout: 60_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});

import { beforeEach, expect, it } from 'vitest';
import { noteConfigSettings } from '../../../config/value-origin.ts';
import { applySettings } from '../../../project/apply-settings.ts';

beforeEach(() => noteConfigSettings([]));

it('sets what the environment does not, under the names of its variables', () => {
  const environment = { PORT: '4000', LOG_LEVEL: '' };
  applySettings({ settings: { port: 1, logLevel: 'debug', maxConcurrentTasks: 9, temporalAddress: 'engine:7233' } }, environment);
  expect(environment).toEqual({ PORT: '4000', LOG_LEVEL: 'debug', MAX_CONCURRENT_TASKS: '9', TEMPORAL_ADDRESS: 'engine:7233' });
});

it('names a setting that there is not', () => {
  expect(() => applySettings({ settings: { maxTasks: 9 } }, {})).toThrow('"maxTasks", which would be MAX_TASKS: there is no such variable');
});

it("takes a config's settings back when another takes its place", () => {
  const environment: Record<string, string | undefined> = {};
  applySettings({ settings: { port: 4001, logLevel: 'debug' } }, environment);
  applySettings({ settings: { port: 4002 } }, environment);
  expect(environment).toEqual({ PORT: '4002' });
});

import { expect, it } from 'vitest';
import { applySettings } from '../../../project/apply-settings.ts';

it('sets what the environment does not, under the names of its variables', () => {
  const environment = { PORT: '4000', LOG_LEVEL: '' };
  applySettings({ settings: { port: 1, logLevel: 'debug', maxConcurrentTasks: 9, temporalAddress: 'engine:7233' } }, environment);
  expect(environment).toEqual({ PORT: '4000', LOG_LEVEL: 'debug', MAX_CONCURRENT_TASKS: '9', TEMPORAL_ADDRESS: 'engine:7233' });
});

it('names a setting that there is not', () => {
  expect(() => applySettings({ settings: { maxTasks: 9 } }, {})).toThrow('"maxTasks", which would be MAX_TASKS: there is no such variable');
});

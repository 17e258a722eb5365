import { expect, it } from 'vitest';
import { parseEnvironment } from '../../../config/environment.ts';
import { workerSlots } from '../../../worker/worker-slots.ts';

it.each([
  ['as many as its cores bear', {}, 32],
  ['as many as may be at work in the whole cluster, if that is more', { MAX_CONCURRENT_TASKS: '50' }, 50],
  ['as many as it is told', { MAX_CONCURRENT_TASKS: '50', WORKER_SLOTS: '3' }, 3],
])('has %s', (_what, settings, slots) => {
  expect(workerSlots(parseEnvironment(settings), 2)).toBe(slots);
});

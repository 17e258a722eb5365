import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LimitResource } from '../../domain/limit-resource.ts';
import type { Why } from '../../domain/why.ts';
import { overlap } from '../support/test-definitions.ts';
import { requestsTo } from '../support/requests.ts';
import { startTestService } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ MAX_CONCURRENT_TASKS: '8', RESERVED_TASKS: 'critical:2', WORKER_SLOTS: '1' });
});
afterAll(() => service.stop());

it('says of what has its permits and no slot that it waits for one, and has room for what a slot is kept for', async () => {
  const { submitEvent, get, post } = requestsTo(service);
  const work = { type: 'test-slow-work', data: { ms: 60_000 } };
  const why = async (id: string): Promise<Why> => (await get(`/v1/events/${id}/why`)) as Why;
  const ids = await Promise.all(Array.from({ length: 6 }, () => submitEvent(work)));
  await until('all have a permit', async () => ((await get('/v1/limits/tasks')) as LimitResource).holders.length === 6);
  const late = await until('the worker is full', async () => {
    const reasons = await Promise.all(ids.map(why));
    return reasons.filter(({ reason }) => reason === 'running').length === 3 && reasons.find(({ reason }) => reason === 'slot');
  });
  expect(late).toMatchObject({ summary: 'Its action waits for a free slot on a worker (WORKER_SLOTS).', details: { stage: 'action' } });
  expect(Date.parse(late.since ?? '')).toBeGreaterThan(0);

  const critical = await submitEvent({ ...work, tier: 'critical', data: { ms: 10 } });
  await until('it has ended', async () => (await why(critical)).reason === 'ended');
  expect((await why(late.id)).reason).toBe('slot');
  for (const id of [...ids]) await post(`/v1/events/${id}/cancel`, {});
});

it('follows the capacity up and down under load, whatever slots there are', async () => {
  const roomy = await startTestService({ WORKER_SLOTS: '20', MAX_CONCURRENT_TASKS: '5' });
  const { submitEvent, get } = requestsTo(roomy);
  const set = async (capacity: number | null): Promise<void> => {
    const body = JSON.stringify({ capacity });
    const headers = { 'content-type': 'application/json' };
    expect((await roomy.app.request('/v1/limits/tasks', { method: 'PUT', headers, body })).status).toBe(200);
  };
  try {
    overlap.reset();
    await Promise.all(Array.from({ length: 60 }, () => submitEvent({ type: 'test-slow-work', data: { ms: 500 } })));
    for (const capacity of [5, 12, 3]) {
      await set(capacity);
      // Those who hold a permit keep it.
      await until('no more are at work than may be', async () => overlap.current() <= capacity);
      overlap.reset();
      await until(`${capacity} are at work`, async () => overlap.highest() >= capacity);
      expect(overlap.highest()).toBe(capacity);
    }
    await set(null);
    await until('all have ended', async () => ((await get('/v1/limits/tasks')) as LimitResource).holders.length === 0, 60_000);
  } finally {
    await roomy.stop();
  }
});

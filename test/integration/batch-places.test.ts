import { afterEach, beforeEach, expect, it } from 'vitest';
import { startOverlapRecorder } from '../support/overlap-recorder.ts';
import type { OverlapRecorder } from '../support/overlap-recorder.ts';
import { until } from '../support/until.ts';
import { requestsTo } from '../support/requests.ts';
import { useService } from '../support/use-service.ts';

const LIGHT = 'test-recorded-light-work';
const HEAVY = 'test-recorded-work';
const HOUR_MS = 3_600_000;

const service = useService({ MAX_CONCURRENT_TASKS: '5' });
const { submitBatch: submit, readBatch: read, readEvent, endedBatch: ended } = requestsTo(service);
let recorder: OverlapRecorder;

beforeEach(async () => {
  recorder = await startOverlapRecorder();
});
afterEach(() => recorder.close());

it.each([1, 2, 3, 5])('runs as many light items at once as it may, over several pages: %i', async (maxParallel) => {
  recorder.expectTogether(maxParallel);
  const id = await submit({ maxParallel, events: many(210, { ms: 15 }) });

  expect(await ended(id)).toMatchObject({ counts: { completed: 210 } });
  expect(recorder.highest).toBe(maxParallel);
  expect([...recorder.visits.values()]).toEqual(Array(210).fill(1));
});

it.each([1, 2, 3, 5])('lets nobody wait for a light item that waits, where %i may run at once', async (maxParallel) => {
  recorder.expectTogether(maxParallel);
  const waiting = work(LIGHT, { ms: 1, laterMs: HOUR_MS });
  const id = await submit({ maxParallel, events: [waiting, ...many(210, { ms: 5 })] });
  await until('all others have ended', async () => (await read(id)).counts.completed === 210);

  expect(await readEvent(`${id}_0`)).toMatchObject({ status: 'waiting', attempts: { action: 1 }, error: { code: 'retry_later' } });
  expect(recorder.highest).toBe(maxParallel);
  await steer(id, 'cancel');
  expect(await ended(id)).toMatchObject({ status: 'cancelled', counts: { completed: 210, cancelled: 1 } });
});

it.each([LIGHT, HEAVY])('lets nobody wait where more items wait than may run at once: %s', async (type) => {
  recorder.expectTogether(2);
  const waiting = Array.from({ length: 3 }, () => work(type, { ms: 1, laterMs: HOUR_MS }));
  const delayed = { ...work(LIGHT, { ms: 1 }), delayMs: HOUR_MS };
  const id = await submit({
    maxParallel: 2,
    events: [...waiting, delayed, ...many(5, { ms: 5 }), work(HEAVY, { ms: 5 }), ...many(200, { ms: 1 })],
  });
  await until('all others have ended', async () => (await read(id)).counts.completed === 206).catch(async (error: unknown) => {
    throw new Error(`${String(error)}: ${await openItems(id)}`);
  });

  expect(recorder.highest).toBe(2);
  await steer(id, 'cancel');
  expect(await ended(id)).toMatchObject({ status: 'cancelled', counts: { cancelled: 4 } });
});

it.each([LIGHT, HEAVY])('runs items that have waited no more at once than it may, though all are due together: %s', async (type) => {
  recorder.expectTogether(2);
  const id = await submit({ maxParallel: 2, events: Array.from({ length: 7 }, () => work(type, { ms: 100, laterMs: 1_500 })) });

  expect(await ended(id)).toMatchObject({ status: 'completed', counts: { completed: 7 } });
  expect([...recorder.visits.values()]).toEqual(Array(7).fill(2));
  expect(recorder.highest).toBe(2);
});

it('keeps the order of a sequential batch, in which all wait for an item that does', async () => {
  const events = [
    ...many(2, { ms: 1 }),
    work(LIGHT, { ms: 1, laterMs: 1_500 }),
    work(HEAVY, { ms: 1, laterMs: 1_500 }),
    ...many(2, { ms: 1 }),
  ];
  const id = await submit({ mode: 'sequential', events });

  expect(await ended(id)).toMatchObject({ status: 'completed', counts: { completed: 6 } });
  expect([...recorder.visits]).toEqual([1, 1, 2, 2, 1, 1].map((visits, index) => [`${id}_${index}`, visits]));
  const items = await Promise.all(events.map((_, index) => readEvent(`${id}_${index}`)));
  const times = items.flatMap(({ startedAt, completedAt }) => [Date.parse(startedAt ?? ''), Date.parse(completedAt ?? '')]);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(recorder.highest).toBe(1);
});

it('brings a waiting item to its end also where the workflow of its batch was terminated', async () => {
  const id = await submit({ maxParallel: 1, events: [work(LIGHT, { ms: 1, laterMs: 3_000 })] });
  await until('it waits', async () => (await readEvent(`${id}_0`)).status === 'waiting');
  await service.client.workflow.getHandle(`${id}~batch`).terminate('by hand');

  await until('it has ended', async () => (await readEvent(`${id}_0`)).status === 'completed');
  expect(recorder.visits.get(`${id}_0`)).toBe(2);
});

it('refuses to cancel one item of those that share a workflow, once it has begun', async () => {
  const id = await submit({ events: [work(LIGHT, { ms: 1, laterMs: 3_000 }), work(LIGHT, { ms: 1 })] });
  await until('it waits', async () => (await readEvent(`${id}_0`)).status === 'waiting');
  const refused = await service.app.request(`/v1/events/${id}_0/cancel`, { method: 'POST' });

  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ code: 'not_cancellable' });
  expect(await ended(id)).toMatchObject({ status: 'completed', counts: { completed: 2 } });
});

interface Work {
  readonly ms: number;
  readonly laterMs?: number;
}

function work(type: string, data: Work) {
  return { type, data: { port: recorder.port, ...data } };
}

function many(count: number, data: Work): readonly object[] {
  return Array.from({ length: count }, () => work(LIGHT, data));
}

/** What holds a batch up: it failed once where it was not to be found out afterwards. */
async function openItems(id: string): Promise<string> {
  const { counts, maxParallel } = await read(id);
  const ids = [0, 1, 2, 4, 9, 10].map((index) => `${id}_${index}`);
  const answers = await Promise.all(ids.map(async (item) => (await service.app.request(`/v1/events/${item}/why`)).text()));
  return JSON.stringify({
    counts,
    maxParallel,
    open: recorder.open,
    highest: recorder.highest,
    visits: [...recorder.visits].slice(0, 12),
    answers,
  });
}

async function steer(id: string, action: string): Promise<void> {
  expect((await service.app.request(`/v1/batches/${id}/${action}`, { method: 'POST' })).status).toBe(202);
}

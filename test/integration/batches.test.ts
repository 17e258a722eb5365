import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { startOverlapRecorder } from '../support/overlap-recorder.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { startTestService } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

let service: TestService;
let receiver: Receiver;

beforeAll(async () => {
  [service, receiver] = await Promise.all([startTestService({ MAX_CONCURRENT_TASKS: '5' }), startReceiver()]);
});
afterAll(async () => {
  await service.stop();
  await receiver.close();
});

const joy = { type: 'joy', data: { intensity: 0.3 } };
const slow = { type: 'test-slow-work', data: { ms: 60_000 } };

it('calls back once for the batch, and for the items that ask for it', async () => {
  const events = [joy, { ...joy, callback: { url: `${receiver.url}/item` } }, { type: 'test-failing', data: { how: 'permanently' } }];
  const id = await submit({ name: 'called back', callback: { url: `${receiver.url}/batch` }, events });
  await receiver.waitFor((requests) => requests.filter(({ path }) => path !== '/other').length >= 2);
  const batch = await until('its callback is on record', async () => {
    const now = await read(id);
    return now.callback.status === 'delivered' && now;
  });

  expect(batch.status).toBe('partial');
  const [item, ...noMoreItems] = receiver.requests.filter(({ path }) => path === '/item');
  const [message, ...noMore] = receiver.requests.filter(({ path }) => path === '/batch');
  expect(noMoreItems).toEqual([]);
  expect(noMore).toEqual([]);
  expect(JSON.parse(item?.text ?? '{}')).toMatchObject({
    type: 'event.completed',
    data: { id: `${id}_1`, batchId: id, status: 'completed' },
  });
  expect(JSON.parse(message?.text ?? '{}')).toMatchObject({
    type: 'batch.partial',
    data: {
      id,
      name: 'called back',
      counts: { total: 3, completed: 2, failed: 1 },
      failures: [{ cause: 'test-failing:action:told_to_fail', count: 1, example: `${id}_2` }],
    },
  });
  expect(message?.headers['webhook-id']).toMatch(/^bat_/);
  await until("the item's delivery is on its record", async () => (await readEvent(`${id}_1`)).callback.status === 'delivered');
});

it('tells how far it is where it is asked to, at most once a second, and its end last', async () => {
  const slower = { type: 'test-slow-work', data: { ms: 700 } };
  const callback = { url: `${receiver.url}/progress`, progress: true };
  const id = await submit({ callback, mode: 'sequential', events: [slower, slower, slower, slower] });
  const messages = () => receiver.requests.filter(({ path }) => path === '/progress').map(({ text }) => JSON.parse(text));
  await receiver.waitFor(() => messages().some(({ type }) => type === 'batch.completed'));

  const types = messages().map(({ type }) => type);
  expect(types.length).toBeGreaterThan(1);
  expect(types.slice(0, -1).every((type) => type === 'batch.progress')).toBe(true);
  expect(types.at(-1)).toBe('batch.completed');
  const percents = messages().map(({ data }) => data.percent);
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  const times = messages()
    .slice(0, -1)
    .map(({ timestamp }) => Date.parse(timestamp));
  for (const [index, time] of times.entries()) if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThan(900);
  const ids = receiver.requests.filter(({ path }) => path === '/progress').map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(ids.length);
  expect(await read(id)).toMatchObject({ status: 'completed' });
});

it('runs a mixed batch in order when it is to be sequential', async () => {
  const recorder = await startOverlapRecorder();
  const noted = { type: 'test-noted-work', data: { port: recorder.port } };
  const recorded = { type: 'test-recorded-work', data: { port: recorder.port, ms: 10 } };
  const id = await submit({ mode: 'sequential', events: [noted, recorded, noted, noted, recorded, noted] });
  await ended(id);
  recorder.close();

  expect([...recorder.visits.keys()]).toEqual([0, 1, 2, 3, 4, 5].map((index) => `${id}_${index}`));
  expect(recorder.highest).toBe(1);
});

it('runs no more items at once than it was told, however they are spread', async () => {
  const recorder = await startOverlapRecorder();
  const noted = { type: 'test-noted-work', data: { port: recorder.port } };
  const recorded = { type: 'test-recorded-work', data: { port: recorder.port, ms: 50 } };
  const events = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? recorded : noted));
  const id = await submit({ maxParallel: 3, events });
  await ended(id);
  recorder.close();

  expect(recorder.highest).toBeLessThanOrEqual(3);
  expect(recorder.visits.size).toBe(60);
});

it('tries a failed attempt again, and keeps what each item came to', async () => {
  const events = [{ type: 'test-failing', data: { how: 'twice' } }, { type: 'test-failing', data: { how: 'always' } }, joy];
  const id = await submit({ events });
  expect(await ended(id)).toMatchObject({ status: 'partial', counts: { completed: 2, failed: 1 } });

  expect(await readEvent(`${id}_0`)).toMatchObject({ status: 'completed', attempts: { action: 3 }, result: { action: { attempt: 3 } } });
  expect(await readEvent(`${id}_1`)).toMatchObject({ status: 'failed', attempts: { action: 3 }, error: { code: 'handler_failed' } });
});

it('counts the items of a terminated workflow as failed, and runs them again when asked to', async () => {
  const id = await submit({ events: [slow, joy] });
  await until('it has begun', async () => (await readEvent(`${id}_0`)).status === 'running');
  const { workflow } = await readEvent(`${id}_0`);
  await service.client.workflow.getHandle(workflow.id).terminate('by hand');

  expect(await ended(id)).toMatchObject({ status: 'partial', failures: [{ cause: 'terminated', count: 1, example: `${id}_0` }] });
  expect(await readEvent(`${id}_0`)).toMatchObject({ status: 'failed', data: slow.data });
  await steer(id, 'retry-failed');
  await until('it runs again', async () => (await readEvent(`${id}_0`)).status === 'running');
  expect(await readEvent(`${id}_0`)).toMatchObject({ run: 2 });
  await steer(id, 'cancel');
  expect(await ended(id)).toMatchObject({ status: 'cancelled', counts: { completed: 1, cancelled: 1 } });
});

it('says what it can of a batch that was terminated', async () => {
  const id = await submit({ events: [slow, slow] });
  await until('it has begun', async () => (await read(id)).counts.running === 2);
  await service.client.workflow.getHandle(`${id}~batch`).terminate('by hand');

  expect(await read(id)).toMatchObject({ status: 'failed', counts: { total: 2, pending: 0, running: 0, failed: 2 } });
});

it('tells all who watch a batch how it ended', async () => {
  const id = await submit({ maxParallel: 1, events: [slow] });
  const watchers = await Promise.all(Array.from({ length: 100 }, async () => service.app.request(`/v1/batches/${id}/stream`)));
  await steer(id, 'cancel');
  const texts = await Promise.all(watchers.map((watcher) => watcher.text()));

  for (const text of texts) expect(text).toMatch(/^event: cancelled$/m);
});

it('takes a large body as it comes', async () => {
  let sent = 0;
  const line = new TextEncoder().encode(`${JSON.stringify(joy)}\n`.repeat(100));
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (sent === 50) return controller.close();
        sent += 1;
        controller.enqueue(line);
      },
    },
    { highWaterMark: 0 },
  );
  const init = { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body, duplex: 'half' };
  const answer = await service.app.request('/v1/batches', init as RequestInit);
  const { id, total } = (await answer.json()) as { id: string; total: number };

  expect(total).toBe(5_000);
  expect(await ended(id)).toMatchObject({ status: 'completed', counts: { completed: 5_000 } });
  expect(await readEvent(`${id}_4999`)).toMatchObject({ status: 'completed', batchId: id });
});

async function submit(batch: object): Promise<string> {
  const answer = await service.app.request('/v1/batches', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: `batch-${randomUUID()}`, ...batch }),
  });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { id: string }).id;
}

async function read(id: string): Promise<BatchResource> {
  return (await (await service.app.request(`/v1/batches/${id}`)).json()) as BatchResource;
}

async function readEvent(id: string): Promise<EventResource> {
  const answer = await service.app.request(`/v1/events/${id}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as EventResource;
}

async function steer(id: string, action: string): Promise<void> {
  expect((await service.app.request(`/v1/batches/${id}/${action}`, { method: 'POST' })).status).toBe(202);
}

function ended(id: string): Promise<BatchResource> {
  return until('the batch has ended', async () => {
    const batch = await read(id);
    return batch.completedAt !== null && batch;
  });
}

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { startBatchWorkflow } from '../../api/temporal/start-batch.ts';
import type { AcceptedBatch } from '../../domain/accepted-batch.ts';
import type { BatchItem } from '../../domain/batch-item.ts';
import { retryFailed } from '../../domain/steer-batch.ts';
import type { BatchInput, BatchResult } from '../../domain/batch-work.ts';
import { TASK_QUEUES, UPLOAD_MEMO, WORKFLOWS } from '../../temporal/durable/names.ts';
import { batchWorkflowId, pageWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { Why } from '../../domain/why.ts';
import { startOverlapRecorder } from '../support/overlap-recorder.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { acceptedBatch, eventItem } from '../unit/domain/batch-samples.ts';
import { lightPlan } from '../unit/domain/event-samples.ts';
import { requestsTo } from '../support/requests.ts';
import { useService } from '../support/use-service.ts';

type History = temporal.api.history.v1.IHistory;

const service = useService({ MAX_CONCURRENT_TASKS: '5' });
const { submitBatch, readBatch: read, readEvent, endedBatch: ended } = requestsTo(service);
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

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

it('calls back its items without workflows for those that are answered at once, and again where somebody asks for it', async () => {
  const callback = { url: `${receiver.url}/at-once` };
  const failing = { url: `${receiver.url}/failing` };
  receiver.respond(({ path }) => (path === '/failing' ? 503 : 200));
  const id = await submit({
    events: [
      { ...joy, callback },
      { ...joy, callback },
      { ...joy, callback: failing },
    ],
  });
  const items = await until('their callbacks are on record', async () => {
    const now = await Promise.all([0, 1, 2].map((index) => readEvent(`${id}_${index}`)));
    return now.every((item) => item.callback.attempts.length === 1) && now;
  });
  receiver.respond(() => 200);

  expect(items.map((item) => item.callback.status)).toEqual(['delivered', 'delivered', 'pending']);
  const ofBatch = `WorkflowType = '${WORKFLOWS.deliverCallback}' AND WorkflowId STARTS_WITH '${id}~'`;
  const deliveries = await until('there is a delivery of the one that failed', async () => {
    const { count } = await service.client.workflow.count(ofBatch);
    return count > 0 && count;
  });
  expect(deliveries).toBe(1);
  const again = await service.app.request(`/v1/events/${id}_1/redeliver`, { method: 'POST' });
  expect(again.status).toBe(202);
  await until('it is sent again', async () => (await readEvent(`${id}_1`)).callback.attempts.length === 2);
  const sent = receiver.requests
    .filter(({ path }) => path === '/at-once')
    .map(({ text, headers }) => [JSON.parse(text).data.id, headers['webhook-id']]);
  expect(sent.filter(([item]) => item === `${id}_1`)).toHaveLength(2);
  expect(new Set(sent.map(([, webhookId]) => webhookId)).size).toBe(2);
});

it('tells how far it is where it is asked to, at most once a second, and its end last', async () => {
  const slower = { type: 'test-slow-work', data: { ms: 700 } };
  const callback = { url: `${receiver.url}/progress`, progress: true };
  const id = await submit({ callback, mode: 'sequential', events: [slower, slower, slower, slower] });
  const messages = () => receiver.requests.filter(({ path }) => path === '/progress').map(({ text }) => JSON.parse(text));
  await receiver.waitFor(() => messages().some(({ type }) => type === 'batch.completed'), 20_000);

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
  const events = Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? recorded : noted));
  const id = await submit({ maxParallel: 3, events });
  await ended(id);
  recorder.close();

  expect(recorder.highest).toBeLessThanOrEqual(3);
  expect(recorder.visits.size).toBe(30);
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

it('keeps what the items of a terminated shared workflow had come to by then', async () => {
  const recorder = await startOverlapRecorder();
  const noted = { type: 'test-noted-work', data: { port: recorder.port, ms: 100 } };
  const id = await submit({ maxParallel: 1, events: Array.from({ length: 25 }, () => noted) });
  await until('some are on record', async () => (await readEvent(`${id}_3`)).status === 'completed');
  await service.client.workflow.getHandle((await readEvent(`${id}_0`)).workflow.id).terminate('by hand');

  const { status, counts, failures } = await ended(id);
  expect(status).toBe('partial');
  expect(counts.completed).toBeGreaterThanOrEqual(4);
  expect(failures).toEqual([{ cause: 'terminated', count: counts.failed, example: `${id}_${counts.completed}` }]);
  await steer(id, 'retry-failed');
  await until('it has ended again', async () => (await read(id)).status === 'completed');
  recorder.close();
  expect([0, 1, 2, 3].map((index) => recorder.visits.get(`${id}_${index}`))).toEqual([1, 1, 1, 1]);
});

it('is taken up again where it was, when its workflow was terminated', async () => {
  const id = await submit({ mode: 'sequential', events: [joy, slow, joy] });
  await until('it has begun', async () => (await readEvent(`${id}_1`)).status === 'running');
  await service.client.workflow.getHandle(`${id}~batch`).terminate('by hand');

  expect(await read(id)).toMatchObject({
    status: 'failed',
    counts: { total: 3, pending: 0, running: 0, completed: 1, failed: 2 },
    failures: [{ cause: 'terminated', count: 2, example: `${id}_1` }],
  });
  const statuses = async (): Promise<readonly string[]> =>
    Promise.all([0, 1, 2].map(async (index) => (await readEvent(`${id}_${index}`)).status));
  expect(await statuses()).toEqual(['completed', 'running', 'failed']);
  expect(await readEvent(`${id}_2`)).toMatchObject({ error: { code: 'terminated' } });
  expect((await listItems(id, 'failed')).map((item) => item.id)).toEqual([`${id}_2`]);

  const { workflow } = await readEvent(`${id}_1`);
  await steer(id, 'retry-failed');
  expect(await read(id)).toMatchObject({ status: 'running', counts: { pending: 1, running: 1, completed: 1 } });
  expect((await readEvent(`${id}_1`)).workflow).toEqual(workflow);
  await service.app.request(`/v1/events/${id}_1/cancel`, { method: 'POST' });
  expect(await ended(id)).toMatchObject({ status: 'cancelled', counts: { completed: 2, cancelled: 1 } });
});

it('goes on as a new run without those that are slow, and hears of their end all the same', async () => {
  const id = `batch-${randomUUID()}`;
  const timeoutsMs = { ...lightPlan.timeoutsMs, action: 120_000 };
  const plan = { ...lightPlan, weight: 'heavy', stages: ['action'], timeoutsMs } as const;
  const items = Array.from({ length: 13 }, (_, index) =>
    eventItem({ id: `${id}_${index}`, batchId: id, type: 'test-slow-work', data: { ms: index === 0 ? 60_000 : 0 }, plan }),
  );
  await startByHand(acceptedBatch({ id, maxParallel: 3, pages: [{ size: 13, kind: '3' }] }), items, 40);
  const batch = await until('all but the slow one have ended', async () => {
    const now = await read(id);
    return now.counts.completed === 12 && now;
  });

  expect(batch.counts).toMatchObject({ pending: 0, running: 1 });
  const { firstRunId, runId } = await runsOf(id);
  expect(runId).not.toBe(firstRunId);
  await service.client.workflow.getHandle((await readEvent(`${id}_0`)).workflow.id).terminate('by hand');
  expect(await ended(id)).toMatchObject({ status: 'partial', failures: [{ cause: 'terminated', count: 1, example: `${id}_0` }] });
});

it('holds those back that share a workflow, once it is paused or cancelled, and calls each back once', async () => {
  const recorder = await startOverlapRecorder();
  const data = { port: recorder.port, ms: 50 };
  const events = Array.from({ length: 40 }, (_, index) => ({
    type: 'test-noted-work',
    data,
    callback: { url: `${receiver.url}/steered/${index}` },
  }));
  const id = await submit({ maxParallel: 1, events });
  await until('it has begun', async () => recorder.visits.size > 0);
  await steer(id, 'pause');
  const { counts } = await until('what had not begun is pending again', async () => {
    const now = await read(id);
    return now.counts.running === 0 && now;
  });
  expect(counts.pending).toBeGreaterThan(0);
  expect(await why(`${id}_39`)).toMatchObject({ status: 'accepted', reason: 'paused', details: { key: id, position: counts.pending } });
  const visited = recorder.visits.size;
  await steer(id, 'resume');
  await until('it goes on', async () => recorder.visits.size > visited);
  await steer(id, 'cancel');
  const batch = await ended(id);
  recorder.close();

  expect(batch.status).toBe('cancelled');
  expect(batch.counts).toMatchObject({ completed: recorder.visits.size, failed: 0, cancelled: 40 - recorder.visits.size });
  expect(batch.counts.cancelled).toBeGreaterThan(0);
  expect([...recorder.visits.values()].filter((visits) => visits > 1)).toEqual([]);
  const last = await until('its items say so too', async () => {
    const item = await readEvent(`${id}_39`);
    return item.status === 'cancelled' && item;
  });
  expect(last.run).toBe(1);
  await receiver.waitFor((requests) => requests.filter(({ path }) => path.startsWith('/steered/')).length >= 40);
  const types = receiver.requests.filter(({ path }) => path.startsWith('/steered/')).map(({ text }) => JSON.parse(text).type as string);
  expect(types).toHaveLength(40);
  expect(types.filter((type) => type === 'event.cancelled')).toHaveLength(batch.counts.cancelled);
});

it('lets no item hold a place that only waits for its time', async () => {
  const callback = { url: `${receiver.url}/delayed` };
  const id = await submit({
    maxParallel: 1,
    events: [{ ...joy, delayMs: 60_000, callback }, { ...slow, data: { ms: 0 }, delayMs: 1_000 }, joy],
  });
  await until('the last has ended', async () => (await readEvent(`${id}_2`)).status === 'completed');
  expect(await why(`${id}_0`)).toMatchObject({ reason: 'delay', details: { nextAttemptAt: expect.any(String) } });
  await until('the second has ended', async () => (await readEvent(`${id}_1`)).status === 'completed');

  expect((await service.app.request(`/v1/events/${id}_0/cancel`, { method: 'POST' })).status).toBe(202);
  expect(await ended(id)).toMatchObject({ status: 'cancelled', counts: { completed: 2, cancelled: 1 } });
  await receiver.waitFor((requests) => requests.some(({ path }) => path === '/delayed'));
  const [message] = receiver.requests.filter(({ path }) => path === '/delayed');
  expect(JSON.parse(message?.text ?? '{}')).toMatchObject({ type: 'event.cancelled', data: { id: `${id}_0`, status: 'cancelled' } });
});

it('runs what failed once more, however many ask for it, and whatever they knew of it', async () => {
  const recorder = await startOverlapRecorder();
  const noted = { type: 'test-noted-work', data: { port: recorder.port } };
  const failing = { ...noted, data: { ...noted.data, fail: true } };
  const id = await submit({ events: [failing, noted, failing] });
  await ended(id);
  const handle = service.client.workflow.getHandle(`${id}~batch`);
  const { batch, startedAtMs } = (await handle.result()) as BatchResult;
  const { accepted } = decodeInput(await handle.fetchHistory());
  // As it would be by itself some hours later.
  const page = service.client.workflow.getHandle(pageWorkflowId(accepted, accepted.upload, 0));
  await page.terminate();
  await Promise.all(Array.from({ length: 5 }, () => steer(id, 'retry-failed')));
  await until('it has ended again', async () => (await read(id)).run === 2 && (await read(id)).completedAt !== null);
  expect((await page.describe()).status.name).toBe('RUNNING');

  // As somebody would who had read it before the others retried it.
  const stale = { accepted, progress: { batch: retryFailed(batch), startedAtMs, pace: [] } };
  await startBatchWorkflow(service.client, stale, { memo: {}, isNew: false });
  expect(await handle.result()).toMatchObject({ resource: { status: 'partial', run: 2, counts: { completed: 1, failed: 2 } } });
  recorder.close();
  expect([0, 1, 2].map((index) => recorder.visits.get(`${id}_${index}`))).toEqual([2, 1, 2]);
  expect(await readEvent(`${id}_0`)).toMatchObject({ run: 2, status: 'failed', error: { code: 'told_to_fail' } });
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
        if (sent === 20) return controller.close();
        sent += 1;
        controller.enqueue(line);
      },
    },
    { highWaterMark: 0 },
  );
  const init = { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body, duplex: 'half' };
  const answer = await service.app.request('/v1/batches', init as RequestInit);
  const { id, total } = (await answer.json()) as { id: string; total: number };

  expect(total).toBe(2_000);
  expect(await ended(id)).toMatchObject({ status: 'completed', counts: { completed: 2_000 } });
  expect(await readEvent(`${id}_1999`)).toMatchObject({ status: 'completed', batchId: id });
});

async function submit(batch: object): Promise<string> {
  return submitBatch({ id: `batch-${randomUUID()}`, ...batch });
}

async function listItems(id: string, status: string): Promise<readonly EventResource[]> {
  const answer = await service.app.request(`/v1/batches/${id}/items?status=${status}`);
  return ((await answer.json()) as { items: readonly EventResource[] }).items;
}

async function why(id: string): Promise<Why> {
  return (await (await service.app.request(`/v1/events/${id}/why`)).json()) as Why;
}

/** A batch of one page whose runs have short histories. */
async function startByHand(accepted: AcceptedBatch, items: readonly BatchItem[], maxHistoryEvents: number): Promise<void> {
  const workflowId = batchWorkflowId(accepted);
  const { upload } = accepted;
  await service.client.workflow.start(WORKFLOWS.keepPage, {
    workflowId: pageWorkflowId(accepted, upload, 0),
    taskQueue: TASK_QUEUES.heavy,
    args: [{ batch: { workflowId, upload }, items }],
    startDelay: '1h',
  });
  await startBatchWorkflow(service.client, { accepted, maxHistoryEvents }, { memo: { [UPLOAD_MEMO]: upload }, isNew: true });
}

async function runsOf(id: string): Promise<{ readonly firstRunId: string | undefined; readonly runId: string }> {
  const { raw, runId, memo } = await service.client.workflow.getHandle(`${id}~batch`).describe();
  // Its pages know it by that.
  expect(memo?.[UPLOAD_MEMO]).toBe('upload-1');
  return { runId, firstRunId: raw.workflowExecutionInfo?.firstRunId ?? undefined };
}

function decodeInput({ events }: History): BatchInput {
  const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (!payload) throw new Error('there is no input');
  return defaultPayloadConverter.fromPayload<BatchInput>(payload);
}

async function steer(id: string, action: string): Promise<void> {
  expect((await service.app.request(`/v1/batches/${id}/${action}`, { method: 'POST' })).status).toBe(202);
}

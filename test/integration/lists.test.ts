import { beforeAll, expect, it, vi } from 'vitest';
import { parseMemberId } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { toEventSummary } from '../../domain/event-summary.ts';
import type { EventSummary } from '../../domain/event-summary.ts';
import { requestsTo } from '../support/requests.ts';
import { until } from '../support/until.ts';
import { useFault } from '../support/use-fault.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const KEY = 'key-of-the-tenant-lists';
const service = useService({ API_KEYS: `lists:${KEY}` });
const authorized = {
  app: {
    request: (path: string, init: RequestInit = {}) =>
      service.app.request(path, { ...init, headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${KEY}` } }),
  },
} as unknown as typeof service;
const { submitEvent, post, get, readEvent: read } = requestsTo(authorized);
const receiver = useReceiver();

const DAY_MS = 86_400_000;
const workflowIdOf = (id: string): string => `lists/${id}`;

interface ListPage {
  readonly items: readonly EventSummary[];
  readonly nextCursor: string | null;
}

beforeAll(async () => {
  // The first of a process takes longest.
  await post('/v1/events', { type: 'noise', data: { intensity: 0.1 } }, { prefer: 'wait=30' });
});

it('shows an event as it is shown itself, whatever it is and however it ended', async () => {
  const { file } = useFault();
  const callback = { url: receiver.url };
  const ids = await Promise.all(
    [
      { type: 'test-failing', data: { how: 'twice' }, source: 'sensor-7', urgency: 0.3, callback },
      { type: 'test-failing', data: { how: 'permanently' }, callback },
      { type: 'test-failing', data: { how: 'always' } },
      { type: 'test-failing', data: { how: 'twice' }, delayMs: DAY_MS },
      { type: 'test-failing', data: { how: 'twice' }, delayMs: DAY_MS, id: 'to-be-cancelled' },
      { type: 'test-failing', data: { how: 'twice' }, delayMs: DAY_MS, id: 'to-be-terminated', callback },
      { type: 'test-recorded', data: {}, subject: `o'brien`, time: '2026-01-01T00:00:00.000Z' },
      { type: 'test-slow-work', data: { ms: 5 } },
      { type: 'test-slow-work', data: { ms: DAY_MS }, id: 'at-work' },
      { type: 'test-mended-heavy', data: { file }, id: 'heavy-failed', callback },
      { type: 'test-topic', data: {} },
    ].map((event) => submitEvent(event)),
  );
  await until('it is at work', async () => (await read('at-work')).status === 'running');
  await post('/v1/events/to-be-cancelled/cancel', {});
  await service.client.workflow.getHandle(workflowIdOf('to-be-terminated')).terminate('by hand');
  const open = ['at-work', ids[3]];
  await until('all others have ended', async () => {
    const events = await Promise.all(ids.filter((id) => !open.includes(id)).map(read));
    return events.every(({ completedAt }) => completedAt !== null);
  });

  const items = await settled('limit=200', ids);
  // Of a stage that is under way its own workflow doesn't know since when; this process does.
  const { startedAt: _since, timings: _times, ...atWork } = summary(await read('at-work'));
  expect(items.find(({ id }) => id === 'at-work')).toMatchObject(atWork);
  for (const id of ids) if (id !== 'at-work') expect(items.find((item) => item.id === id)).toEqual(summary(await read(id)));
  expect(items.find(({ id }) => id === 'to-be-terminated')).toMatchObject({ status: 'failed', error: { code: 'terminated' } });
  await post('/v1/events/at-work/cancel', {});
});

it('shows where an open heavy event stands, stage by stage', async () => {
  const { file, mend } = useFault();
  mend();
  const id = await submitEvent({ type: 'test-mended-heavy', data: { file, ms: DAY_MS } });
  await until('the index says so', async () => (await find(id)).stage === 'reserve');
  expect(await find(id)).toMatchObject({ status: 'running', attempts: { price: 1, reserve: 1 }, callback: { status: 'none', url: null } });
  await post(`/v1/events/${id}/cancel`, {});
  await until('the index knows its end', async () => (await find(id)).status === 'cancelled');
  expect(await find(id)).toEqual(summary(await read(id)));
});

it('asks the engine once for a page of events that have workflows of their own', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 60; count += 1) ids.push(await submitEvent({ type: 'calm', id: `calm-${count}`, data: { intensity: 0.1 } }));
  await settled('type=calm&limit=200', ids);

  const first = await counted('type=calm&limit=20');
  // It has been asked for before, and it is known since when there are about as many.
  const again = await counted('type=calm&limit=20');
  const second = await counted(`type=calm&limit=20&cursor=${again.page.nextCursor ?? ''}`);
  const third = await counted(`type=calm&limit=20&cursor=${second.page.nextCursor ?? ''}`);

  expect([again, second, third].flatMap(({ page }) => page.items.map(({ id }) => id))).toEqual(ids.toReversed());
  for (const { reads } of [first, again, second, third]) expect(reads).toBe(0);
  expect(first.queries).toBeLessThanOrEqual(2);
  expect(again.queries).toBe(1);
  for (const { queries } of [second, third]) expect(queries).toBeLessThanOrEqual(3);
});

it('reads a chunk of several once, and finds those that have failed of it', async () => {
  const faults = Array.from({ length: 12 }, () => useFault());
  for (const [index, { mend }] of faults.entries()) if (index % 2 === 0) mend();
  const ids = await Promise.all(faults.map(({ file }) => submitEvent({ type: 'test-mended', data: { file } })));
  const chunks = new Set(ids.flatMap((id) => parseMemberId(id)?.chunkId ?? []));
  expect(chunks.size).toBeGreaterThan(0);
  await Promise.all(ids.map((id) => until('it has ended', async () => (await read(id)).completedAt !== null)));
  const items = await settled('type=test-mended&limit=200', ids);
  for (const id of ids) expect(items.find((item) => item.id === id)).toEqual(summary(await read(id)));

  const failedIds = ids.filter((_, index) => index % 2 === 1);
  const failed = await until('those that have failed are listed', async () => {
    const page = await counted('type=test-mended&status=failed&limit=200');
    return page.page.items.length >= failedIds.length && page;
  });
  expect(failed.page.items.map(({ id }) => id).toSorted()).toEqual(failedIds.toSorted());
  expect(failed.reads).toBe(0);

  const { reads, queries, page } = await counted('type=test-mended&limit=200');
  expect(page.items.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  expect(reads).toBeLessThanOrEqual(chunks.size);
  expect(queries).toBeLessThanOrEqual(4);

  // Each is shown once, though pages end within a chunk, and what has left it has a workflow that came later.
  const shown: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const next: ListPage = await list(`type=test-mended&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
    shown.push(...next.items.map(({ id }) => id));
    cursor = next.nextCursor;
  }
  expect(shown.toSorted()).toEqual(ids.toSorted());

  const replayed = failedIds.at(-1) ?? '';
  faults[ids.indexOf(replayed)]?.mend();
  expect((await post(`/v1/events/${replayed}/replay`, {})).status).toBe(202);
  await until('it has run again', async () => (await read(replayed)).status === 'completed');
  await until('the index knows', async () =>
    (await list('type=test-mended&status=completed&limit=200')).items.some(({ id }) => id === replayed),
  );
  const after = await counted('type=test-mended&limit=200');
  expect(after.page.items.filter(({ id }) => id === replayed)).toEqual([summary(await read(replayed))]);
  expect(after.reads).toBeLessThanOrEqual(chunks.size);
  expect((await list('type=test-mended&status=failed&limit=200')).items.map(({ id }) => id)).not.toContain(replayed);
});

it('lists what an earlier version has begun, by reading it', async () => {
  const { client } = service;
  const id = await submitEvent({ type: 'fatigue', id: 'as-before', data: { intensity: -0.2 } });
  await until('it has ended', async () => (await read(id)).completedAt !== null);
  await settled('type=fatigue', [id]);
  const { listWorkflowExecutions } = client.workflowService;
  const spy = vi.spyOn(client.workflowService, 'listWorkflowExecutions');
  spy.mockImplementation(async (request: Parameters<typeof listWorkflowExecutions>[0]) => {
    const page = await listWorkflowExecutions.call(client.workflowService, request);
    for (const execution of page.executions) execution.memo = null;
    return page;
  });
  try {
    expect((await list('type=fatigue')).items).toEqual([summary(await read(id))]);
  } finally {
    spy.mockRestore();
  }
});

function summary(event: EventResource): EventSummary {
  return toEventSummary(event);
}

async function list(query: string): Promise<ListPage> {
  return (await get(`/v1/events?${query}`)) as ListPage;
}

async function find(id: string): Promise<EventSummary> {
  return until(`"${id}" is listed`, async () => (await list('limit=200')).items.find((item) => item.id === id) ?? false);
}

/** The list, once the index shows each as it stands: it may lag. */
async function settled(query: string, ids: readonly string[]): Promise<readonly EventSummary[]> {
  return until('the index shows all as they stand', async () => {
    const { items } = await list(query);
    const events = await Promise.all(ids.map(read));
    const isSettled = events.every(
      ({ id, status, recorded }) => recorded === undefined && items.find((item) => item.id === id)?.status === status,
    );
    return isSettled && items.every(({ recorded }) => recorded === undefined) && items;
  });
}

/** A page, and how often the engine was asked for it: queries of its index, and all other calls. */
async function counted(query: string): Promise<{ readonly page: ListPage; readonly queries: number; readonly reads: number }> {
  const { workflowService } = service.client;
  const queries = vi.spyOn(workflowService, 'listWorkflowExecutions');
  const others = (
    ['getWorkflowExecutionHistory', 'getWorkflowExecutionHistoryReverse', 'describeWorkflowExecution', 'queryWorkflow'] as const
  ).map((method) => vi.spyOn(workflowService, method));
  try {
    const page = await list(query);
    return { page, queries: queries.mock.calls.length, reads: others.reduce((sum, { mock }) => sum + mock.calls.length, 0) };
  } finally {
    for (const spy of [queries, ...others]) spy.mockRestore();
  }
}

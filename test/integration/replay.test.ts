import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createStartGate } from '../../api/start-gate.ts';
import { startReplay } from '../../api/temporal/start-replay.ts';
import { toChunk } from '../../domain/chunk.ts';
import { memberId, newChunkId, parseMemberId } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { acceptRun, endRun } from '../../domain/event-run.ts';
import { replayOf } from '../../domain/replay.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { requestedAs } from '../../temporal/request-id.ts';
import { requestsTo } from '../support/requests.ts';
import { until } from '../support/until.ts';
import { useFault } from '../support/use-fault.ts';
import { useReceiver, useService } from '../support/use-service.ts';
import { acceptedEvent, lightPlan } from '../unit/domain/event-samples.ts';

const service = useService({ MAX_CONCURRENT_TASKS: '1' });
const { get, post, submitEvent, readEvent: read, calledBack } = requestsTo(service);
const receiver = useReceiver();
const HOUR_MS = 3_600_000;

it('has one terminal message a run, each delivered by itself', async () => {
  const { file, mend } = useFault();
  receiver.respond((_request, index) => (index === 0 ? 500 : 200));
  const id = await submitEvent({ type: 'test-mended', data: { file }, callback: { url: receiver.url } });
  await ended(id, 1);
  mend();
  await replay(id);
  await ended(id, 2);
  await receiver.waitFor(() => messagesOf(id).length === 3);

  const kinds = new Map(messagesOf(id).map(({ webhookId, type, run }) => [webhookId, [run, type]]));
  expect([...kinds.values()].toSorted(([a], [b]) => Number(a) - Number(b))).toEqual([
    [1, 'event.failed'],
    [2, 'event.completed'],
  ]);
  const { callback } = await calledBack(id);
  expect(callback).toMatchObject({ status: 'delivered', attempts: [{ status: 200 }] });
  expect(await get(`/v1/events/${id}/deliveries`)).toMatchObject({ items: [{ status: 200 }] });

  expect((await post(`/v1/events/${id}/redeliver`, {})).status).toBe(202);
  await until('it is sent again', async () => messagesOf(id).filter(({ run }) => run === 2).length === 2);
  expect(new Set(messagesOf(id).map(({ webhookId }) => webhookId)).size).toBe(2);
});

it('can be asked for by whoever is just being told of the end', async () => {
  const { file, mend } = useFault();
  mend();
  const replayed: Promise<Response>[] = [];
  receiver.respond(async (request) => {
    const { id, run } = JSON.parse(request.text).data as EventResource;
    if (run === 1)
      replayed.push(post(`/v1/events/${id}/replay`, { from: 'start', patch: [{ op: 'replace', path: '/file', value: file }] }));
    return 200;
  });
  const id = await submitEvent({ type: 'test-mended', data: { file: `${file}-of-another` }, callback: { url: receiver.url } });
  await ended(id, 2);
  expect((await Promise.all(replayed)).map(({ status }) => status)).toEqual([202]);
});

it('goes on with what left the company it came in, and is listed once', async () => {
  const faults = Array.from({ length: 8 }, () => useFault());
  for (const [index, { mend }] of faults.entries()) if (index < 3) mend();
  const ids = await Promise.all(faults.map(({ file }) => submitEvent({ type: 'test-mended', data: { file } })));
  await Promise.all(ids.map((id) => ended(id, 1)));
  const place = ids.findLastIndex((id) => parseMemberId(id) !== null);
  const id = ids[place] ?? '';
  expect(place).toBeGreaterThanOrEqual(3);
  const before = await read(id);
  faults[place]?.mend();
  await replay(id);
  expect(await ended(id, 2)).toMatchObject({ status: 'completed', result: { price: before.result?.['price'] }, workflow: { id } });
  expect((await post(`/v1/events/${id}/replay`, {})).status).toBe(409);

  const count = async (query: string) => {
    const { items } = (await get(`/v1/events?type=test-mended&limit=200&${query}`)) as { items: readonly EventResource[] };
    return items.filter((item) => item.id === id).map(({ run, status }) => [run, status]);
  };
  await until('the index knows it', async () => (await count('status=completed')).length === 1);
  expect(await count('status=failed')).toEqual([]);
  expect(await count('')).toEqual([[2, 'completed']]);
});

it('takes permits again, and says at which stage it waits for one', async () => {
  const { file, mend } = useFault();
  const id = await submitEvent({ type: 'test-mended-heavy', data: { file } });
  const before = await ended(id, 1);
  const holder = await submitEvent({ type: 'test-slow-work', data: { ms: HOUR_MS } });
  await until('the only permit is held', async () => (await read(holder)).status === 'running');
  mend();
  await replay(id);
  const waiting = await until('it waits', async () => {
    const event = await read(id);
    return event.status === 'waiting' && event;
  });
  expect(waiting).toMatchObject({
    run: 2,
    stage: 'reserve',
    attempts: { price: 1, reserve: 0 },
    result: { price: before.result?.['price'] },
  });
  expect(await get(`/v1/events/${id}/why`)).toMatchObject({ reason: 'permit' });
  await post(`/v1/events/${holder}/cancel`, {});
  expect(await ended(id, 2)).toMatchObject({ status: 'completed', attempts: { price: 1, reserve: 1 } });
});

it.each(['terminated', 'cancelled'])('goes on with the stages that are on record of a heavy event that was %s', async (how) => {
  const { file, mend } = useFault();
  mend();
  const id = await submitEvent({ type: 'test-mended-heavy', data: { file, ms: HOUR_MS }, callback: { url: receiver.url } });
  const running = await until('its second stage runs', async () => {
    const event = await read(id);
    return event.status === 'running' && event.stage === 'reserve' && event;
  });
  if (how === 'terminated') await service.client.workflow.getHandle(id).terminate('by hand');
  else await post(`/v1/events/${id}/cancel`, {});
  await ended(id, 1);

  await replay(id, { from: 'stage', patch: [{ op: 'replace', path: '/ms', value: 0 }] });
  const { price } = running.result ?? {};
  expect(await ended(id, 2)).toMatchObject({ status: 'completed', data: { ms: 0 }, result: { price }, attempts: { price: 1, reserve: 1 } });
  await until('its receiver has heard of it', async () => messagesOf(id).some(({ run }) => run === 2));
});

it('begins anew with an event of a shared workflow that was ended by force', async () => {
  const { file, mend } = useFault();
  mend();
  const chunkId = newChunkId(randomUUID());
  const plan = { ...lightPlan, stages: ['price', 'reserve'], timeoutsMs: { price: 1_000, reserve: 1_000 } };
  const events = [0, 1].map((index) =>
    acceptedEvent({ id: memberId(chunkId, index), type: 'test-mended', data: { file, cents: 1, ms: 0 }, plan }),
  );
  const chunk = toChunk(events);
  const handle = await service.client.workflow.start(WORKFLOWS.processChunk, { workflowId: chunkId, taskQueue: 'nobody', args: [chunk] });
  await handle.terminate();
  const id = memberId(chunkId, 1);
  expect(await read(id)).toMatchObject({ run: 1, status: 'failed', error: { code: 'terminated' } });

  await replay(id);

  expect(await ended(id, 2)).toMatchObject({ status: 'completed', workflow: { id } });
  expect(await read(memberId(chunkId, 0))).toMatchObject({ run: 1, status: 'failed' });
});

it('begins one run for all who have read the same one before, also when that run has ended by then', async () => {
  const { file } = useFault();
  const id = await submitEvent({ type: 'test-mended', data: { file } });
  const { workflow } = await ended(id, 1);
  await until('that is on record', async () => (await read(id)).recorded === undefined);
  const accepted = acceptRun(acceptedEvent({ id, type: 'test-mended', data: { file, cents: 1, ms: 0 } }));
  const failed = endRun(accepted, { status: 'cancelled', endedAtMs: 0 });
  const plan = { ...lightPlan, stages: ['price', 'reserve'], timeoutsMs: { price: 1_000, reserve: 1_000 } };
  const startAs = async (by: string, asked: string) => {
    const mark = { atMs: Date.now(), of: workflow.runId, by, asked };
    const next = replayOf(failed, { from: 'start', event: { plan, data: accepted.event.data }, mark });
    if (next === null) throw new Error('it can be replayed');
    return startReplay(next, mark, { client: service.client, gate: createStartGate(Date.now), inFlight: () => 0 });
  };

  const first = await startAs('one', 'same');
  await ended(id, 2);
  const second = await startAs('two', 'same');
  const other = await startAs('three', 'other');

  expect(first).toMatchObject({ kind: 'started', isOurs: true });
  expect(second).toEqual({ ...first, isOurs: false });
  expect(other).toEqual({ kind: 'not_replayable' });
  expect(await read(id)).toMatchObject({ run: 2, status: 'failed' });

  expect((await post(`/v1/events/${id}/replay`, {})).status).toBe(202);
  await ended(id, 3);
  await until('that is on record', async () => (await read(id)).recorded === undefined);
  expect(await startAs('four', 'same')).toEqual({ kind: 'not_replayable' });
  expect(await read(id)).toMatchObject({ run: 3, status: 'failed' });
});

it('is on an engine that begins one run for a request, also where that has ended by the time it is sent again', async () => {
  const workflowId = `requested-${randomUUID()}`;
  const args = [toChunk([acceptedEvent({ id: workflowId })])];
  const startAs = async (requestId: string): Promise<string> => {
    const options = {
      workflowId,
      taskQueue: 'nobody',
      args,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    } as const;
    const { firstExecutionRunId } = await service.client.workflow.start(WORKFLOWS.processChunk, { ...options, ...requestedAs(requestId) });
    await service.client.workflow
      .getHandle(workflowId)
      .terminate()
      .catch(() => undefined);
    return firstExecutionRunId;
  };
  const first = await startAs('one');
  expect(await startAs('one')).toBe(first);
  expect(await startAs('two')).not.toBe(first);
});

async function replay(id: string, body: object = {}): Promise<void> {
  const response = await post(`/v1/events/${id}/replay`, body);
  expect([response.status, await response.json()]).toMatchObject([202, { id, joined: false, run: 2 }]);
}

/** The event once this run of it has ended. */
function ended(id: string, run: number): Promise<EventResource> {
  return until(`run ${run} of "${id}" has ended`, async () => {
    const event = await read(id);
    return event.run === run && event.completedAt !== null && event;
  });
}

/** What the receiver was sent of an event. */
function messagesOf(id: string) {
  return receiver.requests
    .map(({ headers, text }) => ({ webhookId: headers['webhook-id'], ...(JSON.parse(text) as { type: string; data: EventResource }) }))
    .filter(({ data }) => data.id === id)
    .map(({ webhookId, type, data }) => ({ webhookId, type, run: data.run }));
}

import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { memberId, newChunkId, parseMemberId } from '../../domain/event-id.ts';
import { toChunk } from '../../domain/chunk.ts';
import { startOverlapRecorder } from '../support/overlap-recorder.ts';
import type { OverlapRecorder } from '../support/overlap-recorder.ts';
import { until } from '../support/until.ts';
import { acceptedEvent } from '../unit/domain/event-samples.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { requestsTo } from '../support/requests.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const service = useService();
const { post: postTo, readEvent: read, calledBack: ended } = requestsTo(service);
const receiver = useReceiver();
let recorder: OverlapRecorder;

beforeAll(async () => {
  // The first of a process takes longest.
  await post(noise(0), { prefer: 'wait=30' });
});
beforeEach(async () => {
  recorder = await startOverlapRecorder();
});
afterEach(() => recorder.close());

const noise = (index: number) => ({ type: 'noise', data: { intensity: 0.1 + index / 100 } });

it('runs events that come together in one workflow, each with its own id, result and callback', async () => {
  const ids = await submitTogether(Array.from({ length: 12 }, (_, index) => noise(index)));
  expect(new Set(ids).size).toBe(12);

  const events = await Promise.all(ids.map(ended));

  expect(events.map(({ data }) => (data as { intensity: number }).intensity)).toEqual(ids.map((_, index) => 0.1 + index / 100));
  for (const [index, event] of events.entries()) {
    expect(event).toMatchObject({
      id: ids[index],
      ownId: null,
      status: 'completed',
      attempts: { meaning: 1, decision: 1, action: 1 },
      callback: { status: 'delivered', attempts: [{ status: 200 }] },
    });
    expect(event.timings.runMs).not.toBeNull();
  }
  const called = receiver.requests.map(({ text }) => JSON.parse(text).data.id as string);
  expect(called.sort()).toEqual([...ids].sort());
  const shared = sharedBy(ids);
  const { events: history } = await service.client.workflow.getHandle(shared).fetchHistory();
  expect(history?.filter(({ markerRecordedEventAttributes }) => markerRecordedEventAttributes != null)).toHaveLength(1);
});

it('answers whoever waits with the result of its own event', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => post(noise(index), { prefer: 'wait=10' })));
  const resources = (await Promise.all(answers.map((answer) => answer.json()))) as EventResource[];

  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(resources.map(({ data }) => (data as { intensity: number }).intensity)).toEqual(resources.map((_, index) => 0.1 + index / 100));
  for (const resource of resources) {
    const { chunkId } = parseMemberId(resource.id) ?? { chunkId: resource.id };
    expect(resource).toMatchObject({
      status: 'completed',
      workflow: { id: chunkId, url: expect.stringContaining(encodeURIComponent(chunkId)) },
    });
  }
});

it('answers whoever waits with the end of its event, also of one that leaves the others', async () => {
  const grouped = (index: number) => ({ type: 'test-grouped', data: { port: recorder.port, failures: index === 5 ? 2 : 0 } });
  const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => post(grouped(index), { prefer: 'wait=10' })));
  const resources = (await Promise.all(answers.map((answer) => answer.json()))) as EventResource[];

  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(resources.map(({ status, attempts }) => [status, attempts['action']])).toEqual(
    resources.map((_, index) => ['completed', index === 5 ? 3 : 1]),
  );
});

it.each([
  // All of it until the failure, and two more attempts, the last with its callback.
  ['completed', { failures: 2 }, 3, 3],
  ['failed', { permanently: true }, 1, 1],
])('runs one that has a workflow of its own in one local activity an attempt: %s', async (status, data, attempts, markers) => {
  const id = `alone-${status}`;
  await post({ type: 'test-grouped', id, data: { port: recorder.port, ...data }, callback: { url: receiver.url } });

  expect(await ended(id)).toMatchObject({
    status,
    attempts: { meaning: 1, action: attempts },
    callback: { status: 'delivered', attempts: [{ status: 200 }] },
    workflow: { id },
  });
  expect(receiver.requests).toHaveLength(1);
  const { events } = await service.client.workflow.getHandle(id).fetchHistory();
  expect(events?.filter(({ markerRecordedEventAttributes }) => markerRecordedEventAttributes != null)).toHaveLength(markers);
});

it('lets one that fails leave for a workflow of its own, and repeats no other', async () => {
  const ids = await submitTogether(
    Array.from({ length: 9 }, (_, index) => ({
      type: 'test-grouped',
      data: { port: recorder.port, ...(index === 4 && { failures: 2 }), ...(index === 7 && { permanently: true }) },
    })),
  );
  const events = await Promise.all(ids.map(ended));

  expect(events.map(({ status }) => status)).toEqual(ids.map((_, index) => (index === 7 ? 'failed' : 'completed')));
  expect(events[4]).toMatchObject({
    attempts: { meaning: 1, decision: 0, action: 3 },
    result: { action: { attempt: 3 } },
    workflow: { id: ids[4] },
  });
  expect(events[7]).toMatchObject({ attempts: { action: 1 }, error: { code: 'told_to_fail', stage: 'action' }, workflow: { id: ids[7] } });
  expect(ids.map((id) => recorder.visits.get(id))).toEqual(ids.map((_, index) => (index === 4 ? 3 : 1)));
  const messages = receiver.requests.map(({ text }) => JSON.parse(text) as { type: string; data: { id: string } });
  expect(messages.map(({ data }) => data.id).sort()).toEqual([...ids].sort());
  expect(messages.find(({ data }) => data.id === ids[7])?.type).toBe('event.failed');
  const { searchAttributes, status } = await service.client.workflow.getHandle(ids[7] ?? '').describe();
  expect([status.name, searchAttributes['Cause'], searchAttributes['EventType']]).toEqual([
    'FAILED',
    [expect.stringMatching(/^test-grouped:action:told_to_fail~/)],
    ['test-grouped'],
  ]);
});

it('is spelled out in lists event by event, over pages that end within it', async () => {
  const type = 'test-grouped';
  const since = new Date().toISOString();
  const ids = await submitTogether(
    Array.from({ length: 11 }, (_, index) => ({ type, data: { port: recorder.port, permanently: index === 3 } })),
  );
  await Promise.all(ids.map(ended));
  const others = ids.filter((_, index) => index !== 3);

  const listed = await until('all are listed', async () => {
    const found = await listAll(`type=${type}&since=${since}&limit=3`);
    return found.length >= 11 && found;
  });
  expect([...listed].sort()).toEqual([...ids].sort());
  expect((await listAll(`type=${type}&since=${since}&status=completed&limit=4`)).sort()).toEqual([...others].sort());
  expect(await listAll(`type=${type}&since=${since}&status=failed`)).toEqual([ids[3]]);
  expect(await listAll(`type=${type}&since=${since}&status=running`)).toEqual([]);
});

it('may be of several tiers, each listed with its own', async () => {
  const since = new Date().toISOString();
  const tiers = ['low', 'critical', 'normal'] as const;
  const ids = await submitTogether(Array.from({ length: 12 }, (_, index) => ({ ...noise(index), tier: tiers[index % 3] })));
  const events = await Promise.all(ids.map(ended));
  expect(events.map(({ tier }) => tier)).toEqual(ids.map((_, index) => tiers[index % 3]));
  const shared = sharedBy(ids);
  expect(new Set(events.filter(({ workflow }) => workflow.id === shared).map(({ tier }) => tier)).size).toBe(3);

  for (const [place, tier] of tiers.entries()) {
    const wanted = ids.filter((_, index) => index % 3 === place);
    const listed = await until(`all that are ${tier} are listed`, async () => {
      const found = await listAll(`type=noise&since=${since}&tier=${tier}&limit=3`);
      return found.length >= wanted.length && found;
    });
    expect([...listed].sort()).toEqual([...wanted].sort());
  }
});

it('goes on with callbacks that were not taken, and sends one again when asked to', async () => {
  receiver.respond((_request, index) => (index < 3 ? 400 : 200));
  const ids = await submitTogether(Array.from({ length: 6 }, (_, index) => noise(index)));
  const events = await Promise.all(
    ids.map((id) =>
      until(`the callback of "${id}" is delivered`, async () => {
        const event = await read(id);
        return event.callback.status === 'delivered' && event;
      }),
    ),
  );
  expect(events.reduce((attempts, { callback }) => attempts + callback.attempts.length, 0)).toBe(9);

  const { id } = events.find(({ id: made, callback }) => parseMemberId(made) !== null && callback.attempts.length === 1) ?? { id: '' };
  const before = receiver.requests.length;
  expect((await service.app.request(`/v1/events/${id}/redeliver`, { method: 'POST' })).status).toBe(202);
  await receiver.waitFor((requests) => requests.length > before);
  const sent = receiver.requests.filter(({ text }) => JSON.parse(text).data.id === id).map(({ headers }) => headers['webhook-id']);
  expect(sent).toEqual([sent[0], sent[0]]);
  await until('both attempts are on record', async () => {
    const { items } = (await (await service.app.request(`/v1/events/${id}/deliveries`)).json()) as { items: unknown[] };
    return items.length === 2;
  });
});

it('says of a member what it would of any event, also when its chunk is ended by force', async () => {
  const chunkId = newChunkId(randomUUID());
  const chunk = toChunk([0, 1].map((index) => acceptedEvent({ id: memberId(chunkId, index) })));
  const handle = await service.client.workflow.start(WORKFLOWS.processChunk, { workflowId: chunkId, taskQueue: 'nobody', args: [chunk] });
  const id = memberId(chunkId, 1);

  expect(await read(id)).toMatchObject({ id, status: 'accepted', workflow: { id: chunkId } });
  expect((await service.app.request(`/v1/events/${id}/cancel`, { method: 'POST' })).status).toBe(409);
  expect(await (await service.app.request(`/v1/events/${id}/why`)).json()).toMatchObject({ id, reason: 'running' });
  for (const other of [memberId(chunkId, 2), `${newChunkId('none')}_0`]) {
    expect((await service.app.request(`/v1/events/${other}`)).status).toBe(404);
    expect((await service.app.request(`/v1/events/${other}/cancel`, { method: 'POST' })).status).toBe(404);
  }
  await handle.terminate();

  expect(await read(id)).toMatchObject({ id, status: 'failed', error: { code: 'terminated' } });
  const refused = await service.app.request(`/v1/events/${id}/cancel`, { method: 'POST' });
  expect(await refused.json()).toMatchObject({ code: 'already_ended' });
});

/** Their ids, in order. The first goes at once; those that come while it starts share a workflow. */
async function submitTogether(events: readonly Record<string, unknown>[]): Promise<readonly string[]> {
  const answers = await Promise.all(events.map((event) => post({ ...event, callback: { url: receiver.url } })));
  expect(answers.map(({ status }) => status)).toEqual(events.map(() => 202));
  const ids = (await Promise.all(answers.map((answer) => answer.json()))).map((answer) => (answer as { id: string }).id);
  expect(ids.filter((id) => parseMemberId(id) !== null).length).toBeGreaterThan(1);
  return ids;
}

/** The id of the workflow of most of them. */
function sharedBy(ids: readonly string[]): string {
  const chunks = ids.flatMap((id) => parseMemberId(id)?.chunkId ?? []);
  return chunks.sort((a, b) => chunks.filter((id) => id === b).length - chunks.filter((id) => id === a).length)[0] ?? '';
}

async function listAll(query: string): Promise<readonly string[] & string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const response: Response = await service.app.request(`/v1/events?${query}${cursor === null ? '' : `&cursor=${cursor}`}`);
    expect(response.status).toBe(200);
    const page = (await response.json()) as { items: EventResource[]; nextCursor: string | null };
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

async function post(event: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Response> {
  return postTo('/v1/events', event, headers);
}

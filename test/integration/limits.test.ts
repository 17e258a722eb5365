import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Why } from '../../domain/why.ts';
import type { LimitResource } from '../../domain/limit-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { startTestService } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { overlap } from '../support/test-definitions.ts';
import { until } from '../support/until.ts';

let service: TestService;
let submitted: string[] = [];

beforeAll(async () => {
  service = await startTestService({ MAX_CONCURRENT_TASKS: '3' });
});
afterAll(() => service.stop());
beforeEach(async () => {
  await setCapacity('tasks', null);
  await until('all permits are back, and nobody waits', async () => {
    const { holders, waiting } = await limit('tasks');
    return holders.length === 0 && waiting === 0;
  });
  overlap.reset();
});
// Also after a failed test, so that the next one finds all permits free.
afterEach(async () => {
  await Promise.all(submitted.map(cancel));
  submitted = [];
});

it('runs no more heavy events at once than there are permits, and finishes all of them', async () => {
  const ids = await submitMany(12, { ms: 300 });

  for (const id of ids) expect(await ended(id)).toMatchObject({ status: 'completed' });
  expect(overlap.highest()).toBe(3);
  expect(await limit('tasks')).toMatchObject({ capacity: 3, holders: [], waiting: 0 });
});

it('shows holders and waiters with their positions, and says why an event waits', async () => {
  await submitMany(5, { ms: 60_000 });
  const shown = await until('all have asked', async () => {
    const current = await limit('tasks');
    return current.holders.length === 3 && current.waiting === 2 && current;
  });

  const waiting = shown.waiters.at(-1);
  const why = await explain(waiting?.event ?? '');

  expect(waiting).toMatchObject({ position: 2, tier: 'normal' });
  expect(why).toMatchObject({ status: 'waiting', reason: 'permit', details: { key: 'tasks', position: 2 } });
  expect(why.details.holders?.map(({ event }) => event).toSorted()).toEqual(shown.holders.map(({ event }) => event).toSorted());
  expect(await explain(shown.holders[0]?.event ?? '')).toMatchObject({
    status: 'running',
    reason: 'running',
    details: { stage: 'action', attempt: 1 },
  });
});

it('lets a changed capacity take effect at once, up and down, without touching holders', async () => {
  await submitMany(8, { ms: 60_000 });
  await until('three hold a permit', async () => (await limit('tasks')).holders.length === 3);

  expect(await setCapacity('tasks', 6)).toMatchObject({ capacity: 6 });
  const [holder] = await until('six hold a permit', async () => {
    const { holders } = await limit('tasks');
    return holders.length === 6 && holders;
  });
  await setCapacity('tasks', 1);
  await cancel(holder?.event ?? '');
  await until('the cancelled one is out', async () => (await limit('tasks')).holders.length === 5);

  expect(await limit('tasks')).toMatchObject({ capacity: 1, waiting: 2 });
});

it('has as many at work as a raised capacity says, in one process', async () => {
  await submitMany(14, { ms: 60_000 });
  await setCapacity('tasks', 12);
  await until('twelve are at work', async () => overlap.highest() >= 12);

  expect(overlap.highest()).toBe(12);
});

it('gives the permit of a terminated run to the next, by the engine’s word alone', async () => {
  await submitMany(4, { ms: 60_000 });
  const { holders } = await until('one waits', async () => {
    const current = await limit('tasks');
    return current.waiting === 1 && current;
  });

  await service.client.workflow.getHandle(holders[0]?.event ?? '').terminate('by hand');

  await until('the waiter has its permit', async () => {
    const current = await limit('tasks');
    return current.waiting === 0 && current.holders.length === 3;
  });
});

it('takes a waiter that is cancelled out of the line', async () => {
  await submitMany(5, { ms: 60_000 });
  const { waiters } = await until('two wait', async () => {
    const current = await limit('tasks');
    return current.waiting === 2 && current;
  });

  await cancel(waiters[0]?.event ?? '');

  expect(await ended(waiters[0]?.event ?? '')).toMatchObject({ status: 'cancelled', attempts: { action: 0 } });
  await until('one waits', async () => (await limit('tasks')).waiting === 1);
});

it('serves critical events first', async () => {
  // With several permits one may be granted first and yet be taken up second.
  await put('tasks', { capacity: 1 });
  const [busy = ''] = await submitMany(1, { ms: 60_000 });
  await until('the permit is taken', async () => (await limit('tasks')).holders.length === 1);
  const low = await submitMany(3, { ms: 10 }, 'low');
  const critical = await submitMany(3, { ms: 10 }, 'critical');
  await until('all others wait', async () => (await limit('tasks')).waiting === 6);
  await cancel(busy);

  const started = await Promise.all([...low, ...critical].map(async (id) => Date.parse((await ended(id)).startedAt ?? '')));

  expect(Math.max(...started.slice(3))).toBeLessThanOrEqual(Math.min(...started.slice(0, 3)));
  await put('tasks', { capacity: null });
});

it('holds a type’s own limit per key that the event makes', async () => {
  await submitMany(4, { host: 'one', ms: 60_000 }, 'normal', 'test-per-host');
  await submitMany(2, { host: 'two', ms: 60_000 }, 'normal', 'test-per-host');
  await until('two of each host work, and two wait', async () => {
    const [one, two] = [await limit('host:one'), await limit('host:two')];
    const atWork = overlap.highest('one') === 2 && overlap.highest('two') === 2;
    return atWork && one.holders.length === 2 && one.waiting === 2 && two.holders.length === 2;
  });

  const first = (await limit('host:one')).holders.map(({ event }) => event);
  await Promise.all(first.map(cancel));
  await until('the others work', async () => {
    const { holders } = await limit('host:one');
    return holders.length === 2 && holders.every(({ event }) => !first.includes(event));
  });
  expect(overlap.highest('one')).toBe(2);
});

it('asks again after a reset, and runs under a permit of its own', async () => {
  const [id = ''] = await submitMany(1, { ms: 60_000 });
  await until('it runs', async () => (await read(id)).status === 'running');
  const handle = service.client.workflow.getHandle(id);
  const { events } = await handle.fetchHistory();
  const lastTask = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes).at(-1);
  const before = (await handle.describe()).runId;

  await service.client.workflowService.resetWorkflowExecution({
    namespace: service.client.options.namespace,
    workflowExecution: { workflowId: id, runId: before },
    workflowTaskFinishEventId: lastTask?.eventId ?? null,
    reason: 'by hand',
    requestId: 'reset-1',
  });

  const after = (await handle.describe()).runId;
  expect(after).not.toBe(before);
  await until('the new run holds the only permit', async () => {
    const { holders, waiting } = await limit('tasks');
    return holders.length === 1 && waiting === 0 && (await read(id)).status === 'running';
  });

  // The run that was reset is closed, and knows nothing of this.
  expect((await service.app.request(`/v1/events/${id}/cancel`, { method: 'POST' })).status).toBe(202);
  await until('it has ended', async () => (await read(id)).completedAt !== null);
  expect(await read(id)).toMatchObject({ status: 'cancelled', error: null, workflow: { runId: after } });
});

it('refuses what is no capacity, and knows no limit that nobody uses', async () => {
  const refused = await put('tasks', { capacity: -1 });

  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ code: 'invalid_limit', errors: [{ pointer: '/capacity' }] });
  expect((await service.app.request('/v1/limits/never-used')).status).toBe(404);
});

async function submitMany(
  count: number,
  data: Record<string, unknown>,
  tier = 'normal',
  type = 'test-slow-work',
): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const response = await service.app.request('/v1/events', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type, data, tier }),
      });
      expect(response.status).toBe(202);
      const { id } = (await response.json()) as { id: string };
      submitted.push(id);
      return id;
    }),
  );
}

async function read(id: string): Promise<EventResource> {
  return (await (await service.app.request(`/v1/events/${id}`)).json()) as EventResource;
}

async function ended(id: string): Promise<EventResource> {
  return until(`"${id}" has ended`, async () => {
    const event = await read(id);
    return event.completedAt !== null && event;
  });
}

async function explain(id: string): Promise<Why> {
  return (await (await service.app.request(`/v1/events/${id}/why`)).json()) as Why;
}

/** Of an event that has ended it changes nothing. */
async function cancel(id: string): Promise<void> {
  await service.app.request(`/v1/events/${id}/cancel`, { method: 'POST' });
}

async function limit(key: string): Promise<LimitResource> {
  return (await (await service.app.request(`/v1/limits/${key}`)).json()) as LimitResource;
}

async function put(key: string, body: unknown): Promise<Response> {
  return service.app.request(`/v1/limits/${key}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function setCapacity(key: string, capacity: number | null): Promise<LimitResource> {
  return (await (await put(key, { capacity })).json()) as LimitResource;
}

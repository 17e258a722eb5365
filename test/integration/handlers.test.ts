import { expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import type { Why } from '../../domain/why.ts';
import { requestsTo } from '../support/requests.ts';
import { calls } from '../support/test-handlers.ts';
import { until } from '../support/until.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const service = useService();
const { submitEvent, readEvent: read } = requestsTo(service);
const receiver = useReceiver();

const TYPES = ['test-ordered', 'test-topic', 'test-handled-together', 'test-handled-slowly', 'test-handled-of-subject'] as const;

it.each(TYPES)('hands an event of %s to all of its handlers, and is complete with them', async (type) => {
  const id = await submit({ type, data: { call: ['heavy', 'limited', 'picky'] } });
  const event = await ended(id);

  expect(event).toMatchObject({ status: 'completed', stage: null, error: null });
  expect(event.handlers).toEqual(
    Object.fromEntries(
      ['quick', 'other', 'after-quick', 'picky', 'heavy', 'limited'].map((name) => [
        name,
        { status: 'completed', attempts: 1, result: { by: name, attempt: 1 }, error: null },
      ]),
    ),
  );
  const keys = calls.filter(({ event: called }) => called === id).map(({ idempotencyKey }) => idempotencyKey);
  expect(new Set(keys).size).toBe(6);
  await receiver.waitFor(() => receiver.requests.length === 1);
  const body = JSON.parse(receiver.requests[0]?.text ?? '') as { readonly type: string; readonly data: EventResource };
  expect(body.type).toBe('event.completed');
  expect(body.data.handlers).toEqual(event.handlers);
});

it.each(TYPES)('leaves out handlers that do not take an event of %s', async (type) => {
  const event = await ended(await submit({ type, data: {} }));
  expect(Object.keys(event.handlers)).toEqual(['quick', 'other', 'after-quick']);
  expect(event.status).toBe('completed');
});

it.each(TYPES)('ends an event of %s as partial where a handler has failed, which is one failure on record', async (type) => {
  const id = await submit({ type, data: { behave: { quick: 'refuse', other: 'fail-once' } } });
  const event = await ended(id);

  expect(event).toMatchObject({
    status: 'partial',
    error: null,
    handlers: {
      quick: { status: 'failed', attempts: 1, result: null, error: { code: 'refused', stage: 'quick', retryable: false } },
      other: { status: 'completed', attempts: 2, result: { by: 'other', attempt: 2 } },
      'after-quick': { status: 'cancelled', attempts: 0, result: null, error: null },
    },
  });
  await receiver.waitFor(() => receiver.requests.length === 1);
  expect(receiver.requests[0]?.text).toContain('"event.partial"');
  const failed = await until('the failed handler is listed', async () => {
    const items = await list(`type=${type}&status=failed`);
    return items.some(({ handlerOf }) => handlerOf?.id === id) && items.filter(({ handlerOf }) => handlerOf?.id === id);
  });
  expect(failed).toHaveLength(1);
  expect(failed[0]).toMatchObject({ id: `${id}~h.quick`, status: 'failed', handlerOf: { id, name: 'quick' } });
  expect(await read(`${id}~h.quick`)).toMatchObject({ status: 'failed', type });
  // A subject's events are listed with it alone.
  const among = type === 'test-handled-of-subject' ? 'subject=test-handled-account/one' : `type=${type}`;
  await until('it is listed as partial', async () => (await list(`${among}&status=partial`)).some((one) => one.id === id));
  expect((await list(`${among}&status=completed`)).map((one) => one.id)).not.toContain(id);
  expect((await list(`type=${type}`)).filter(({ handlerOf }) => handlerOf !== undefined)).toEqual([]);
});

it('calls no handler of an event whose stages have failed', async () => {
  const event = await ended(await submit({ type: 'test-ordered', data: { failStage: true } }));
  expect(event.status).toBe('failed');
  expect(Object.values(event.handlers).map(({ status, attempts }) => [status, attempts])).toEqual(
    Array.from({ length: 3 }, () => ['cancelled', 0]),
  );
});

it('waits for handlers, where a caller waits', async () => {
  const response = await service.app.request('/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=20' },
    body: JSON.stringify({ type: 'test-ordered', data: { call: ['heavy'], behave: { other: 'fail-once' } } }),
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    status: 'completed',
    handlers: { heavy: { status: 'completed' }, other: { attempts: 2 } },
  });
});

it('says which handlers an event waits for, and cancels them with it', async () => {
  const id = await submit({ type: 'test-ordered', data: { call: ['heavy'], behave: { heavy: 'hang' } } });
  const why = await until('it waits for its handler', async () => {
    const answer = (await (await service.app.request(`/v1/events/${id}/why`)).json()) as Why;
    return answer.reason === 'handlers' && answer.details.handlers?.[0]?.status === 'running' && answer;
  });
  expect(why.summary).toBe('Its stages are complete; it waits for its handler heavy (running).');
  expect(why.details.handlers).toEqual([{ name: 'heavy', status: 'running', event: `${id}~h.heavy` }]);

  expect((await service.app.request(`/v1/events/${id}/cancel`, { method: 'POST' })).status).toBe(202);
  const event = await ended(id);
  expect(event).toMatchObject({ status: 'cancelled', handlers: { quick: { status: 'completed' }, heavy: { status: 'cancelled' } } });
  expect(await read(`${id}~h.heavy`)).toMatchObject({ status: 'cancelled' });
});

it('is replayed as partial: only what has not completed is called again, in a run of its own', async () => {
  const id = await submit({ type: 'test-ordered', data: { behave: { quick: 'refuse-once' } } });
  expect(await ended(id)).toMatchObject({ run: 1, status: 'partial', handlers: { quick: { status: 'failed' } } });
  const replay = await service.app.request(`/v1/events/${id}/replay`, { method: 'POST', headers: { prefer: 'wait=20' } });
  expect(replay.status).toBe(200);
  expect(await replay.json()).toMatchObject({
    run: 2,
    status: 'completed',
    handlers: { quick: { status: 'completed', attempts: 1 }, 'after-quick': { status: 'completed' }, other: { status: 'completed' } },
  });
  const called = calls.filter(({ event }) => event === id).map(({ handler }) => handler);
  expect(called.toSorted()).toEqual(['after-quick', 'other', 'quick', 'quick']);
  expect((await service.app.request(`/v1/events/${id}~h.quick/replay`, { method: 'POST' })).status).toBe(409);
});

it('starts what handlers of a subject’s event have emitted', async () => {
  const id = await submit({ type: 'test-handled-of-subject', data: { behave: { quick: 'emit', heavy: 'emit' }, call: ['heavy'] } });
  const event = await ended(id);

  expect(event.followUps?.map(({ type }) => type)).toEqual(['test-branch', 'test-branch']);
  for (const followUp of event.followUps ?? []) {
    await until('it is started', async () => (await service.app.request(`/v1/events/${encodeURIComponent(followUp.id)}`)).ok);
    expect(await ended(followUp.id)).toMatchObject({ status: 'completed', causedBy: id });
  }
});

it('lets items of batches go on for their handlers, and counts them by their stages', async () => {
  const call = { call: ['heavy'] };
  const types = ['test-ordered', 'test-topic', 'test-handled-slowly', 'test-handled-of-subject'] as const;
  const { id } = (await (
    await service.app.request('/v1/batches', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        events: types.map((type, index) => ({
          type,
          ...(type === 'test-handled-of-subject' && { subject: 'of-a-batch' }),
          data: index === 1 ? { behave: { other: 'refuse' } } : { ...call, behave: { heavy: 'hang', quick: 'fail-once' } },
          callback: { url: receiver.url },
        })),
      }),
    })
  ).json()) as { readonly id: string };
  const batch = await until('the batch has ended', async () => {
    const resource = (await (await service.app.request(`/v1/batches/${id}`)).json()) as { readonly completedAt: string | null };
    return resource.completedAt !== null && resource;
  });
  expect(batch).toMatchObject({ status: 'completed', counts: { total: 4, completed: 4, failed: 0 } });
  expect((await ended(`${id}_1`)).status).toBe('partial');
  for (const index of [0, 2, 3]) {
    const open = await until('its heavy handler is at work', async () => {
      const item = await read(`${id}_${index}`);
      return item.handlers['heavy']?.status === 'running' && item.handlers['quick']?.status === 'completed' && item;
    });
    expect(open).toMatchObject({ batchId: id, status: 'running', stage: null, handlers: { quick: { attempts: 2 } } });
    expect((await service.app.request(`/v1/events/${id}_${index}/cancel`, { method: 'POST' })).status).toBe(202);
    expect(await ended(`${id}_${index}`)).toMatchObject({ status: 'cancelled', handlers: { heavy: { status: 'cancelled' } } });
  }
  await receiver.waitFor(() => receiver.requests.length === 4);
  const told = receiver.requests.map(({ text }) => JSON.parse(text) as { readonly type: string; readonly data: EventResource });
  expect(told.map(({ type, data }) => `${data.id} ${type}`).toSorted()).toEqual(
    types.map((_, index) => `${id}_${index} ${index === 1 ? 'event.partial' : 'event.cancelled'}`),
  );
  // A part of their batch, or of their subject, and listed with these alone.
  expect((await list('limit=200')).filter(({ batchId }) => batchId === id)).toEqual([]);
});

it('hands each of a subject’s events to its handlers, also those that come while others are let go', async () => {
  const ids = await Promise.all(
    Array.from({ length: 12 }, () => submit({ type: 'test-handled-of-subject', data: { behave: { other: 'fail-once' } } })),
  );
  for (const id of ids) expect(await ended(id)).toMatchObject({ status: 'completed', handlers: { other: { attempts: 2 } } });
  await receiver.waitFor(() => receiver.requests.length === ids.length);
});

it('is read, listed and cancelled where a subject’s event is at its handlers', async () => {
  const id = await submit({ type: 'test-handled-of-subject', data: { call: ['heavy'], behave: { heavy: 'hang' } } });
  await until('it is at work', async () => (await read(id)).handlers['heavy']?.status === 'running');
  const ids = async (status: string): Promise<readonly string[]> =>
    (await list(`subject=test-handled-account/one&status=${status}&limit=50`)).map((event) => event.id);
  expect(await ids('running')).toContain(id);
  expect(await ids('completed')).not.toContain(id);
  expect((await service.app.request(`/v1/events/${id}/cancel`, { method: 'POST' })).status).toBe(202);
  await ended(id);
  expect(await ids('cancelled')).toContain(id);
  expect(await ids('running')).not.toContain(id);
});

async function submit(event: Record<string, unknown>): Promise<string> {
  const subject = event['type'] === 'test-handled-of-subject' ? { subject: 'one' } : {};
  return submitEvent({ ...event, ...subject, callback: { url: receiver.url } });
}

async function ended(id: string): Promise<EventResource> {
  return until(`"${id}" has ended`, async () => {
    const event = await read(id);
    return event.completedAt !== null && event;
  });
}

async function list(query: string): Promise<readonly EventResource[]> {
  const response = await service.app.request(`/v1/events?${query}`);
  return ((await response.json()) as { readonly items: readonly EventResource[] }).items;
}

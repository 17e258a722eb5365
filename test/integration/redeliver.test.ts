import { expect, it } from 'vitest';
import { redeliverCallback } from '../../api/temporal/redeliver-callback.ts';
import type { Chunk } from '../../domain/chunk.ts';
import { eventsOf } from '../../domain/chunk.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { readWorkflowEnd, readWorkflowInput } from '../../temporal/history.ts';
import { until } from '../support/until.ts';
import { requestsTo } from '../support/requests.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const service = useService();
const { submitEvent, readEvent: read } = requestsTo(service);
const receiver = useReceiver();

it('keeps every attempt on record, and what was answered for its owner only', async () => {
  receiver.respond((_request, index) => (index === 0 ? { status: 500, body: 'the disk is full' } : 204));
  const id = await submit({ type: 'noise', data: { intensity: 0.3 } });

  const event = await settled(id, 2);

  expect(event.callback).toEqual({
    status: 'delivered',
    url: receiver.url,
    attempts: [500, 204].map((status) => ({
      at: expect.any(String),
      status,
      durationMs: expect.any(Number),
      error: status === 500 ? 'http_500' : null,
    })),
  });
  const deliveries = (await (await service.app.request(`/v1/events/${id}/deliveries`)).json()) as object;
  expect(deliveries).toEqual({
    items: [
      { ...event.callback.attempts[0], excerpt: 'the disk is full', reason: 'schedule' },
      { ...event.callback.attempts[1], excerpt: null, reason: 'schedule' },
    ],
    nextCursor: null,
  });
});

it.each([
  ['completed', { type: 'noise', data: { intensity: 0.3 } }],
  ['failed', { type: 'test-failing', data: { how: 'permanently' } }],
])('sends the terminal message of a %s event again, as often as asked and byte for byte the same', async (_status, event) => {
  const id = await submit(event);
  await settled(id, 1);

  expect((await redeliver(id)).status).toBe(202);
  await settled(id, 2);
  const answers = await Promise.all(Array.from({ length: 5 }, () => redeliver(id)));
  const { callback } = await settled(id, 7);

  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(202));
  expect(callback).toMatchObject({ status: 'delivered', attempts: Array.from({ length: 7 }, () => ({ status: 200 })) });
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(receiver.requests.map(({ text }) => text)).size).toBe(1);
});

it('sends a callback that was given up again, and begins its schedule anew', async () => {
  receiver.respond(() => 500);
  const id = await submit({ type: 'noise', data: { intensity: 0.3 } });
  await settled(id, 3);

  receiver.respond((_request, index) => (index < 4 ? 500 : 200));
  await redeliver(id);
  const { callback } = await settled(id, 5);

  expect(callback).toMatchObject({
    status: 'delivered',
    attempts: [...Array.from({ length: 4 }, () => ({ status: 500 })), { status: 200 }],
  });
});

it('says when the next attempt is due, and makes it at once when asked to', async () => {
  receiver.respond((_request, index) => (index === 0 ? { status: 503, headers: { 'retry-after': '3600' } } : 200));
  const id = await submit({ type: 'noise', data: { intensity: 0.3 } });
  const { callback } = await until('it waits', async () => {
    const event = await read(id);
    return event.callback.nextAttemptAt !== undefined && event;
  });
  const why = (await (await service.app.request(`/v1/events/${id}/why`)).json()) as object;
  await redeliver(id);

  expect(Date.parse(callback.nextAttemptAt ?? '') - Date.parse(callback.attempts[0]?.at ?? '')).toBeGreaterThanOrEqual(3_599_000);
  expect(why).toMatchObject({ reason: 'ended', details: { attempt: 1, nextAttemptAt: callback.nextAttemptAt } });
  expect((await settled(id, 2)).callback).toEqual({ status: 'delivered', url: receiver.url, attempts: expect.any(Array) });
});

it('sends what an item of a batch sent again', async () => {
  const response = await service.app.request('/v1/batches', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      events: [{ type: 'noise', data: { intensity: 0.3 }, callback: { url: receiver.url, headers: { 'x-a': 'b' } } }],
    }),
  });
  const id = `${((await response.json()) as { readonly id: string }).id}_0`;
  await settled(id, 1);
  expect((await redeliver(id)).status).toBe(202);
  const { callback } = await settled(id, 2);

  expect(callback).toMatchObject({ status: 'delivered', attempts: [{ status: 200 }, { status: 200 }] });
  expect(new Set(receiver.requests.map(({ text }) => text)).size).toBe(1);
  expect(receiver.requests.map(({ headers }) => headers['x-a'])).toEqual(['b', 'b']);
});

it('keeps the outcome of an attempt that is under way when it is asked to redeliver', async () => {
  receiver.respond(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return 200;
  });
  const id = await submit({ type: 'noise', data: { intensity: 0.3 } });
  await receiver.waitFor(() => receiver.requests.length === 1);
  expect((await redeliver(id)).status).toBe(202);

  expect((await settled(id, 2)).callback.attempts).toMatchObject([{ status: 200 }, { status: 200 }]);
});

it('keeps it, too, when the attempt ends between two things that are read of the event', async () => {
  let answer: () => void = () => undefined;
  const isRead = new Promise<void>((resolve) => (answer = resolve));
  receiver.respond(() => isRead.then(() => 200));
  const id = await submit({ type: 'noise', data: { intensity: 0.3 } });
  await receiver.waitFor(() => receiver.requests.length === 1);
  const found = await until('its stages have ended', async () => {
    const event = await read(id);
    return event.completedAt !== null && event;
  });
  let reads = 0;
  const redelivered = redeliverCallback(service.client, {
    read: async () => {
      reads += 1;
      if (reads !== 2) return read(id);
      answer();
      await until('the event is closed', async () => (await readWorkflowEnd(service.client, { workflowId: id }))?.kind === 'completed');
      return found;
    },
    accepted: async () => eventsOf(await readWorkflowInput<Chunk>(service.client, { workflowId: id }))[0] ?? null,
  });

  expect(await redelivered).toBe('redelivering');
  expect((await settled(id, 2)).callback.attempts).toMatchObject([{ status: 200 }, { status: 200 }]);
});

async function submit(event: Record<string, unknown>): Promise<string> {
  return submitEvent({ ...event, callback: { url: receiver.url } });
}

async function redeliver(id: string): Promise<Response> {
  return service.app.request(`/v1/events/${id}/redeliver`, { method: 'POST' });
}

/** The event once so many attempts are on record and nothing is left to send. */
async function settled(id: string, attempts: number): Promise<EventResource> {
  return until(`${attempts} attempts for "${id}" are on record`, async () => {
    const event = await read(id);
    return event.callback.attempts.length >= attempts && event.callback.status !== 'pending' && event;
  });
}

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { DestinationResource } from '../../domain/destination-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { LEAST_CONNECTIONS } from '../../domain/riding.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { startTestService } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const ACME = 'acme-0123456789abcdef';
const OTHER = 'other-0123456789abcdef';

let service: TestService;
let receiver: Receiver;

beforeAll(async () => {
  service = await startTestService({
    API_KEYS: `acme:${ACME},other:${OTHER}`,
    CALLBACK_SCHEDULE: '300ms,300ms,300ms,300ms,1h',
    CALLBACK_PROBE_AFTER: '500ms',
    CALLBACK_RESUME_RATE: '50',
  });
});
afterAll(() => service.stop());
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

it('parks what goes to a failing destination, leaves others alone, and delivers all when it is resumed', async () => {
  receiver.respond(() => 503);
  const ids = await Promise.all(Array.from({ length: 8 }, () => submit(receiver.url)));
  await Promise.all(ids.map((id) => callbackIs(id, 'parked')));
  const late = await submit(receiver.url);
  await callbackIs(late, 'parked');
  const listed = await until('all are counted', async () => {
    const destination = await find(receiver.url);
    return destination?.parked === 9 && destination;
  });
  const why = await until('it says when it is probed', async () => {
    const answer = (await get(`/v1/events/${late}/why`)) as { reason: string; details: { nextAttemptAt?: string } };
    return answer.details.nextAttemptAt !== undefined && answer;
  });
  const healthy = await startReceiver();
  const unaffected = await submit(healthy.url);
  await callbackIs(unaffected, 'delivered');
  receiver.respond(() => 200);
  // By now the next probe may be seconds away.
  await request(`/v1/destinations/${encodeURIComponent(receiver.url)}/resume`, { method: 'POST' });
  const events = await Promise.all([...ids, late].map((id) => callbackIs(id, 'delivered')));

  expect(listed).toMatchObject({ origin: receiver.url, state: 'open', nextProbeAt: expect.any(String) });
  expect(listed.failures).toBeGreaterThanOrEqual(5);
  expect(why).toMatchObject({ status: 'completed', reason: 'breaker', details: { key: receiver.url } });
  for (const { callback } of events) expect(callback.attempts.at(-1)).toMatchObject({ status: 200 });
  // One that came when it was parked has used up no step of its schedule.
  const { items } = (await get(`/v1/events/${late}/deliveries`)) as { items: { reason: string }[] };
  expect(items.filter(({ reason }) => reason === 'schedule').length).toBeLessThanOrEqual(1);
  await healthy.close();
});

it('parks what answers nobody for ten seconds, lets those attempts go on, and delivers all when one is answered', async () => {
  let release = (): void => undefined;
  const released = new Promise<number>((resolve) => {
    release = () => resolve(200);
  });
  receiver.respond(() => released);
  const ids = await Promise.all(Array.from({ length: LEAST_CONNECTIONS }, () => submit(receiver.url)));
  const destination = await until('it is parked', async () => {
    const found = await find(receiver.url);
    return found?.state === 'open' && found;
  });
  const late = await submit(receiver.url);
  await callbackIs(late, 'parked');
  const open = receiver.sockets.open;
  release();
  const events = await Promise.all([...ids, late].map((id) => callbackIs(id, 'delivered')));

  expect(destination.failures).toBe(LEAST_CONNECTIONS);
  expect(open).toBe(LEAST_CONNECTIONS);
  for (const { callback } of events) expect(callback.attempts).toMatchObject([{ status: 200 }]);
  expect(receiver.requests).toHaveLength(events.length);
});

it('keeps probes out of the schedule, and on record', async () => {
  receiver.respond(() => 503);
  const id = await submit(receiver.url);
  await callbackIs(id, 'parked');
  await receiver.waitFor((requests) => requests.length >= 6, 20_000);
  receiver.respond(() => 200);
  await callbackIs(id, 'delivered');

  const { items } = (await get(`/v1/events/${id}/deliveries`)) as { items: { reason: string }[] };
  expect(items.map(({ reason }) => reason)).toEqual([
    ...Array.from({ length: 5 }, () => 'schedule'),
    ...Array.from({ length: items.length - 5 }, () => 'probe'),
  ]);
});

it('sends nothing to a destination that is gone until it is resumed', async () => {
  receiver.respond(() => 410);
  await callbackIs(await submit(receiver.url), 'failed');
  const id = await submit(receiver.url);
  await callbackIs(id, 'parked');
  const parked = await until('it is counted', async () => {
    const destination = await find(receiver.url);
    return destination?.parked === 1 && destination;
  });
  const sent = receiver.requests.length;
  receiver.respond(() => 200);
  const resumed = await request(`/v1/destinations/${encodeURIComponent(receiver.url)}/resume`, { method: 'POST' });
  const { callback } = await callbackIs(id, 'delivered');

  expect(parked).toMatchObject({ state: 'open', nextProbeAt: null });
  expect(sent).toBe(1);
  expect(resumed.status).toBe(202);
  expect(callback.attempts).toMatchObject([{ status: 200 }]);
});

it("shows and resumes a tenant's own destinations only, and parks nothing for another's failures", async () => {
  receiver.respond(() => 410);
  await callbackIs(await submit(receiver.url), 'failed');
  await until('it is listed', () => find(receiver.url));
  receiver.respond(() => 200);
  const others = await submit(receiver.url, OTHER);

  expect((await callbackIs(others, 'delivered', OTHER)).callback.attempts).toMatchObject([{ status: 200 }]);
  expect(await get('/v1/destinations', OTHER)).toEqual({ items: [], nextCursor: null });
  const path = `/v1/destinations/${encodeURIComponent(receiver.url)}/resume`;
  expect((await request(path, { method: 'POST' }, OTHER)).status).toBe(404);
  expect((await request(`/v1/destinations/${receiver.url}/resume`, { method: 'POST' })).status).toBe(202);
});

async function request(path: string, init: RequestInit = {}, key = ACME): Promise<Response> {
  return service.app.request(path, { ...init, headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` } });
}

async function get(path: string, key = ACME): Promise<unknown> {
  return (await request(path, {}, key)).json();
}

async function submit(url: string, key = ACME): Promise<string> {
  const body = JSON.stringify({ type: 'noise', data: { intensity: 0.3 }, callback: { url } });
  const response = await request('/v1/events', { method: 'POST', body }, key);
  return ((await response.json()) as { readonly id: string }).id;
}

async function callbackIs(id: string, status: EventResource['callback']['status'], key = ACME): Promise<EventResource> {
  return until(`the callback of "${id}" is ${status}`, async () => {
    const event = (await get(`/v1/events/${id}`, key)) as EventResource;
    return event.callback.status === status && event;
  });
}

async function find(origin: string): Promise<DestinationResource | undefined> {
  const { items } = (await get('/v1/destinations')) as { readonly items: readonly DestinationResource[] };
  return items.find((item) => item.origin === origin);
}

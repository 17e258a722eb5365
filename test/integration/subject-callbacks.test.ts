import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { deliveryWorkflowId, subjectWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { requestsTo } from '../support/requests.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const service = useService();
const { get: read } = requestsTo(service);
const receiver = useReceiver();
let subject: string;

beforeEach(async () => {
  subject = `subject-${randomUUID()}`;
});

it('makes first attempts without a workflow for each, and has them on record', async () => {
  const sent = await Promise.all(Array.from({ length: 20 }, (_, index) => send({ add: index })));
  for (const { id } of sent) {
    const { callback } = await delivered(id);
    expect(callback).toEqual({
      status: 'delivered',
      url: receiver.url,
      attempts: [{ at: expect.any(String), status: 200, durationMs: expect.any(Number), error: null }],
    });
    expect(await deliveryOf(id)).toBe('NOT_FOUND');
  }
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
  expect(receiver.requests).toHaveLength(20);

  const { id } = sent[0] ?? { id: '' };
  const { items } = (await read(`/v1/subjects/test-sum/${subject}/events`)) as { readonly items: readonly EventResource[] };
  expect(items.map(({ callback }) => callback.status)).toEqual(items.map(() => 'unknown'));
  expect(await read(`/v1/events/${id}/deliveries`)).toMatchObject({ items: [{ status: 200, reason: 'schedule' }] });
  expect(await read(`/v1/events/${id}/why`)).toMatchObject({ reason: 'ended', summary: 'It ended as completed.' });
  const metrics = await (await service.app.request('/metrics')).text();
  expect(metrics).toMatch(/^tickless_deliveries_total\{[^}]*outcome="delivered"[^}]*\} \d+$/m);
});

it('keeps records through its continuing as new, sends each once meanwhile, and what it sent again byte for byte', async () => {
  const note = 'x'.repeat(11_000);
  const sent = await Promise.all(Array.from({ length: 46 }, () => send({ add: 1, note })));
  const [first] = sent.toSorted((a, b) => (a.version ?? 0) - (b.version ?? 0));
  const handle = service.client.workflow.getHandle(subjectWorkflowId({ tenant: 'default', type: 'test-sum', id: subject }));
  await until('it has gone on as new', async () => (await handle.describe()).runId !== first?.workflow.runId, 20_000);
  for (const { id } of sent) expect((await delivered(id)).callback.attempts).toHaveLength(1);
  expect(receiver.requests).toHaveLength(46);

  const id = first?.id ?? '';
  const before = receiver.requests.find(({ text }) => (JSON.parse(text) as { data: EventResource }).data.id === id);
  expect((await service.app.request(`/v1/events/${id}/redeliver`, { method: 'POST' })).status).toBe(202);
  await receiver.waitFor((requests) => requests.length === 47);
  const again = receiver.requests.at(-1);
  expect(again?.headers['webhook-id']).toBe(before?.headers['webhook-id']);
  expect(again?.headers['x-shop']).toBe('a');
  expect(again?.text).toBe(before?.text);
  const { callback } = await until('both are on record', async () => {
    const event = await delivered(id);
    return event.callback.attempts.length === 2 && event;
  });
  expect(callback.status).toBe('delivered');
});

it('goes on in a delivery of its own where the first attempt has failed, with that on record', async () => {
  receiver.respond((_request, index) => (index === 0 ? 500 : 200));
  const { id } = await send({ add: 1 });
  const { callback } = await delivered(id);
  expect(callback.attempts.map(({ status }) => status)).toEqual([500, 200]);
  expect(await deliveryOf(id)).toBe('COMPLETED');
});

it('hands over what isn’t answered, and neither events nor callbacks to others wait for it', async () => {
  const hanging = await startReceiver();
  let release = (_status: number): void => undefined;
  const released = new Promise<number>((resolve) => {
    release = resolve;
  });
  hanging.respond(() => released);
  const stuck = await Promise.all([1, 2, 3, 4, 5].map((add) => send({ add }, hanging)));
  const { id } = await send({ add: 6 });
  await delivered(id);
  for (const { id: one } of stuck) {
    await until('it has a delivery', async () => (await deliveryOf(one)) === 'RUNNING');
    expect(((await read(`/v1/events/${one}`)) as EventResource).callback.status).toBe('pending');
  }
  release(200);
  for (const { id: one } of stuck) await delivered(one);
  // Attempts that were handed over went on, and were told of.
  expect(hanging.requests).toHaveLength(5);
  await hanging.close();
});

it('sends also what comes while as many are under way as may be', async () => {
  const hanging = await startReceiver();
  hanging.respond(() => new Promise(() => undefined));
  for (const add of [1, 2, 3]) {
    await send({ add }, hanging);
    await hanging.waitFor((requests) => requests.length === add);
  }
  const { id } = await send({ add: 4 });
  expect((await delivered(id)).callback.attempts).toHaveLength(1);
  expect(receiver.requests).toHaveLength(1);
  await hanging.close();
});

async function send(data: object, to = receiver): Promise<EventResource> {
  const callback = { url: to.url, headers: { 'x-shop': 'a' } };
  const response = await service.app.request('/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=30' },
    body: JSON.stringify({ type: 'test-summed', subject, id: randomUUID(), data, callback }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as EventResource;
}

async function delivered(id: string): Promise<EventResource> {
  return until(
    'its callback is delivered',
    async () => {
      const event = (await read(`/v1/events/${id}`)) as EventResource;
      return event.callback.status === 'delivered' && event;
    },
    20_000,
  );
}

/** The state of the workflow that goes on with an event's callback. */
async function deliveryOf(id: string): Promise<string> {
  try {
    const { status } = await service.client.workflow.getHandle(deliveryWorkflowId({ owner: id, run: 1 })).describe();
    return status.name;
  } catch {
    return 'NOT_FOUND';
  }
}

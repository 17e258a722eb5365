import { expect, it } from 'vitest';
import { FROM_THE_BEGINNING } from '../../domain/delivery-input.ts';
import type { DestinationResource } from '../../domain/destination-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { LEAST_CONNECTIONS } from '../../domain/riding.ts';
import type { Receiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { requestsTo } from '../support/requests.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const NOISE = { type: 'noise', data: { intensity: 0.3 } };

const service = useService();
const { get, submitEvent, readEvent: read } = requestsTo(service);
const receiver = useReceiver();
let submitted = 0;

it.each([
  ['whose stages run at once', NOISE, 'completed'],
  ['that goes stage by stage', { type: 'test-counted', data: { add: 1 } }, 'completed'],
  ['that fails', { type: 'test-failing', data: { how: 'permanently' } }, 'failed'],
])(
  'parks the callback of an event %s with its one task, and sends it once when its destination is resumed',
  async (_what, event, status) => {
    await park();
    const id = await submit(event);
    const parked = await callbackIs(id, 'parked');
    await until('it is counted', async () => (await destination())?.parked === 1);
    const why = (await get(`/v1/events/${id}/why`)) as { readonly reason: string };
    const waiting = [await tasksOf(id), await tasksOf(`${id}~callback.1`)];
    receiver.respond(() => 200);
    await request(`/v1/destinations/${encodeURIComponent(receiver.url)}/resume`, 'POST');
    const { callback } = await callbackIs(id, 'delivered');
    await service.client.workflow.getHandle(`${id}~callback.1`).result();
    const sent = sentTo(id);
    await request(`/v1/events/${id}/redeliver`, 'POST');
    await receiver.waitFor(() => requestsOf(id).length === 2);

    expect(parked.status).toBe(status);
    expect(why.reason).toBe('breaker');
    expect(waiting).toEqual([
      { tasks: 1, children: 0 },
      { tasks: 0, children: 0 },
    ]);
    expect(callback.attempts).toMatchObject([{ status: 200 }]);
    expect(sent).toEqual([`event.${status}`]);
    expect(new Set(requestsOf(id).map(({ text }) => text)).size).toBe(1);
  },
);

it('sends a parked callback at once when asked to', async () => {
  await park();
  const id = await submit(NOISE);
  await callbackIs(id, 'parked');
  receiver.respond(() => 200);
  await request(`/v1/events/${id}/redeliver`, 'POST');
  await callbackIs(id, 'delivered');
  const { items } = (await get(`/v1/events/${id}/deliveries`)) as { readonly items: readonly { readonly reason: string }[] };

  expect(items.map(({ reason }) => reason)).toEqual(['redelivery']);
  expect(sentTo(id)).toEqual(['event.completed']);
});

it('parks the callbacks of a chunk without a task each, and sends each once when they are resumed', async () => {
  await park();
  const ids = await Promise.all(Array.from({ length: 10 }, () => submitEvent({ ...NOISE, callback: { url: receiver.url } })));
  for (const id of ids) await callbackIs(id, 'parked');
  const waiting = await until('all deliveries are started', async () => {
    const deliveries = ids.map((id) => tasksOf(`${id}~callback.1`).catch(() => null));
    const tasks = (await Promise.all(deliveries)).flatMap((found) => found?.tasks ?? []);
    return tasks.length === ids.length && tasks;
  });
  receiver.respond(() => 200);
  await request(`/v1/destinations/${encodeURIComponent(receiver.url)}/resume`, 'POST');
  for (const id of ids) await callbackIs(id, 'delivered');

  expect(ids.some((id) => id.startsWith('g~'))).toBe(true);
  expect(waiting).toEqual(ids.map(() => 0));
  expect(ids.map(sentTo)).toEqual(ids.map(() => ['event.completed']));
});

it('says when a callback is sent that waits for a connection, and sends it at once when asked to', async () => {
  let release = (): void => undefined;
  const released = new Promise<number>((resolve) => {
    release = () => resolve(200);
  });
  receiver.respond(() => released);
  const first = await Promise.all(Array.from({ length: LEAST_CONNECTIONS }, () => submit(NOISE)));
  await receiver.waitFor((requests) => requests.length === LEAST_CONNECTIONS);
  for (const id of first) await service.client.workflow.getHandle(id).result();
  const id = await submit(NOISE);
  const { callback } = await until('it waits', async () => {
    const event = await read(id);
    return event.callback.nextAttemptAt !== undefined && event;
  });
  await service.client.workflow.getHandle(id).result();
  const waiting = [await tasksOf(id), await tasksOf(`${id}~callback.1`)];
  release();
  await request(`/v1/events/${id}/redeliver`, 'POST');
  const delivered = await callbackIs(id, 'delivered');

  expect(callback).toMatchObject({ status: 'pending', attempts: [] });
  expect(waiting).toEqual([
    { tasks: 1, children: 0 },
    { tasks: 0, children: 0 },
  ]);
  expect(delivered.callback.attempts).toMatchObject([{ status: 200 }]);
  expect(delivered.callback.nextAttemptAt).toBeUndefined();
  expect(sentTo(id)).toEqual(['event.completed']);
});

it('ends without sending where the event it waits for was ended by force', async () => {
  await park();
  const id = await submit({ ...NOISE, delayMs: 600_000 });
  const { runId } = await service.client.workflow.getHandle(id).describe();
  const callback = { url: receiver.url, headers: {}, progress: false };
  const target = { kind: 'event', tenant: 'default', owner: id, run: 1, callback };
  const delivery = await service.client.workflow.start(WORKFLOWS.deliverCallback, {
    workflowId: `${id}~callback.1`,
    taskQueue: 'heavy',
    args: [{ target, messageOf: { id, runId }, ...FROM_THE_BEGINNING }],
  });
  await service.client.workflow.getHandle(id).terminate();

  expect(await delivery.result()).toMatchObject({ status: 'failed', attempts: [] });
  expect((await read(id)).callback.status).toBe('failed');
  expect(requestsOf(id)).toEqual([]);
});

it('sends nothing where the event’s run has it on record that its callback was delivered after all', async () => {
  const id = await submit(NOISE);
  const { callback, workflow } = await callbackIs(id, 'delivered');
  const target = { kind: 'event', tenant: 'default', owner: id, run: 1, callback: { url: receiver.url, headers: {}, progress: false } };
  // As of a process that was killed when it had started the delivery, and whose event ran again somewhere else.
  const delivery = await service.client.workflow.start(WORKFLOWS.deliverCallback, {
    workflowId: `${id}~callback.1`,
    taskQueue: 'heavy',
    args: [{ target, messageOf: { id, runId: workflow.runId }, begin: { kind: 'suspended', origin: receiver.url }, attempts: [] }],
  });
  await delivery.signal('wake', { isProbe: true });

  expect(await delivery.result()).toMatchObject({ status: 'delivered', attempts: callback.attempts });
  expect(sentTo(id)).toEqual(['event.completed']);
});

/** Until it is resumed: one that is gone isn't probed. */
async function park(): Promise<void> {
  receiver.respond(() => 410);
  await callbackIs(await submit(NOISE), 'failed');
  await until('its destination is parked', async () => (await destination())?.state === 'open');
}

/** Under an id of its own: it shares its workflow with no other. */
async function submit(event: Readonly<Record<string, unknown>>): Promise<string> {
  submitted += 1;
  const id = `waiting-${receiver.url.split(':').at(-1)}-${submitted}`;
  return submitEvent({ ...event, id, callback: { url: receiver.url } });
}

async function request(path: string, method: 'GET' | 'POST', body?: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return service.app.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

async function callbackIs(id: string, status: EventResource['callback']['status']): Promise<EventResource> {
  return until(`the callback of "${id}" is ${status}`, async () => {
    const event = await read(id);
    return event.callback.status === status && event;
  });
}

async function destination(): Promise<DestinationResource | undefined> {
  const { items } = (await get('/v1/destinations')) as { readonly items: readonly DestinationResource[] };
  return items.find(({ origin }) => origin === receiver.url);
}

/** Tasks that a workflow has had, and children that it has started. */
async function tasksOf(workflowId: string): Promise<{ readonly tasks: number; readonly children: number }> {
  const handle = service.client.workflow.getHandle(workflowId);
  const { events = [] } = await handle.fetchHistory();
  return {
    tasks: events?.filter(({ workflowTaskScheduledEventAttributes }) => workflowTaskScheduledEventAttributes).length ?? 0,
    children:
      events?.filter(({ startChildWorkflowExecutionInitiatedEventAttributes }) => startChildWorkflowExecutionInitiatedEventAttributes)
        .length ?? 0,
  };
}

function requestsOf(id: string): Receiver['requests'] {
  return receiver.requests.filter(({ text }) => (JSON.parse(text) as { readonly data: { readonly id: string } }).data.id === id);
}

/** The types of the messages that an event has sent, in order. */
function sentTo(id: string): readonly string[] {
  return requestsOf(id).map(({ text }) => (JSON.parse(text) as { readonly type: string }).type);
}

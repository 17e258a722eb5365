import { randomUUID } from 'node:crypto';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { WEBHOOK_SECRET } from '../support/service.ts';
import type { ReceivedRequest } from '../support/receiver.ts';
import { requestsTo } from '../support/requests.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const service = useService();
const { submitEvent, submitBatch, readEvent } = requestsTo(service);
const receiver = useReceiver();

/** A callback as a receiver reads it with the official SDK, its signature checked as that of any callback. */
function received(request: ReceivedRequest | undefined): CloudEvent<Record<string, unknown>> {
  if (request === undefined) throw new Error('nothing was received');
  const { headers, text } = request;
  new Webhook(WEBHOOK_SECRET).verify(text, headers as Record<string, string>);
  expect(headers['content-type']).toBe('application/cloudevents+json');
  const event = HTTP.toEvent<Record<string, unknown>>({ headers, body: text });
  if (!(event instanceof CloudEvent)) throw new Error('that is no CloudEvent');
  expect(event.validate()).toBe(true);
  expect(event.id).toBe(headers['webhook-id']);
  return event;
}

const post = (headers: Readonly<Record<string, string>>, body: string) =>
  service.app.request('/v1/events', { method: 'POST', headers, body });

it('is a CloudEvent with what the event said as one', async () => {
  const sent = new CloudEvent({
    id: `é 🙂 ${randomUUID()}`,
    source: '/shop',
    type: 'com.example.Order.Approved',
    data: { orderId: 'o-1' },
    traceparent: '00-01',
    attempt: 3,
    callbackurl: receiver.url,
    callbackformat: 'cloudevents',
  });
  const { headers, body } = HTTP.structured(sent);
  const answer = await post(headers as Record<string, string>, String(body));
  expect(answer.status).toBe(202);
  const { id } = (await answer.json()) as { id: string };

  await receiver.waitFor((requests) => requests.length > 0);
  const event = received(receiver.requests[0]);
  expect(event.toJSON()).toMatchObject({
    specversion: '1.0',
    source: '/v1/events',
    type: 'tickless.event.completed',
    subject: id,
    datacontenttype: 'application/json',
    traceparent: '00-01',
    attempt: 3,
    recordedat: expect.stringMatching(/Z$/),
    data: {
      id,
      ownId: sent.id,
      source: '/shop',
      type: 'test-approved',
      status: 'completed',
      result: { action: { data: { orderId: 'o-1' } } },
      cloudEvent: { type: 'com.example.Order.Approved', extensions: { traceparent: '00-01', attempt: 3 } },
    },
  });
});

it('is the envelope for a CloudEvent that asks for no format', async () => {
  const headers = { 'ce-specversion': '1.0', 'ce-id': randomUUID(), 'ce-source': '/shop', 'ce-type': 'test-approved' };
  await post({ ...headers, 'ce-callbackurl': encodeURIComponent(receiver.url) }, '');

  await receiver.waitFor((requests) => requests.length > 0);
  expect(receiver.requests[0]?.headers['content-type']).toBe('application/json');
  expect(JSON.parse(receiver.requests[0]?.text ?? '')).toMatchObject({ type: 'event.completed', data: { ownId: headers['ce-id'] } });
});

it('is a CloudEvent for an event of another form, too, sent again byte for byte the same', async () => {
  receiver.respond((_request, index) => (index === 0 ? 500 : 204));
  const callback = { url: receiver.url, headers: { 'x-own': '1' }, format: 'cloudevents' };
  await submitEvent({ type: 'test-failing', data: { how: 'permanently' }, callback });

  await receiver.waitFor((requests) => requests.length > 1);
  const [first, second] = receiver.requests;
  expect(received(first)).toMatchObject({ type: 'tickless.event.failed', data: { status: 'failed' } });
  expect(second?.text).toBe(first?.text);
  expect(first?.headers['x-own']).toBe('1');
});

it("is a CloudEvent of a subject's event with its extensions", async () => {
  const event = {
    specversion: '1.0',
    id: 'one',
    source: `/${randomUUID()}`,
    type: 'shock',
    subject: randomUUID(),
    data: { intensity: -0.5 },
  };
  const steering = { traceparent: '00', callbackurl: receiver.url, callbackformat: 'cloudevents' };
  await post({ 'content-type': 'application/cloudevents+json' }, JSON.stringify({ ...event, ...steering }));

  await receiver.waitFor((requests) => requests.length > 0);
  expect(received(receiver.requests[0])).toMatchObject({ traceparent: '00', data: { ownId: 'one', version: 1, subject: event.subject } });
});

it('tells of progress and of the end of a batch as CloudEvents', async () => {
  const callback = { url: `${receiver.url}/batch`, progress: true, format: 'cloudevents' };
  const item = { type: 'test-slow-work', data: { ms: 3_000 }, callback: { ...callback, url: `${receiver.url}/item` } };
  const id = await submitBatch({ callback, events: [{ type: 'test-approved' }, item] });

  await receiver.waitFor((requests) => requests.some(({ text }) => text.includes('tickless.batch.completed')), 20_000);
  const events = receiver.requests.map((request) => ({ path: request.path, event: received(request) }));
  const typesAt = (path: string): readonly string[] => [
    ...new Set(events.filter((one) => one.path === path).map(({ event }) => event.type)),
  ];
  expect(typesAt('/item')).toEqual(['tickless.event.progress', 'tickless.event.completed']);
  expect(typesAt('/batch')).toEqual(['tickless.batch.progress', 'tickless.batch.completed']);
  expect(events.find(({ event }) => event.type === 'tickless.batch.completed')?.event).toMatchObject({
    source: '/v1/batches',
    subject: id,
    data: { id, counts: { completed: 2 } },
  });
});

it('leaves out data that is too large, and says so', async () => {
  const id = await submitEvent({
    type: 'joy',
    data: { intensity: 0.3, metadata: { long: 'x'.repeat(300_000) } },
    callback: { url: receiver.url, format: 'cloudevents' },
  });

  await receiver.waitFor((requests) => requests.length > 0);
  expect(received(receiver.requests[0]).data).toMatchObject({ id, omitted: ['data'], result: { meaning: {} } });
  expect((await readEvent(id)).data).toMatchObject({ metadata: {} });
});

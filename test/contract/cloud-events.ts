import { CloudEvent, HTTP } from 'cloudevents';
import { expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { expectProblem, itemsOf, newId, toResource } from './api-under-test.ts';
import type { Answer, ApiUnderTest } from './api-under-test.ts';

type Attributes = Readonly<Record<string, unknown>>;

const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const BATCHED = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' };

/** What a CloudEvent promises: it is an event like any other, known by `source` and `id`, and nothing that it says is lost. */
export function cloudEvents(api: ApiUnderTest): void {
  const sendStructured = (event: Attributes, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    api.send('POST', '/v1/events', { headers: { ...STRUCTURED, ...headers }, body: JSON.stringify(event) });
  const sendBinary = (headers: Readonly<Record<string, string>>, body?: string): Promise<Answer> =>
    api.send('POST', '/v1/events', { headers, ...(body !== undefined && { body }) });
  const sendBatch = (events: readonly unknown[]): Promise<Answer> =>
    api.send('POST', '/v1/events', { headers: BATCHED, body: JSON.stringify(events) });
  const newEvent = (more: Attributes = {}): Attributes => ({
    specversion: '1.0',
    id: newId(),
    source: '/contract/orders',
    type: 'com.example.Order.Approved',
    data: { orderId: 'o-1' },
    ...more,
  });

  it('is an event of the type that stands for its own, and gives back what it says', async () => {
    const event = newEvent({
      subject: 'o-1 € "q"',
      time: '2026-01-01t12:00:00.5+01:00',
      datacontenttype: 'application/vnd.example+json; charset=utf-8',
      dataschema: 'https://example.org/order.json',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      sampled: true,
      attempt: 3,
      unset: null,
    });
    const answer = await sendStructured(event, { prefer: 'wait=30' });
    expect(answer.status).toBe(200);
    expect(toResource(answer)).toMatchObject({
      id: expect.stringMatching(/^k~[A-Za-z0-9_-]+$/),
      ownId: event['id'],
      source: '/contract/orders',
      type: 'test-approved',
      subject: event['subject'],
      time: '2026-01-01T11:00:00.500Z',
      status: 'completed',
      data: { orderId: 'o-1' },
      result: { action: { data: { orderId: 'o-1' }, trace: event['traceparent'] } },
    });
    expect(toResource(answer).cloudEvent).toEqual({
      type: 'com.example.Order.Approved',
      datacontenttype: 'application/vnd.example+json',
      dataschema: 'https://example.org/order.json',
      extensions: { traceparent: event['traceparent'], sampled: true, attempt: 3 },
    });
  });

  it('may have the name of an event type as its own', async () => {
    const answer = await sendStructured(newEvent({ type: 'joy', data: { intensity: 0.3 } }), { prefer: 'wait=30' });
    expect(toResource(answer)).toMatchObject({ type: 'joy', cloudEvent: { type: 'joy' }, status: 'completed' });
  });

  it.each([
    ['with emoji', '🙂 日本語 / é'],
    ['with what our own ids have not', 'a/b?c#d%20"e"~~'],
    ['of dots alone', '..'],
    ['as long as it may be', 'x'.repeat(1_024)],
  ])('has an id %s', async (_what, word) => {
    const id = `${word}${word.length < 100 ? newId() : ''}`;
    const source = `/contract/${newId()}`;
    const first = await sendStructured(newEvent({ id, source }), { prefer: 'wait=30' });
    expect(toResource(first)).toMatchObject({ ownId: id, status: 'completed' });
    const { id: made } = toResource(first);
    expect(made).toMatch(/^[A-Za-z0-9._~-]{1,255}$/);
    expect(await api.read(made)).toMatchObject({ id: made, ownId: id });
    expect(await sendStructured(newEvent({ id, source }))).toMatchObject({ status: 202, body: { id: made, joined: true } });
  });

  it('is known by its source and id together', async () => {
    const event = newEvent();
    const first = await sendStructured(event);
    const again = await sendStructured(event);
    const elsewhere = await sendStructured({ ...event, source: '/contract/elsewhere' });
    expect(first).toMatchObject({ status: 202, body: { joined: false } });
    expect(again).toMatchObject({ status: 202, body: { id: first.body['id'], joined: true } });
    expect(elsewhere).toMatchObject({ status: 202, body: { joined: false } });
    expect(elsewhere.body['id']).not.toBe(first.body['id']);
  });

  it('is not taken for an event with an Idempotency-Key that spells its name', async () => {
    const event = newEvent();
    const made = await sendStructured(event);
    const key = JSON.stringify([event['source'], event['id']]).replaceAll('"', '\\"');
    const other = await api.submit({ type: 'test-approved' }, { 'idempotency-key': `"${key}"` });
    expect(other).toMatchObject({ status: 202, body: { joined: false } });
    expect(other.body['id']).not.toBe(made.body['id']);
  });

  it.each([
    ['data', { data: { orderId: 'o-2' } }],
    ['an extension', { traceparent: '01' }],
    ['a type that stands for the same', { type: 'Auftrag freigegeben' }],
    ['a schema', { dataschema: 'urn:other' }],
    ['a time', { time: '2026-01-01T00:00:00Z' }],
  ])('answers 409 for the same name with another %s', async (_what, change) => {
    const event = newEvent();
    await sendStructured(event);
    expectProblem(await sendStructured({ ...event, ...change }), 409, 'id_conflict');
  });

  it('is one event in structured and in binary mode', async () => {
    const event = newEvent({ id: `é 🙂 ${newId()}`, subject: 'a "b" %', attempt: 3, time: '2026-01-01T00:00:00Z' });
    const structured = await sendStructured(event);
    const { data, ...attributes } = event;
    const headers = Object.entries(attributes).map(([name, value]) => [`Ce-${name}`, encodeURIComponent(String(value))]);
    const binary = await sendBinary({ ...Object.fromEntries(headers), 'content-type': 'application/json' }, JSON.stringify(data));
    expect(binary).toMatchObject({ status: 202, body: { id: structured.body['id'], joined: true } });
  });

  it('in binary mode may have no data, and quotes as older senders write them', async () => {
    const id = newId();
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': id,
      'ce-source': '"/a \\"b\\""',
      'ce-type': 'Auftrag%20freigegeben',
      prefer: 'wait=30',
    };
    const answer = await sendBinary(headers);
    expect(answer.status).toBe(200);
    expect(toResource(answer)).toMatchObject({ ownId: id, source: '/a "b"', type: 'test-approved', data: null });
  });

  it('has JSON that is written as base64, too', async () => {
    const { data: _none, ...event } = newEvent();
    const encoded = Buffer.from('{"orderId":"ü"}').toString('base64');
    expect(toResource(await sendStructured({ ...event, data_base64: encoded }, { prefer: 'wait=30' }))).toMatchObject({
      status: 'completed',
      data: { orderId: 'ü' },
    });
  });

  it.each([
    ['numbers', { tier: 999, urgency: 0.5, delayms: 86_400_000 }],
    ['texts', { tier: '999', urgency: '0.5', delayms: '86400000' }],
  ])('is steered by extensions that are %s, which are not kept', async (_what, steering) => {
    const answer = await sendStructured(newEvent({ ...steering, callbackurl: 'https://example.com/hook', callbackformat: 'cloudevents' }));
    expect(answer).toMatchObject({ status: 202, body: { tier: 'high' } });
    const resource = await api.readUntil(String(answer.body['id']), 'waiting');
    expect(resource).toMatchObject({ tier: 'high', urgency: 0.5, callback: { url: 'https://example.com/hook' } });
    expect(resource.cloudEvent).toEqual({ type: 'com.example.Order.Approved' });
    await api.send('POST', `/v1/events/${resource.id}/cancel`);
  });

  it('is processed by its subject where its type has subjects', async () => {
    const subject = newId();
    const event = newEvent({ type: 'joy', subject, data: { intensity: 0.3 }, traceparent: '00' });
    const answer = await sendStructured(event, { prefer: 'wait=30' });
    expect(answer.status).toBe(200);
    const resource = toResource(answer);
    expect(resource).toMatchObject({ ownId: event['id'], version: 1, cloudEvent: { extensions: { traceparent: '00' } } });
    expect(resource.id).toMatch(new RegExp(`^s~life~${subject}~k~`));
    expect(await api.read(resource.id)).toMatchObject({ ownId: event['id'], version: 1, cloudEvent: { type: 'joy' } });
    expect(await sendStructured(event)).toMatchObject({ status: 202, body: { id: resource.id, joined: true } });
    expectProblem(await sendStructured({ ...event, data: { intensity: 0.4 } }), 409, 'id_conflict');
  });

  it('that came with others is an item of a batch', async () => {
    const events = [newEvent({ id: `é${newId()}`, traceparent: '00' }), newEvent({ type: 'nobody.knows' }), newEvent({ id: undefined })];
    const answer = await sendBatch(events);
    expect(answer).toMatchObject({
      status: 202,
      body: {
        status: 'accepted',
        total: 3,
        accepted: 1,
        rejectedCount: 2,
        rejected: [
          { index: 1, errors: [{ pointer: '/type', detail: expect.stringContaining('nobody.knows') }] },
          { index: 2, errors: [{ pointer: '/id' }] },
        ],
      },
    });
    const batch = String(answer.body['id']);
    expect(answer.headers.get('location')).toBe(`/v1/batches/${encodeURIComponent(batch)}`);
    await until('its batch has ended', async () => (await api.send('GET', `/v1/batches/${batch}`)).body['status'] === 'partial');
    const [first, second] = itemsOf(await api.send('GET', `/v1/batches/${batch}/items`));
    expect(first).toMatchObject({ id: `${batch}_0`, ownId: events[0]?.['id'], cloudEvent: { extensions: { traceparent: '00' } } });
    expect(second).toMatchObject({ status: 'failed', type: 'nobody.knows', error: { code: 'invalid_event' } });
  });

  it('makes no second batch when it is sent again with the same others', async () => {
    const events = [newEvent(), newEvent()];
    const first = await sendBatch(events);
    expect(await sendBatch(events)).toMatchObject({ status: 202, body: { id: first.body['id'], joined: true } });
    const [one, two] = events;
    expectProblem(await sendBatch([one, { ...two, data: 'other' }]), 409, 'id_conflict');
    expect((await sendBatch([two, one])).body['id']).not.toBe(first.body['id']);
  });

  it('of which one part can not be kept as it is written fails alone', async () => {
    const body = `[${JSON.stringify(newEvent())},${JSON.stringify(newEvent({ data: 7 })).replace('"data":7', '"data":12345678901234567890')}]`;
    const answer = await api.send('POST', '/v1/events', { headers: BATCHED, body });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1, rejected: [{ index: 1, errors: [{ pointer: '/data' }] }] } });
  });

  it('that comes with others may be one of more than a MiB in all', async () => {
    const data = 'x'.repeat(300_000);
    const answer = await sendBatch([1, 2, 3, 4].map(() => newEvent({ data })));
    expect(answer).toMatchObject({ status: 202, body: { total: 4, accepted: 4 } });
  });

  it('is taken from the official JavaScript SDK in each of its modes', async () => {
    const event = new CloudEvent({
      source: '/contract/sdk',
      type: 'com.example.Order.Approved',
      subject: 'o-1',
      data: { orderId: 'o-1' },
      traceparent: '00',
    });
    const modes = [HTTP.structured(event), HTTP.binary(event)];
    const answers: Answer[] = [];
    for (const { headers, body } of modes) {
      answers.push(await api.send('POST', '/v1/events', { headers: headers as Record<string, string>, body: String(body) }));
    }
    const [structured, binary] = answers;
    expect(structured).toMatchObject({ status: 202, body: { joined: false } });
    expect(binary).toMatchObject({ status: 202, body: { id: structured?.body['id'], joined: true } });
    expect(await api.readUntil(String(structured?.body['id']), 'completed')).toMatchObject({
      ownId: event.id,
      time: event.time,
      cloudEvent: { extensions: { traceparent: '00' } },
    });
    // The SDK leaves it to its user to write several out.
    const batch = await sendBatch([event, event.cloneWith({ id: newId() })]);
    expect(batch).toMatchObject({ status: 202, body: { total: 2, accepted: 2 } });
  });
}

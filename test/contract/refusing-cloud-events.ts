import { expect, it } from 'vitest';
import { expectProblem, newId, pointersOf } from './api-under-test.ts';
import type { Answer, ApiUnderTest } from './api-under-test.ts';

const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const BATCHED = { 'content-type': 'application/cloudevents-batch+json' };

export function refusingCloudEvents(api: ApiUnderTest): void {
  const sendStructured = (event: unknown): Promise<Answer> =>
    api.send('POST', '/v1/events', { headers: STRUCTURED, body: JSON.stringify(event) });
  const newEvent = () => ({ specversion: '1.0', id: newId(), source: '/contract', type: 'test-approved' });
  const newHeaders = () => ({ 'ce-specversion': '1.0', 'ce-id': newId(), 'ce-source': '/contract', 'ce-type': 'test-approved' });

  it.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    [
      'without its required attributes',
      { specversion: null, id: undefined, source: undefined, type: undefined },
      ['/id', '/source', '/specversion', '/type'],
    ],
    ['with required attributes that are empty', { id: '', source: '', type: '' }, ['/id', '/source', '/type']],
    ['with an id that is no text', { id: 7 }, ['/id']],
    ['with an id that has half a character', { id: '\ud83d' }, ['/id']],
    ['with an id that is too long', { id: 'x'.repeat(1_025) }, ['/id']],
    ['of an older version', { specversion: '0.3' }, ['/specversion']],
    ['with a source that is too long', { source: 'x'.repeat(256) }, ['/source']],
    ['with a time that is none', { time: 'today' }, ['/time']],
    ['with a schema that is no absolute URI', { dataschema: 'order.json' }, ['/dataschema']],
    ['with data that is not JSON', { datacontenttype: 'application/xml', data: '<a/>' }, ['/datacontenttype']],
    ['with data twice', { data: 1, data_base64: 'MQ==' }, ['/data_base64']],
    ['with binary data', { datacontenttype: 'image/png', data_base64: 'MQ==' }, ['/data_base64']],
    ['with base64 that is none', { data_base64: '!' }, ['/data_base64']],
    ['with base64 of no JSON', { data_base64: 'YQ==' }, ['/data_base64']],
    ['with names of other letters', { orderId: '1', order_id: '1' }, ['/orderId', '/order_id']],
    ['with extensions of other types', { one: [], two: {}, three: 1.5, four: 2 ** 31 }, ['/four', '/one', '/three', '/two']],
    ['with more in extensions than is kept', { long: 'x'.repeat(8_192) }, ['']],
    ['that asks for a tier there is not', { tier: 'urgent' }, ['/tier']],
    ['that asks for too much', { urgency: '2', delayms: '-1' }, ['/delayms', '/urgency']],
    ['to be called back where nobody may be', { callbackurl: 'http://127.0.0.1/' }, ['/callbackurl']],
    ['to be called back in a format there is not', { callbackurl: 'https://example.com/', callbackformat: 'xml' }, ['/callbackformat']],
    ['to be called back nowhere', { callbackformat: 'cloudevents' }, ['/callbackurl']],
  ])('answers 422 for one %s', async (_what, change, pointers) => {
    expect(pointersOf(expectProblem(await sendStructured({ ...newEvent(), ...change }), 422, 'invalid_event'))).toEqual(pointers);
  });

  it('answers 422 for a type that nobody knows, and names the nearest', async () => {
    const answer = await sendStructured({ ...newEvent(), type: 'Test-approve' });
    expect(pointersOf(expectProblem(answer, 422, 'unknown_type'))).toEqual(['/type']);
    expect(answer.body['detail']).toContain('"test-approved"');
  });

  it('knows the types of CloudEvents for CloudEvents alone', async () => {
    expectProblem(await api.submit({ type: 'com.example.Order.Approved' }), 422, 'unknown_type');
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['an attribute', { 'ce-id': '', 'ce-specversion': '0.3' }, ['ce-id', 'ce-specversion']],
    ['a name', { 'ce-order-id': '1' }, ['ce-order-id']],
    ['the name of its data', { 'ce-data': '1' }, ['ce-data']],
    ['a steering attribute', { 'ce-urgency': 'high' }, ['ce-urgency']],
  ])('names the header of a binary one with a fault in %s', async (_what, headers, pointers) => {
    const answer = await api.send('POST', '/v1/events', { headers: { ...newHeaders(), ...headers } });
    expect(pointersOf(expectProblem(answer, 422, 'invalid_event'))).toEqual(pointers);
  });

  it('names the header of a binary one without a type, and the place of a fault in its data', async () => {
    const { 'ce-type': _type, ...untyped } = newHeaders();
    expect(pointersOf(expectProblem(await api.send('POST', '/v1/events', { headers: untyped }), 422, 'invalid_event'))).toEqual([
      'ce-type',
    ]);
    const headers = { ...newHeaders(), 'ce-type': 'joy', 'content-type': 'application/json' };
    const answer = await api.send('POST', '/v1/events', { headers, body: '{"intensity":7}' });
    expect(pointersOf(expectProblem(answer, 422, 'invalid_event'))).toEqual(['/intensity']);
    const unknown = await api.send('POST', '/v1/events', { headers: { ...newHeaders(), 'ce-type': 'nobody.knows' } });
    expect(pointersOf(expectProblem(unknown, 422, 'unknown_type'))).toEqual(['ce-type']);
  });

  it.each(['100%', '%ff', 'é'])('answers 400 for a header that is not encoded: %s', async (value) => {
    const answer = await api.send('POST', '/v1/events', { headers: { ...newHeaders(), 'ce-subject': value } });
    expect(pointersOf(expectProblem(answer, 400, 'malformed'))).toEqual(['ce-subject']);
  });

  it.each(['text/plain', 'application/xml', 'application/json; charset=utf-16'])(
    'answers 415 for a binary one with data of the type %s',
    async (type) => {
      const answer = await api.send('POST', '/v1/events', { headers: { ...newHeaders(), 'content-type': type }, body: '1' });
      expectProblem(answer, 415, 'unsupported_media_type');
      expect(answer.headers.get('accept-post')).toContain('application/cloudevents+json');
    },
  );

  it.each(['application/cloudevents+xml', 'application/cloudevents-batch+avro', 'application/cloudevents'])(
    'answers 415 for the format %s',
    async (type) => {
      expectProblem(await api.send('POST', '/v1/events', { headers: { 'content-type': type }, body: '{}' }), 415, 'unsupported_media_type');
    },
  );

  it.each([
    ['half an object', '{"id":'],
    ['a text', 'id=1'],
  ])('answers 400 for %s', async (_what, body) => {
    expectProblem(await api.send('POST', '/v1/events', { headers: STRUCTURED, body }), 400, 'malformed');
    expectProblem(await api.send('POST', '/v1/events', { headers: BATCHED, body }), 400, 'malformed');
  });

  it.each([[[]], [{}], [null], ['text']])('answers 422 for a batch that is %j', async (body) => {
    const answer = await api.send('POST', '/v1/events', { headers: BATCHED, body: JSON.stringify(body) });
    expect(pointersOf(expectProblem(answer, 422, 'invalid_event'))).toEqual(['']);
  });

  it.each([[[]], [null], ['text'], [1]])('answers 422 for one that is %j', async (body) => {
    expect(pointersOf(expectProblem(await sendStructured(body), 422, 'invalid_event'))).toEqual(['']);
  });

  it('answers 413 for a batch of more than 16 MiB', async () => {
    const body = `[${' '.repeat(16 * 1024 * 1024)}]`;
    expectProblem(await api.send('POST', '/v1/events', { headers: BATCHED, body }), 413, 'too_large');
  });

  it.each(['/v1/events', '/v1/batches'])('answers 422 for a callback of %s in a format there is not', async (path) => {
    const callback = { url: 'https://example.com/', format: 'xml' };
    const body = path === '/v1/events' ? { type: 'test-approved', callback } : { events: [{ type: 'test-approved' }], callback };
    const answer = await api.send('POST', path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect(pointersOf(expectProblem(answer, 422, 'invalid_event'))).toEqual(['/callback/format']);
  });
}

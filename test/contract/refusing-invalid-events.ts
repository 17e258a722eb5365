import { expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem, JSON_HEADERS, newId, pointersOf } from './api-under-test.ts';

const JOY = { type: 'joy', data: { intensity: 0.3 } };
const YEAR_MS = 365 * 24 * 3_600_000;

export function refusingInvalidEvents(api: ApiUnderTest): void {
  it.each([
    ['an array', []],
    ['a text', 'joy'],
    ['null', null],
    ['a number', 7],
  ])('answers 422 for %s in place of an event', async (_what, body) => {
    expect(pointersOf(expectProblem(await api.submit(body), 422, 'invalid_event'))).toEqual(['']);
  });

  it.each<[string, object, readonly string[]]>([
    ['no type', { data: {} }, ['/type']],
    ['a type that is no text', { ...JOY, type: 7 }, ['/type']],
    ['an older type name that is no text', { event_type: 7 }, ['/type']],
    ['both names for the type', { ...JOY, event_type: 'joy' }, ['/event_type']],
    ['no data', { type: 'joy' }, ['/data']],
    ['data that is no object', { type: 'joy', data: 'much' }, ['/data']],
    ['data without its field', { type: 'joy', data: {} }, ['/data/intensity']],
    ['data out of range', { type: 'joy', data: { intensity: 1.01 } }, ['/data/intensity']],
    ['data deep inside', orderWith({ quantity: 0 }), ['/data/lines/0/quantity']],
    ['an unknown field', { ...JOY, colour: 'red' }, ['/colour']],
    ['several unknown fields', { ...JOY, colour: 'red', size: 3 }, ['/colour', '/size']],
    ['a field named like the prototype', JSON.parse('{"type":"joy","data":{"intensity":0.3},"__proto__":{}}') as object, ['/__proto__']],
    ['a tier of another name', { ...JOY, tier: 'urgent' }, ['/tier']],
    ['a tier that is a number as text', { ...JOY, tier: '500' }, ['/tier']],
    ['a tier that is null', { ...JOY, tier: null }, ['/tier']],
    ['an urgency above 1', { ...JOY, urgency: 1.01 }, ['/urgency']],
    ['an urgency below 0', { ...JOY, urgency: -0.01 }, ['/urgency']],
    ['a negative delay', { ...JOY, delayMs: -1 }, ['/delayMs']],
    ['a delay in parts of a millisecond', { ...JOY, delayMs: 0.5 }, ['/delayMs']],
    ['a delay above a year', { ...JOY, delayMs: YEAR_MS + 1 }, ['/delayMs']],
    ['a delay as text', { ...JOY, delayMs: '5' }, ['/delayMs']],
    ['a time that is none', { ...JOY, time: 'yesterday' }, ['/time']],
    ['a time without an offset', { ...JOY, time: '2026-01-01T00:00:00' }, ['/time']],
    ['a day that is not in the calendar', { ...JOY, time: '2026-02-30T00:00:00Z' }, ['/time']],
    ['a time as a number', { ...JOY, time: 1_767_225_600_000 }, ['/time']],
    ['an empty source', { ...JOY, source: '' }, ['/source']],
    ['a source that is too long', { ...JOY, source: 'x'.repeat(256) }, ['/source']],
    ['a subject that is too long', { ...JOY, subject: 'x'.repeat(256) }, ['/subject']],
    ['a subject that lists could not tell from another', { type: 'test-recorded', data: {}, subject: `${'"'.repeat(85)}x` }, ['/subject']],
    ['a time before the year 0', { ...JOY, time: '0000-01-01T00:00:00+00:01' }, ['/time']],
    ['a time after the year 9999', { ...JOY, time: '9999-12-31T23:59:59.999-00:01' }, ['/time']],
    ['a callback that is a text', { ...JOY, callback: 'https://example.org/' }, ['/callback']],
    ['a callback without a url', { ...JOY, callback: {} }, ['/callback/url']],
    ['a callback with an unknown field', { ...JOY, callback: { url: 'https://example.org/', retries: 3 } }, ['/callback/retries']],
    [
      'a callback header that is no text',
      { ...JOY, callback: { url: 'https://example.org/', headers: { 'x-n': 7 } } },
      ['/callback/headers/x-n'],
    ],
    ['several faults at once', { ...orderWith({ quantity: 0 }), tier: 'urgent', id: 'a b' }, ['/data/lines/0/quantity', '/id', '/tier']],
    [
      'faults of the data and of the callback',
      { type: 'joy', data: {}, callback: { url: 'http://10.0.0.1/', headers: { 'a b': 'c' } } },
      ['/callback/headers/a b', '/callback/url', '/data/intensity'],
    ],
  ])('answers 422 for %s and points at it', async (_what, event, pointers) => {
    const faults = expectProblem(await api.submit(event), 422, 'invalid_event');
    expect(pointersOf(faults)).toEqual(pointers);
    for (const { detail } of faults) expect(detail).toMatch(/./);
  });

  it('points at names with "~" and "/" as RFC 6901 says', async () => {
    const faults = expectProblem(await api.submit({ ...JOY, 'a/b~c': 1, '~1': 2, '': 3 }), 422, 'invalid_event');
    expect(pointersOf(faults)).toEqual(['/', '/a~1b~0c', '/~01']);
    const inHeaders = await api.submit({ ...JOY, callback: { url: 'https://example.org/', headers: { 'x/~': 'y' } } });
    expect(pointersOf(expectProblem(inHeaders, 422, 'invalid_event'))).toEqual(['/callback/headers/x~1~0']);
  });

  it.each(['', 'a b', 'a/b', 'ü', 'e~1', 'x'.repeat(129), 'a\n', 'a%20b', 7, null])('answers 422 for the id %j', async (id) => {
    expect(pointersOf(expectProblem(await api.submit({ ...JOY, id }), 422, 'invalid_event'))).toEqual(['/id']);
  });

  it.each([
    ['shok', 'shock'],
    ['order_placed', 'order-placed'],
    ['JOY', 'joy'],
  ])('answers 422 for the unknown type %j and names the nearest, %j', async (type, nearest) => {
    const answer = await api.submit({ ...JOY, type });
    const faults = expectProblem(answer, 422, 'unknown_type');
    expect(pointersOf(faults)).toEqual(['/type']);
    expect(answer.body['detail']).toContain(`"${nearest}"`);
  });

  it('says of an unknown type that it is unknown, whatever else is wrong with the event', async () => {
    for (const event of [
      { type: 'joyy', intensity: 0.1 },
      { event_type: 'joyy', intensity: 0.1, metadata: {} },
      { type: 'joyy', id: 'a b', tier: 'urgent', colour: 'red' },
    ]) {
      const answer = await api.submit(event);
      expect(pointersOf(expectProblem(answer, 422, 'unknown_type'))).toEqual(['/type']);
      expect(answer.body['detail']).toContain('"joy"');
    }
  });

  it('names no more faults than anybody reads', async () => {
    const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field-${index}`, 1]));
    expect(expectProblem(await api.submit({ ...JOY, ...fields }), 422, 'invalid_event')).toHaveLength(100);
    const headers = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`x-${index}`, 1]));
    const callback = { url: 'https://example.org/', headers };
    expect(expectProblem(await api.submit({ ...JOY, callback }), 422, 'invalid_event')).toHaveLength(100);
  });

  it.each(['constructor', '__proto__', 'toString'])('does not know the type %j', async (type) => {
    expectProblem(await api.submit({ ...JOY, type }), 422, 'unknown_type');
  });

  it.each([
    'http://10.0.0.1/hook',
    'http://127.0.0.1:9/hook',
    'http://192.168.1.1/hook',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/hook',
    'http://[::ffff:127.0.0.1]/hook',
    'http://2130706433/hook',
    'http://0x7f.1/hook',
    'http://localhost/hook',
    'http://a.localhost/hook',
    'http://0.0.0.0/hook',
    'ftp://example.org/hook',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:secret@example.org/hook',
    'https://user@example.org/hook',
    'example.org/hook',
    '/hook',
    'https://',
    '',
    `https://example.org/${'x'.repeat(2_048)}`,
  ])('answers 422 for the callback URL %j', async (url) => {
    const answer = await api.submit({ ...JOY, callback: { url } });
    expect(pointersOf(expectProblem(answer, 422, 'invalid_event'))).toEqual(['/callback/url']);
    expect(answer.text).not.toContain('secret');
  });

  it.each([
    ['a line break in its value', 'x-note', 'a\r\nx-evil: 1'],
    ['a name with a space', 'x note', 'a'],
    ['no name', '', 'a'],
    ['a value that no header carries', 'x-note', '🙂'],
    ['too much in it', 'x-note', 'a'.repeat(10_000)],
  ])('answers 422 for a callback header with %s', async (_what, name, value) => {
    const answer = await api.submit({ ...JOY, callback: { url: 'https://example.org/', headers: { [name]: value } } });
    expect(pointersOf(expectProblem(answer, 422, 'invalid_event'))).toEqual([`/callback/headers/${name}`]);
  });

  it('answers 422 for numbers that JSON writes and no double holds', async () => {
    const body = '{"type":"joy","data":{"intensity":0.3},"tier":1e999,"delayMs":1e999}';
    const faults = expectProblem(await api.send('POST', '/v1/events', { headers: JSON_HEADERS, body }), 422, 'invalid_event');
    expect(pointersOf(faults)).toEqual(['/delayMs', '/tier']);
  });

  it.each<[string, readonly string[]]>([
    ['{"type":"joy","data":{"intensity":0.3,"metadata":{"a":1e400,"b":-1e400}}}', ['/data/metadata/a', '/data/metadata/b']],
    ['{"type":"joy","data":{"intensity":0.3,"metadata":{"list":[1,9007199254740993]}}}', ['/data/metadata/list/1']],
    ['{"type":"joy","data":{"intensity":0.3,"metadata":{"a":1e-400}}}', ['/data/metadata/a']],
    ['{"type":"joy","data":{"intensity":0.3,"metadata":{"__proto__":{"a":1}}}}', ['/data/metadata/__proto__']],
    ['{"type":"joy","data":{"intensity":0.3},"data":{"intensity":0.4}}', ['/data']],
    ['{"type":"joy","data":{"intensity":0.3,"metadata":{"a":1,"\\u0061":1}}}', ['/data/metadata/a']],
  ])('answers 422 for %s, which would be kept as something else', async (body, pointers) => {
    const faults = expectProblem(await api.send('POST', '/v1/events', { headers: JSON_HEADERS, body }), 422, 'invalid_event');
    expect(pointersOf(faults)).toEqual(pointers);
  });

  it('keeps what looks like it and is none', async () => {
    const metadata = '{"a":9007199254740991,"b":1.5e300,"c":0.30000000000000004,"d":"1e400","e":"\\"e\\":","proto":"__proto__"}';
    const body = `{"type":"joy","data":{"intensity":0e5,"metadata":${metadata}}}`;
    const answer = await api.send('POST', '/v1/events', { headers: { ...JSON_HEADERS, prefer: 'wait=30' }, body });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ data: { metadata: JSON.parse(metadata) as object } });
  });

  it.each([
    { delayMs: 0 },
    { urgency: 0 },
    { urgency: 1 },
    { source: 'x'.repeat(255) },
    { time: '2028-02-29T23:59:59.123456789+14:00' },
    { time: '0000-01-01T00:00:00Z' },
    { time: '9999-12-31T23:59:59.999Z' },
  ])('takes what is just within its bounds: %j', async (fields) => {
    expect((await api.submit({ ...JOY, id: newId(), ...fields })).status).toBe(202);
  });
}

function orderWith(line: object): object {
  const lines = [{ sku: 'a', quantity: 1, unitPriceCents: 1, ...line }];
  return { type: 'order-placed', data: { orderId: 'o-1', customer: 'a@example.org', lines } };
}

import { expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem, JSON_HEADERS, newId } from './api-under-test.ts';

const MAX_BODY_BYTES = 1024 * 1024;

export function refusing(api: ApiUnderTest): void {
  it.each([
    ['nothing', ''],
    ['half an object', '{"type":"joy"'],
    ['a text', 'type=joy'],
    ['two documents', '{"type":"joy"}{"type":"joy"}'],
    ['text that is not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['JSON nested without end', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['an event nested without end', `{"type":"joy","data":{"intensity":0,"metadata":{"a":${'['.repeat(5_000) + ']'.repeat(5_000)}}}}`],
  ])('answers 400 for %s', async (_what, body) => {
    expectProblem(await api.send('POST', '/v1/events', { headers: JSON_HEADERS, body }), 400, 'malformed');
  });

  it.each(['', '""', 'x'.repeat(256), 'clé', 'a\tb'])('answers 400 for the Idempotency-Key %j', async (key) => {
    expectProblem(await api.submit({ type: 'joy', data: { intensity: 0.3 } }, { 'idempotency-key': key }), 400, 'malformed');
  });

  it('takes a body of 1 MiB and answers 413 for one byte more', async () => {
    const largest = bodyOf(MAX_BODY_BYTES);
    expect(new TextEncoder().encode(largest).length).toBe(MAX_BODY_BYTES);
    // Refused for its content alone: so much is read.
    expectProblem(await api.send('POST', '/v1/events', { headers: JSON_HEADERS, body: largest }), 422, 'unknown_type');
    expectProblem(await api.send('POST', '/v1/events', { headers: JSON_HEADERS, body: `${largest} ` }), 413, 'too_large');
  });

  it('answers 413 by the Content-Length alone', async () => {
    const headers = { ...JSON_HEADERS, 'content-length': String(MAX_BODY_BYTES + 1) };
    expectProblem(await api.send('POST', '/v1/events', { headers, body: '{}' }), 413, 'too_large');
  });

  it('answers 413 for a large body that comes in pieces, without a length', async () => {
    const body = inPieces(bodyOf(MAX_BODY_BYTES + 1));
    expectProblem(await api.send('POST', '/v1/events', { headers: JSON_HEADERS, body, duplex: 'half' }), 413, 'too_large');
  });

  it('takes an event that comes in pieces, without a length', async () => {
    const body = inPieces(JSON.stringify({ type: 'joy', data: { intensity: 0.3, metadata: { name: 'ü€🙂'.repeat(100) } } }));
    const answer = await api.send('POST', '/v1/events', { headers: JSON_HEADERS, body, duplex: 'half' });
    expect(answer.status).toBe(202);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'application/xml; q=application/json', ''])(
    'answers 415 for the content type %j and says what it takes',
    async (type) => {
      const answer = await api.send('POST', '/v1/events', { headers: { 'content-type': type }, body: '{"type":"joy"}' });
      expectProblem(answer, 415, 'unsupported_media_type');
      expect(answer.headers.get('accept-post')).toContain('application/json');
    },
  );

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="utf-8"'])(
    'takes the content type %j',
    async (type) => {
      const body = JSON.stringify({ type: 'joy', data: { intensity: 0.3 } });
      expect((await api.send('POST', '/v1/events', { headers: { 'content-type': type }, body })).status).toBe(202);
    },
  );

  it.each([
    ['PUT', '/v1/events', 'GET, HEAD, POST'],
    ['DELETE', '/v1/events', 'GET, HEAD, POST'],
    ['POST', '/v1/events/some-id', 'DELETE, GET, HEAD'],
    ['GET', '/v1/events/some-id/cancel', 'POST'],
    ['POST', '/v1/event-types', 'GET, HEAD'],
    ['DELETE', '/v1/event-types/joy', 'GET, HEAD'],
    ['POST', '/readyz', 'GET, HEAD'],
    ['POST', '/livez', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
  ])('answers 405 for %s %s and says what is allowed', async (method, path, allowed) => {
    const answer = await api.send(method, path);
    expectProblem(answer, 405, 'method_not_allowed');
    expect((answer.headers.get('allow') ?? '').split(', ').sort().join(', ')).toBe(allowed);
  });

  it.each(['/v1', '/v1/', '/v1/nothing', '/v1/events/a/b', '/v1/events/a/cancel/b', '/v2/events', '/nothing', '/v1/events/'])(
    'answers 404 at the unknown address %s',
    async (path) => {
      expectProblem(await api.send('GET', path), 404, 'not_found');
      expectProblem(await api.send('POST', path, { headers: JSON_HEADERS, body: '{}' }), 404, 'not_found');
    },
  );

  it('keeps nothing of what it refuses', async () => {
    const id = newId();
    await api.submit({ type: 'joy', id, data: { intensity: 7 } });
    expectProblem(await api.send('GET', `/v1/events/${id}`), 404, 'not_found');
    expect((await api.submit({ type: 'joy', id, data: { intensity: 0.7 } })).status).toBe(202);
  });

  it("gives the caller's X-Request-Id back, in problems too", async () => {
    const answer = await api.send('GET', '/v1/events/nothing', { headers: { 'x-request-id': 'caller-1' } });
    expectProblem(answer, 404, 'not_found');
    expect(answer.headers.get('x-request-id')).toBe('caller-1');
    expect((await api.send('PUT', '/v1/events', { headers: { 'x-request-id': 'caller-2' } })).body).toMatchObject({
      requestId: 'caller-2',
    });
  });

  it.each(['a b', 'x'.repeat(256), '<script>'])('makes a request id of its own for none and for %j', async (given) => {
    const withBad = await api.send('GET', '/v1/event-types', { headers: { 'x-request-id': given } });
    const without = await api.send('GET', '/v1/event-types');
    expect(withBad.headers.get('x-request-id')).toMatch(/^[\w-]{8,64}$/);
    expect(without.headers.get('x-request-id')).toMatch(/^[\w-]{8,64}$/);
    expect(without.headers.get('x-request-id')).not.toBe(withBad.headers.get('x-request-id'));
  });
}

/** Of an unknown type, so that none of it is kept. */
function bodyOf(bytes: number): string {
  const frame = JSON.stringify({ type: 'no-such-type', data: '' });
  return JSON.stringify({ type: 'no-such-type', data: 'x'.repeat(bytes - frame.length) });
}

function inPieces(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const size = 101;
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      // Small pieces first, so that characters are cut; then large ones, to be done some day.
      const end = at + (at < 10_000 ? size : 64 * 1024);
      controller.enqueue(bytes.subarray(at, end));
      at = end;
    },
  });
}

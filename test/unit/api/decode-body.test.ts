import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { Hono } from 'hono';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeBody } from '../../../api/decode-body.ts';
import { UnreadableBodyError } from '../../../api/body-errors.ts';
import type { AppEnvironment } from '../../../api/app.ts';
import { createApiUnderTest, expectProblem, JSON_HEADERS, pointersOf } from '../../contract/api-under-test.ts';
import { startMemoryApp } from './memory-app.ts';

const memory = startMemoryApp();
afterAll(() => memory.stop());
const api = createApiUnderTest(() => memory);

const JOY = JSON.stringify({ type: 'joy', data: { intensity: 0.3 } });
const LINES = { 'content-type': 'application/x-ndjson' };
const TALK = JSON.stringify({
  event: 'a',
  session: 'b',
  url: 'https://x.example/',
  filename: 'c.md',
  track: 'd',
  webhook_url: 'https://x.example/',
});

const ENCODERS: readonly (readonly [string, (text: string) => Uint8Array])[] = [
  ['gzip', zlib.gzipSync],
  ['X-GZIP', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['identity, br', zlib.brotliCompressSync],
  ...zstd(),
];

describe.each(ENCODERS)('a body with "Content-Encoding: %s"', (coding, encode) => {
  it.each([
    ['POST', '/v1/events', JSON_HEADERS, JOY, 202],
    ['POST', '/v1/batches', JSON_HEADERS, `{"events":[${JOY}]}`, 202],
    ['POST', '/v1/batches', LINES, `${JOY}\n${JOY}`, 202],
    ['POST', '/process-event-async', JSON_HEADERS, TALK, 200],
    ['POST', '/api/process-events-async', JSON_HEADERS, `{"events":[${TALK}],"webhook_url":"https://x.example/"}`, 200],
    ['POST', '/api/jobs', JSON_HEADERS, '{"parameters":{}}', 422],
    ['PUT', '/v1/limits/tasks', JSON_HEADERS, '{"capacity":-1}', 422],
  ])('is read by %s %s', async (method, path, headers, text, status) => {
    const init = { headers: { ...headers, 'content-encoding': coding }, body: new Uint8Array(encode(text)) };
    expect(await api.send(method, path, init)).toMatchObject({ status });
  });
});

it('has the size that it has when it is decoded', async () => {
  const encoded = zlib.gzipSync(`{"type":"joy","data":"${' '.repeat(1024 * 1024)}"}`);
  expect(encoded.length).toBeLessThan(2_000);
  const headers = { ...JSON_HEADERS, 'content-encoding': 'gzip', 'content-length': String(encoded.length) };
  expectProblem(await api.send('POST', '/v1/events', { headers, body: new Uint8Array(encoded) }), 413, 'too_large');
  const fits = zlib.gzipSync(`${JOY}${' '.repeat(1024 * 1024 - JOY.length)}`);
  expect((await api.send('POST', '/v1/events', { headers, body: new Uint8Array(fits) })).status).toBe(202);
});

it.each(['compress', 'gzip, br', 'gzip;q=1', 'utf-8', 'aes128gcm'])('is refused where it is encoded as %s', async (coding) => {
  for (const [path, headers] of [
    ['/v1/events', JSON_HEADERS],
    ['/v1/batches', LINES],
    ['/process-event-async', JSON_HEADERS],
  ] as const) {
    const answer = await api.send('POST', path, { headers: { ...headers, 'content-encoding': coding }, body: JOY });
    expectProblem(answer, 415, 'unsupported_media_type');
    expect(answer.headers.get('accept-encoding')).toMatch(/^gzip, x-gzip, deflate, br(, zstd)?$/);
  }
});

it.each<[string, Uint8Array]>([
  ['is none', new TextEncoder().encode(JOY)],
  ['ends too early', zlib.gzipSync(JOY).subarray(0, 30)],
])('is malformed where it %s, and burns no id', async (_what, body) => {
  const headers = { 'content-encoding': 'gzip' };
  expectProblem(
    await api.send('POST', '/v1/events', { headers: { ...JSON_HEADERS, ...headers }, body: new Uint8Array(body) }),
    400,
    'malformed',
  );
  const lines = await api.send('POST', '/v1/batches?id=broken', { headers: { ...LINES, ...headers }, body: new Uint8Array(body) });
  expectProblem(lines, 400, 'malformed');
  expect((await api.send('POST', '/v1/batches?id=broken', { headers: LINES, body: JOY })).status).toBe(202);
});

it('is cut as a stream too, long before all of it is decoded', async () => {
  const app = new Hono<AppEnvironment>();
  app.use(decodeBody(100_000));
  let read = 0;
  app.post('/', async (context) => {
    for await (const chunk of context.req.raw.body ?? []) read += chunk.length;
    return context.text('all of it');
  });
  app.onError((error, context) => context.text(error instanceof UnreadableBodyError ? error.code : 'another'));
  const bomb = zlib.gzipSync(new Uint8Array(50_000_000));
  const body = Readable.toWeb(Readable.from([bomb])) as ReadableStream<Uint8Array>;
  const answer = await app.request('/', { method: 'POST', headers: { 'content-encoding': 'gzip' }, body, duplex: 'half' });
  expect(await answer.text()).toBe('too_large');
  expect(read).toBeLessThanOrEqual(100_000);
});

it.each(['application/json; charset=iso-8859-1', 'application/json;charset="UTF-16"', 'application/json; charset=utf-8; charset=latin1'])(
  'is refused as %s',
  async (type) => {
    const answer = await api.send('POST', '/v1/events', { headers: { 'content-type': type }, body: JOY });
    expectProblem(answer, 415, 'unsupported_media_type');
    expect(answer.body['detail']).toMatch(/charset/);
  },
);

it('is refused line by line in another charset', async () => {
  const headers = { 'content-type': 'application/x-ndjson; charset=utf-16' };
  expectProblem(await api.send('POST', '/v1/batches', { headers, body: JOY }), 415, 'unsupported_media_type');
});

it.each(['application/json; profile="a;charset=x"', 'application/json;version=1;charset=US-ASCII', 'application/json ; charset=utf8'])(
  'is read as %s',
  async (type) => {
    expect((await api.send('POST', '/v1/events', { headers: { 'content-type': type }, body: JOY })).status).toBe(202);
  },
);

it('says of a field that is missing what it says of one that was not encoded', async () => {
  const headers = { ...JSON_HEADERS, 'content-encoding': 'gzip' };
  const answer = await api.send('POST', '/v1/events', { headers, body: new Uint8Array(zlib.gzipSync('{"data":{}}')) });
  expect(pointersOf(expectProblem(answer, 422, 'invalid_event'))).toEqual(['/type']);
});

function zstd(): readonly (readonly [string, (text: string) => Uint8Array])[] {
  const compress: unknown = Reflect.get(zlib, 'zstdCompressSync');
  return typeof compress === 'function' ? [['zstd', (text) => compress(text) as Uint8Array]] : [];
}

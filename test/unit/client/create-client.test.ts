import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startServer } from '../../../api/start-server.ts';
import type { HttpServer } from '../../../api/start-server.ts';
import { createClient } from '../../../client/create-client.ts';
import type { TicklessClient } from '../../../client/create-client.ts';
import { createFakeBatches } from '../../support/fake-batches.ts';
import { startMemoryApp } from '../api/memory-app.ts';
import type { MemoryApp } from '../api/memory-app.ts';

const DAY_MS = 24 * 3_600_000;
const JOY = { type: 'joy', data: { intensity: 0.3 } } as const;

/** A client whose requests are answered by a function. */
function clientOf(answer: (request: Request) => Response | Promise<Response>): TicklessClient {
  return createClient({ url: 'http://service/', fetch: async (input, init) => answer(new Request(input, init)) });
}

async function collect<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

describe('the events of a client', () => {
  let memory: MemoryApp;
  let server: HttpServer;
  let client: TicklessClient;
  beforeEach(async () => {
    memory = startMemoryApp({ keys: [{ tenant: 'default', key: 'a-key-of-some-length' }] });
    server = await startServer({ fetch: memory.app.fetch, host: '127.0.0.1', port: 0, report: () => undefined });
    client = createClient({ url: server.url, apiKey: 'a-key-of-some-length' });
  });
  afterEach(async () => {
    await memory.stop();
    await server.stop(1_000);
  });

  it('are submitted, read, listed and explained', async () => {
    expect(await client.events.submit({ ...JOY, id: 'a' })).toMatchObject({ id: 'a', status: 'accepted' });
    expect(await client.events.submit({ ...JOY, id: 'a' }, { waitSeconds: 10 })).toMatchObject({ id: 'a', status: 'completed' });
    expect(await client.events.get('a')).toMatchObject({ id: 'a', status: 'completed' });
    expect((await client.events.list({ status: 'completed', limit: 1 })).items).toHaveLength(1);
    expect((await client.events.list()).items).toHaveLength(1);
    expect(await client.events.why('a')).toMatchObject({ id: 'a', reason: 'ended' });
    expect(await client.events.tree('a')).toMatchObject({ root: { id: 'a', status: 'completed', children: [] }, truncated: false });
  });

  it('are the same by their idempotency key', async () => {
    const once = await client.events.submit(JOY, { idempotencyKey: 'k' });
    expect((await client.events.submit(JOY, { idempotencyKey: 'k' })).id).toBe(once.id);
  });

  it('are cancelled, and watched to their end', async () => {
    await client.events.submit({ ...JOY, id: 'a', delayMs: DAY_MS });
    const kinds: string[] = [];
    for await (const message of client.events.stream('a')) {
      kinds.push(message.kind === 'ended' ? message.resource.status : message.kind);
      if (kinds.length === 1) await client.events.cancel('a');
    }
    expect([kinds[0], kinds.at(-1)]).toEqual(['progress', 'cancelled']);
  });

  it('are run again', async () => {
    const { id } = await client.events.submit({ ...JOY, id: 'a', delayMs: DAY_MS });
    await client.events.cancel(id);
    for await (const _message of client.events.stream(id)) continue;
    expect(await client.events.replay(id, { from: 'start', idempotencyKey: 'k' })).toMatchObject({ id, run: 2, joined: false });
    const patch = [{ op: 'replace', path: '/intensity', value: 0.4 }] as const;
    await expect(client.events.replay(id, { patch, idempotencyKey: 'k' })).rejects.toMatchObject({ code: 'id_conflict' });
    expect(await client.events.replay(id, { from: 'start', idempotencyKey: 'k', waitSeconds: 10 })).toMatchObject({
      run: 2,
      status: 'completed',
    });
    await expect(client.events.replay(id)).rejects.toMatchObject({ code: 'not_replayable', status: 409 });
  });

  it('are watched no more once the caller has had enough', async () => {
    await client.events.submit({ ...JOY, id: 'a', delayMs: DAY_MS });
    const enough = new AbortController();
    const messages = client.events.stream('a', { signal: enough.signal });
    expect((await messages.next()).value).toMatchObject({ kind: 'progress', progress: { id: 'a' } });
    const next = messages.next();
    enough.abort();
    expect((await next).done).toBe(true);
    expect(await collect(client.events.stream('a', { signal: enough.signal }))).toEqual([]);
  });

  it.each([
    ['no event', () => client.events.get('nobody'), { code: 'not_found', status: 404 }],
    ['no event to watch', () => collect(client.events.stream('nobody')), { code: 'not_found', status: 404 }],
    ['an invalid event', () => client.events.submit({ type: 'joy', data: { intensity: 9 } }), { code: 'invalid_event', status: 422 }],
    ['another key', () => createClient({ url: server.url }).events.get('a'), { code: 'unauthorized', status: 401 }],
  ])('throw the problem of %s', async (_what, call, expected) => {
    await expect(call()).rejects.toMatchObject({ name: 'TicklessError', ...expected, requestId: expect.stringMatching(/./) });
  });

  it('say where the input is wrong', async () => {
    const submitting = client.events.submit({ type: 'joy', data: { intensity: 9 } });
    await expect(submitting).rejects.toMatchObject({ errors: [{ pointer: '/data/intensity' }] });
  });

  it('say when to come back', async () => {
    memory.events.setAway(true);
    await expect(client.events.get('a')).rejects.toMatchObject({ code: 'engine_unavailable', retryAfterMs: 2_000 });
  });
});

describe('the batches of a client', () => {
  it('are submitted as they come, and steered', async () => {
    const { fetch, requests } = createFakeBatches({ ends: 'completed' });
    const { batches } = clientOf(fetch);
    const lines = new Blob(['{"type":"joy"}\n', '{}\n']).stream();
    expect(await batches.submitLines(lines, { id: 'b', callbackUrl: 'https://x.example/' })).toMatchObject({ total: 2, rejectedCount: 1 });
    await batches.submit({ mode: 'sequential', events: [JOY] }, { strict: true });
    expect(await batches.get('b')).toMatchObject({ id: 'b' });
    expect((await batches.list({ limit: 5 })).items).toHaveLength(1);
    expect(await batches.items('b', { status: 'failed', cursor: 'c' })).toEqual({ items: [], nextCursor: 'more' });
    for (const action of ['pause', 'resume', 'cancel', 'retryFailed'] as const) await batches[action]('b');
    expect(requests.map(({ call }) => call)).toEqual([
      'POST /v1/batches?id=b&callbackUrl=https%3A%2F%2Fx.example%2F',
      'POST /v1/batches?strict=true',
      'GET /v1/batches/b',
      'GET /v1/batches?limit=5',
      'GET /v1/batches/b/items?status=failed&cursor=c',
      'POST /v1/batches/b/pause',
      'POST /v1/batches/b/resume',
      'POST /v1/batches/b/cancel',
      'POST /v1/batches/b/retry-failed',
    ]);
    expect(requests[0]?.body).toBe('{"type":"joy"}\n{}\n');
    expect(requests[0]?.headers.get('content-type')).toBe('application/x-ndjson');
  });

  it('are watched over broken connections, without a message twice', async () => {
    const { fetch, requests } = createFakeBatches({ ends: 'partial', breaks: 3 });
    const lost: string[] = [];
    let connections = 0;
    const onConnect = (): void => {
      connections += 1;
    };
    const messages = await collect(clientOf(fetch).batches.stream('b', { onConnect, onReconnect: ({ message }) => lost.push(message) }));
    expect(connections).toBe(4);
    const percents = messages.map((message) => (message.kind === 'progress' ? message.progress.percent : message.resource.status));
    expect(percents).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 'partial']);
    expect(lost).toHaveLength(3);
    expect(requests.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, '10', '20', '30']);
  });
});

it('asks for what became of callbacks, for destinations, subjects and event types', async () => {
  const calls: string[] = [];
  const { events, destinations, subjects, eventTypes } = clientOf(async ({ method, url }) => {
    calls.push(`${method} ${url.slice(new URL(url).origin.length)}`);
    return Response.json({ items: [] });
  });
  expect(await events.deliveries('a/b')).toEqual({ items: [] });
  await events.redeliver('a');
  await destinations.list({ limit: 2, cursor: 'c' });
  await destinations.resume('https://shop.example:8443');
  await subjects.get('account', 'a-1');
  await subjects.events('account', 'a-1');
  await subjects.changes('account', 'a-1', { limit: 9 });
  await subjects.list({ type: 'account' });
  await eventTypes.list();
  await eventTypes.get('joy');
  expect(calls).toEqual([
    'GET /v1/events/a%2Fb/deliveries',
    'POST /v1/events/a/redeliver',
    'GET /v1/destinations?limit=2&cursor=c',
    'POST /v1/destinations/https%3A%2F%2Fshop.example%3A8443/resume',
    'GET /v1/subjects/account/a-1',
    'GET /v1/subjects/account/a-1/events',
    'GET /v1/subjects/account/a-1/changes?limit=9',
    'GET /v1/subjects?type=account',
    'GET /v1/event-types',
    'GET /v1/event-types/joy',
  ]);
});

it('lists dead letters, and has them run again, sent again, or put aside', async () => {
  const calls: (readonly [string, string])[] = [];
  const keys: (string | null)[] = [];
  const { deadLetters, destinations } = clientOf(async (request) => {
    const { method, url, headers } = request;
    calls.push([`${method} ${url.slice(new URL(url).origin.length)}`, await request.text()]);
    if (method === 'POST') keys.push(headers.get('idempotency-key'));
    return Response.json({ items: [], count: 2, skipped: 1, id: 'b' });
  });
  const since = '2026-01-01T00:00:00Z';
  const patch = [{ op: 'remove', path: '/a' }] as const;
  expect(await deadLetters.list()).toMatchObject({ items: [] });
  await deadLetters.events('c/1', { limit: 2, cursor: 'c' });
  const { count }: { readonly count: number } = await deadLetters.replay('c', { dryRun: true, limit: 5 });
  const { id }: { readonly id: string } = await deadLetters.replay('c', { ratePerSecond: 0.5, patch, idempotencyKey: 'k' });
  await deadLetters.replay('c');
  expect([count, id, await deadLetters.discard('c')]).toEqual([2, 'b', undefined]);
  const { skipped }: { readonly skipped: number } = await destinations.redeliver('https://a.example', { since, dryRun: true });
  expect(skipped).toBe(1);
  expect(await destinations.redeliver('https://a.example', { since, until: since, idempotencyKey: 'l' })).toMatchObject({ id: 'b' });
  // @ts-expect-error -- a dry run has no batch
  expect((await deadLetters.replay('c', { dryRun: true })).links).toBeUndefined();
  expect(calls.slice(0, -1)).toEqual([
    ['GET /v1/dead-letters', ''],
    ['GET /v1/dead-letters/c%2F1/events?limit=2&cursor=c', ''],
    ['POST /v1/dead-letters/c/replay', '{"dryRun":true,"limit":5}'],
    ['POST /v1/dead-letters/c/replay', '{"ratePerSecond":0.5,"patch":[{"op":"remove","path":"/a"}]}'],
    ['POST /v1/dead-letters/c/replay', '{}'],
    ['POST /v1/dead-letters/c/discard', ''],
    ['POST /v1/destinations/https%3A%2F%2Fa.example/redeliver', `{"since":"${since}","dryRun":true}`],
    ['POST /v1/destinations/https%3A%2F%2Fa.example/redeliver', `{"since":"${since}","until":"${since}"}`],
  ]);
  expect(keys).toEqual([null, 'k', null, null, null, 'l', null]);
});

describe('the limits of a client', () => {
  it('are listed, read and set', async () => {
    const calls: string[] = [];
    const { limits } = clientOf(async (request) => {
      const { pathname, search } = new URL(request.url);
      calls.push(`${request.method} ${pathname}${search} ${await request.text()}`);
      return Response.json({ key: 'tasks', items: [] });
    });
    await limits.list();
    await limits.list({ limit: 2, cursor: 'c' });
    await limits.get('tasks');
    await limits.setCapacity('tasks', null);
    expect(calls).toEqual([
      'GET /v1/limits ',
      'GET /v1/limits?limit=2&cursor=c ',
      'GET /v1/limits/tasks ',
      'PUT /v1/limits/tasks {"capacity":null}',
    ]);
  });
});

it('streams all events as they end, over several connections, and says where more had ended than is told', async () => {
  const asked: (string | null)[] = [];
  const answers = [
    'retry: 1\n\nid: 7.a.0\nevent: completed\ndata: {"id":"one"}\n\n',
    'id: 8.b.0\nevent: failed\ndata: {"id":"two"}\n\nid: 8.b.0\nevent: gap\ndata: {}\n\n',
  ];
  const { events } = clientOf(async (request) => {
    asked.push(request.headers.get('last-event-id'));
    return new Response(answers.shift() ?? null, { status: answers.length === 0 && asked.length > 2 ? 204 : 200 });
  });
  const seen: unknown[] = [];
  for await (const ended of events.streamAll({ lastEventId: '6.z.0' })) seen.push(ended);
  expect(seen).toEqual([
    { lastEventId: '7.a.0', event: { id: 'one' } },
    { lastEventId: '8.b.0', event: { id: 'two' } },
    { lastEventId: '8.b.0', event: null },
  ]);
  expect(asked).toEqual(['6.z.0', '7.a.0', '8.b.0']);
});

it('asks for statistics', async () => {
  const calls: string[] = [];
  const { stats } = clientOf(async ({ url }) => {
    calls.push(url.slice(new URL(url).origin.length));
    return Response.json({ points: [] });
  });
  expect(await stats()).toEqual({ points: [] });
  await stats({ minutes: 5 });
  expect(calls).toEqual(['/v1/stats', '/v1/stats?minutes=5']);
});

describe('a client', () => {
  it.each([
    ['nothing answers', () => Promise.reject(new TypeError('fetch failed')), { code: 'unreachable', status: 0 }],
    ['a proxy answers', () => new Response('<html>', { status: 502 }), { code: 'unexpected_answer', status: 502 }],
    ['something else answers', () => Response.json({ error: 'x' }, { status: 404 }), { code: 'unexpected_answer', status: 404 }],
    ['the answer is not JSON', () => new Response('<html>'), { code: 'unexpected_answer', status: 200 }],
    ['the answer is JSON, but nothing', () => new Response('null', { status: 500 }), { code: 'unexpected_answer', status: 500 }],
  ])('says so when %s', async (_what, answer, expected) => {
    await expect(clientOf(answer).events.get('a')).rejects.toMatchObject({ name: 'TicklessError', ...expected });
  });

  it('comes back to a stream that the service could not go on with, but not to one that is gone', async () => {
    const answers = [
      new Response('retry: 1\n\nid: 1\nevent: progress\ndata: {"id":"a"}\n\n'),
      new Response(null, { status: 503 }),
      Response.json({ code: 'not_found' }, { status: 404 }),
    ];
    const messages: unknown[] = [];
    const following = async (): Promise<void> => {
      for await (const message of clientOf(() => answers.shift() ?? Response.error()).events.stream('a')) messages.push(message);
    };
    await expect(following()).rejects.toMatchObject({ code: 'not_found' });
    expect(messages).toEqual([{ kind: 'progress', progress: { id: 'a' } }]);
    expect(answers).toEqual([]);
  });

  it('ends a stream after whose last message there is nothing', async () => {
    expect(await collect(clientOf(() => new Response(null, { status: 204 })).events.stream('a'))).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Hono } from 'hono';
import type { AppEnvironment } from '../../../api/app.ts';
import { createRateLimit } from '../../../api/rate-limit.ts';
import type { Answer, ApiUnderTest } from '../../contract/api-under-test.ts';
import { createApiUnderTest, expectProblem } from '../../contract/api-under-test.ts';
import { startMemoryApp } from './memory-app.ts';
import type { MemoryApp, MemoryAppOptions } from './memory-app.ts';

const JOY = { type: 'joy', data: { intensity: 0.3 } };
const TWO_IN_TEN_SECONDS = { requests: 2, windowMs: 10_000 };

let memory: MemoryApp;
let api: ApiUnderTest;
function start(options: MemoryAppOptions): void {
  memory = startMemoryApp(options);
  api = createApiUnderTest(() => memory);
}
beforeEach(() => {
  // Only the clock: what the memory service waits for is real.
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  start({ rateLimit: TWO_IN_TEN_SECONDS });
});
afterEach(async () => {
  await memory.stop();
  vi.useRealTimers();
});

describe('a rate limit', () => {
  it('is told with every answer, and what is left of it', async () => {
    expect(limitHeaders(await api.submit(JOY))).toEqual(['"events";q=2;w=10', '"events";r=1;t=10']);
    vi.setSystemTime(1_003_500);
    expect(limitHeaders(await api.submit(JOY))).toEqual(['"events";q=2;w=10', '"events";r=0;t=7']);
  });

  it('answers one request more with 429, and says when it is allowed', async () => {
    await api.submit(JOY);
    await api.submit(JOY);
    vi.setSystemTime(1_003_500);
    const answer = await api.submit({ ...JOY, id: 'refused' });
    expectProblem(answer, 429, 'rate_limited');
    expect(answer.body).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Too Many Requests',
      detail: 'more than 2 requests in 10 s',
    });
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(limitHeaders(answer)).toEqual(['"events";q=2;w=10', '"events";r=0;t=7']);
    expectProblem(await api.send('GET', '/v1/events/refused'), 404, 'not_found');
  });

  it('allows the next as soon as Retry-After says so, as refused requests count for nothing', async () => {
    await api.submit(JOY);
    await api.submit(JOY);
    for (const atMs of [1_000_000, 1_005_000, 1_009_999]) {
      vi.setSystemTime(atMs);
      const answer = await api.submit(JOY);
      expect(answer.status).toBe(429);
      expect(answer.headers.get('retry-after')).toBe(String(Math.ceil((1_010_000 - atMs) / 1_000)));
    }
    vi.setSystemTime(1_010_000);
    expect((await api.submit(JOY)).status).toBe(202);
  });

  it('counts events that are refused for something else, and tells of itself there too', async () => {
    const answer = await api.submit({ type: 'shok' });
    expectProblem(answer, 422, 'unknown_type');
    expect(limitHeaders(answer)).toEqual(['"events";q=2;w=10', '"events";r=1;t=10']);
    await api.submit(JOY);
    expectProblem(await api.submit(JOY), 429, 'rate_limited');
  });

  it('tells of itself where something unexpected goes wrong', async () => {
    const error = new Error('unexpected');
    start({ rateLimit: TWO_IN_TEN_SECONDS, overrides: { submit: () => Promise.reject(error) } });
    const answer = await api.submit(JOY);
    expectProblem(answer, 500, 'internal');
    expect(limitHeaders(answer)).toEqual(['"events";q=2;w=10', '"events";r=1;t=10']);
    expect(memory.reported.splice(0)).toHaveLength(1);
  });

  it("doesn't count what submits nothing", async () => {
    for (let times = 0; times < 5; times += 1) {
      const answer = await api.send('GET', '/v1/events');
      expect(answer.status).toBe(200);
      expect(limitHeaders(answer)).toEqual([null, null]);
      expectProblem(await api.send('POST', '/v1/events/unknown/cancel'), 404, 'not_found');
      expect((await api.send('GET', '/livez')).status).toBe(200);
    }
    expect(limitHeaders(await api.submit(JOY))).toEqual(['"events";q=2;w=10', '"events";r=1;t=10']);
  });

  it('holds for each key on its own, two of one tenant among them', async () => {
    const keys = [
      { tenant: 'acme', key: 'key-1' },
      { tenant: 'acme', key: 'key-2' },
    ];
    start({ rateLimit: TWO_IN_TEN_SECONDS, keys });
    for (const key of ['key-1', 'key-2']) {
      expect((await api.submit(JOY, { 'x-api-key': key })).status).toBe(202);
      expect((await api.submit(JOY, { authorization: `Bearer ${key}` })).status).toBe(202);
      expectProblem(await api.submit(JOY, { 'x-api-key': key }), 429, 'rate_limited');
    }
  });

  it("isn't used up by those who have no valid key", async () => {
    start({ rateLimit: TWO_IN_TEN_SECONDS, keys: [{ tenant: 'acme', key: 'key-1' }] });
    for (let times = 0; times < 5; times += 1) expectProblem(await api.submit(JOY, { 'x-api-key': 'other' }), 401, 'unauthorized');
    expect((await api.submit(JOY, { 'x-api-key': 'key-1' })).status).toBe(202);
  });

  it('is none unless one is configured', async () => {
    start({});
    for (let times = 0; times < 20; times += 1) {
      const answer = await api.submit(JOY);
      expect(answer.status).toBe(202);
      expect(limitHeaders(answer)).toEqual([null, null]);
    }
  });

  it('holds for each address where there are no keys', async () => {
    const app = new Hono<AppEnvironment>();
    app.use(createRateLimit({ requests: 1, windowMs: 500 }, Date.now));
    app.post('/', (context) => context.text('done'));
    const from = async (remoteAddress: string | undefined) => {
      const incoming = { socket: { remoteAddress, remotePort: 1, remoteFamily: 'IPv4' } };
      return app.request('/', { method: 'POST' }, { incoming });
    };
    expect((await from('192.0.2.1')).status).toBe(200);
    expect((await from('192.0.2.2')).status).toBe(200);
    const refused = await from('192.0.2.1');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('ratelimit-policy')).toBe('"events";q=1;w=1');
    expect((await from(undefined)).status).toBe(200);
    expect((await from(undefined)).status).toBe(429);
  });

  it('forgets the caller not heard of for longest when there are very many', async () => {
    const app = new Hono<AppEnvironment>();
    app.use(async (context, next) => {
      context.set('caller', context.req.header('x-api-key'));
      return next();
    });
    app.use(createRateLimit({ requests: 1, windowMs: 60_000 }, Date.now));
    app.post('/', (context) => context.text('done'));
    const by = async (caller: number) => (await app.request('/', { method: 'POST', headers: { 'x-api-key': String(caller) } })).status;
    for (let caller = 0; caller < 10_000; caller += 1) await by(caller);
    expect(await by(0)).toBe(429);
    expect(await by(10_000)).toBe(200);
    expect(await by(0)).toBe(429);
    expect(await by(1)).toBe(200);
  });
});

function limitHeaders({ headers }: Answer): readonly (string | null)[] {
  return [headers.get('ratelimit-policy'), headers.get('ratelimit')];
}

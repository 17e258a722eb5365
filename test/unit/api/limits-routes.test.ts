import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';
import type { LimitResource } from '../../../domain/limit-resource.ts';
import type { PageFilter } from '../../../api/page-query.ts';
import type { LimitService } from '../../../api/limit-service.ts';
import type { ApiUnderTest } from '../../contract/api-under-test.ts';
import { createApiUnderTest, expectProblem, JSON_HEADERS, pointersOf } from '../../contract/api-under-test.ts';
import { startMemoryApp } from './memory-app.ts';
import type { MemoryApp, MemoryAppOptions } from './memory-app.ts';

const TASKS: LimitResource = {
  key: 'tasks',
  capacity: 5,
  reserved: { critical: 1 },
  holders: [{ event: 'order-1', since: '2026-01-01T12:00:00.000Z' }],
  otherHolders: 2,
  waiters: [{ event: 'order-2', tier: 'high', position: 1, since: '2026-01-01T12:00:01.000Z' }],
  otherWaiters: 3,
  waiting: 4,
};
/** No key can be like these. */
const IMPOSSIBLE_KEYS = ['a%20b', 'a%2Fb', 'a~b', '%C3%A9', 'x'.repeat(129)];

let memory: MemoryApp;
let api: ApiUnderTest;
let capacities: Map<string, number | null>;
let asked: string[];
let pages: PageFilter[];

beforeEach(() => {
  capacities = new Map();
  asked = [];
  pages = [];
  start({ limits: createMemoryLimits() });
});
afterEach(() => memory.stop());

describe('GET /v1/limits', () => {
  it('lists all limits', async () => {
    const answer = await api.send('GET', '/v1/limits');
    expect(answer).toMatchObject({ status: 200, body: { items: [TASKS], nextCursor: 'more' } });
    expect(answer.headers.get('link')).toBe('</v1/limits?cursor=more>; rel="next"');
    expect(pages).toEqual([{ tenant: 'default', limit: 50 }]);
  });

  it('lists them page by page', async () => {
    expect((await api.send('GET', '/v1/limits?limit=1&cursor=more')).body).toEqual({ items: [TASKS], nextCursor: null });
    expect(pages).toEqual([{ tenant: 'default', limit: 1, cursor: 'more' }]);
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'key=tasks'])('answers 422 for the query %s', async (query) => {
    expectProblem(await api.send('GET', `/v1/limits?${query}`), 422, 'invalid_query');
    expect(pages).toEqual([]);
  });

  it('is an empty list where none is in use', async () => {
    start({});
    expect(await api.send('GET', '/v1/limits')).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
  });
});

describe('GET /v1/limits/{key}', () => {
  it('shows its holders and waiters', async () => {
    const answer = await api.send('GET', '/v1/limits/tasks');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(TASKS);
  });

  it.each(['host:example.org', 'host%3Aexample.org', 'a@b', 'x'.repeat(128)])('asks for the key %s', async (key) => {
    expectProblem(await api.send('GET', `/v1/limits/${key}`), 404, 'not_found');
    expect(asked).toEqual([decodeURIComponent(key)]);
  });

  it.each(IMPOSSIBLE_KEYS)('answers 404 for the impossible key %s, and asks nobody', async (key) => {
    expectProblem(await api.send('GET', `/v1/limits/${key}`), 404, 'not_found');
    expect(asked).toEqual([]);
  });
});

describe('PUT /v1/limits/{key}', () => {
  it.each([0, 1, 100_000, null])('sets the capacity %s and shows the limit', async (capacity) => {
    const answer = await put('host:a', { capacity });
    expect(answer).toMatchObject({ status: 200, body: { ...TASKS, key: 'host:a', capacity: capacity ?? 5 } });
    expect([...capacities]).toEqual([['host:a', capacity]]);
  });

  it.each([
    {},
    [],
    7,
    null,
    'text',
    { capacity: -1 },
    { capacity: 1.5 },
    { capacity: 100_001 },
    { capacity: '5' },
    { capacity: true },
    { max: 5 },
    { capacity: 5, reserved: { critical: 1 } },
  ])('answers 422 for %j', async (body) => {
    const faults = expectProblem(await put('tasks', body), 422, 'invalid_limit');
    expect(pointersOf(faults)).toEqual(['/capacity']);
    expect([...capacities]).toEqual([]);
  });

  it('answers 404 for a limit that is to be as configured, and that nobody uses', async () => {
    expectProblem(await put('unused', { capacity: null }), 404, 'not_found');
  });

  it('answers 422 where no other limit can be set', async () => {
    const faults = expectProblem(await put('one-too-many', { capacity: 1 }), 422, 'invalid_limit');
    expect(pointersOf(faults)).toEqual(['/capacity']);
  });

  it('answers 422 for a capacity that is given twice', async () => {
    const answer = await api.send('PUT', '/v1/limits/tasks', { headers: JSON_HEADERS, body: '{"capacity":3,"capacity":4}' });
    expect(pointersOf(expectProblem(answer, 422, 'invalid_limit'))).toEqual(['/capacity']);
  });

  it('answers 400 for what is not JSON', async () => {
    expectProblem(await api.send('PUT', '/v1/limits/tasks', { headers: JSON_HEADERS, body: '{"capacity":' }), 400, 'malformed');
  });

  it('answers 415 for another type of content', async () => {
    const headers = { 'content-type': 'text/plain' };
    expectProblem(await api.send('PUT', '/v1/limits/tasks', { headers, body: '{"capacity":1}' }), 415, 'unsupported_media_type');
    expect([...capacities]).toEqual([]);
  });

  it.each(IMPOSSIBLE_KEYS)('answers 404 for the impossible key %s, and sets nothing', async (key) => {
    expectProblem(await put(key, { capacity: 1 }), 404, 'not_found');
    expect([...capacities]).toEqual([]);
  });

  it('is the only way to change a limit', async () => {
    const answer = await api.send('POST', '/v1/limits/tasks', { headers: JSON_HEADERS, body: '{"capacity":1}' });
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')?.split(', ')).toEqual(expect.arrayContaining(['GET', 'PUT']));
  });
});

describe('the limits', () => {
  it.each([
    ['GET', '/v1/limits', undefined],
    ['GET', '/v1/limits/tasks', undefined],
    ['PUT', '/v1/limits/tasks', '{"capacity":1}'],
  ])('answer 503 to %s %s while the engine is away', async (method, path, body) => {
    const away = () => Promise.reject(new EngineUnavailableError('the engine does not answer'));
    start({ limits: { list: away, get: away, setCapacity: away } });
    const answer = await api.send(method, path, { headers: JSON_HEADERS, ...(body !== undefined && { body }) });
    expectProblem(answer, 503, 'engine_unavailable');
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });

  it.each([
    ['GET', '/v1/limits'],
    ['GET', '/v1/limits/tasks'],
    ['PUT', '/v1/limits/tasks'],
  ])('answer 401 to %s %s without a key', async (method, path) => {
    start({ limits: createMemoryLimits(), keys: [{ tenant: 'acme', key: 'key-1' }] });
    expectProblem(await api.send(method, path), 401, 'unauthorized');
    expect(asked).toEqual([]);
  });
});

function start(options: MemoryAppOptions): void {
  memory = startMemoryApp(options);
  api = createApiUnderTest(() => memory);
}

function put(key: string, body: unknown): ReturnType<ApiUnderTest['send']> {
  return api.send('PUT', `/v1/limits/${key}`, { headers: JSON_HEADERS, body: JSON.stringify(body) });
}

/** One limit, "tasks", and others once they are set. */
function createMemoryLimits(): LimitService {
  return {
    list: async (filter) => {
      pages.push(filter);
      return { items: [TASKS], nextCursor: filter.cursor === undefined ? 'more' : null };
    },
    get: async ({ key }) => {
      asked.push(key);
      return key === TASKS.key ? TASKS : null;
    },
    setCapacity: async ({ key }, capacity) => {
      if (key === 'unused' && capacity === null) return { kind: 'not_found' };
      if (key === 'one-too-many') return { kind: 'too_many', atMost: 10_000 };
      capacities.set(key, capacity);
      return { kind: 'set', limit: { ...TASKS, key, capacity: capacity ?? TASKS.capacity } };
    },
  };
}

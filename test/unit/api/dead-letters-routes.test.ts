import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetterService, Orders } from '../../../api/dead-letter-service.ts';
import type { BatchResource } from '../../../domain/batch-resource.ts';
import { startMemoryApp } from './memory-app.ts';
import type { MemoryApp } from './memory-app.ts';

const CAUSE = '0123456789abcdef';
const letter = {
  cause: CAUSE,
  kind: 'event',
  type: 'order',
  stage: 'action',
  code: 'gone',
  message: '',
  count: 2,
  firstAt: '',
  lastAt: '',
  example: 'e-1',
} as const;
let orders: Orders | null;
let asked: unknown[];
let memory: MemoryApp;

beforeEach(() => {
  orders = {
    orders: [
      { action: 'replay', event: 'e-1' },
      { action: 'replay', event: 'e-2' },
    ],
    count: 2,
    skipped: 1,
  };
  asked = [];
  const deadLetters: DeadLetterService = {
    list: async () => ({ items: [letter], asOf: '2026-01-01T00:00:00.000Z' }),
    events: async ({ cause }) => (cause === CAUSE ? { items: [], nextCursor: 'next' } : null),
    orders: async (...given) => {
      asked.push(given);
      return orders;
    },
    ordersOf: async (...given) => {
      asked.push(given);
      return orders ?? { orders: [], count: 0, skipped: 0 };
    },
    discard: async ({ cause }) => cause === CAUSE,
  };
  memory = startMemoryApp({ deadLetters });
});
afterEach(() => memory.stop());

describe('/v1/dead-letters', () => {
  it('shows the causes', async () => {
    expect(await json(await memory.app.request('/v1/dead-letters'))).toEqual({ items: [letter], asOf: '2026-01-01T00:00:00.000Z' });
  });

  it('links to the next page of events', async () => {
    const answer = await memory.app.request(`/v1/dead-letters/${CAUSE}/events?limit=2`);
    expect([answer.status, answer.headers.get('link')]).toEqual([200, expect.stringContaining('cursor=next')]);
    expect((await memory.app.request('/v1/dead-letters/none/events')).status).toBe(404);
    expect((await memory.app.request(`/v1/dead-letters/${CAUSE}/events?limit=0`)).status).toBe(422);
  });

  it('says of a dry run only how many there are', async () => {
    expect(await json(await replay({ dryRun: true, limit: 5 }))).toEqual({ count: 2, skipped: 1 });
    expect(asked).toEqual([[{ tenant: 'default', cause: CAUSE }, 5]]);
  });

  it('starts a batch of orders, at the pace that is asked for', async () => {
    const answer = await replay({ ratePerSecond: 0.5, patch: [{ op: 'remove', path: '/a' }] });
    const { id, ...said } = (await json(answer)) as { readonly id: string };
    expect([answer.status, said]).toMatchObject([202, { status: 'accepted', joined: false, total: 2, accepted: 2, skipped: 1 }]);
    const { items } = (await json(await memory.app.request(`/v1/batches/${id}/items`))) as { readonly items: readonly object[] };
    expect(items).toMatchObject([
      { type: 'tickless~order', data: { action: 'replay', event: 'e-1', patch: [{ op: 'remove', path: '/a' }] } },
      { type: 'tickless~order', data: { action: 'replay', event: 'e-2' } },
    ]);
    expect((await json(await memory.app.request(`/v1/batches/${id}`))) as BatchResource).toMatchObject({
      name: `replay of dead letters ${CAUSE}`,
    });
  });

  it('patches nothing that has no data of its own', async () => {
    orders = { orders: [{ action: 'retry_failed', batch: 'b' }], count: 3, skipped: 0 };
    const answer = await replay({ patch: [{ op: 'remove', path: '/a' }] });
    expect([answer.status, await json(answer)]).toMatchObject([
      409,
      { code: 'not_replayable', detail: 'of these 3 none can be run again from here' },
    ]);
  });

  it.each([
    [{ limit: 10_001 }, '/limit'],
    [{ ratePerSecond: -1 }, '/ratePerSecond'],
    [{ patch: [{ op: 'move' }] }, '/patch/0/path'],
    [{ wrong: 1 }, ''],
  ])('refuses %j', async (body, pointer) => {
    const answer = await replay(body);
    expect([answer.status, await json(answer)]).toMatchObject([
      422,
      { code: 'invalid_event', errors: [{ pointer: expect.stringContaining(pointer) as string }] },
    ]);
  });

  it('knows no such cause, nor a key that is none', async () => {
    orders = null;
    expect((await replay({})).status).toBe(404);
    expect((await replay({}, { 'idempotency-key': '' })).status).toBe(400);
    expect((await memory.app.request('/v1/dead-letters/none/discard', { method: 'POST' })).status).toBe(404);
  });

  it('takes none while the process stops', async () => {
    memory.setAccepting(false);
    expect((await replay({})).status).toBe(503);
  });

  it('discards', async () => {
    const answer = await memory.app.request(`/v1/dead-letters/${CAUSE}/discard`, { method: 'POST' });
    expect(await json(answer)).toEqual({ cause: CAUSE, discarded: true });
  });
});

describe('/v1/destinations/{origin}/redeliver', () => {
  it('asks for those of the origin, within the times', async () => {
    const body = { since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00+01:00', dryRun: true };
    expect(await json(await post('/v1/destinations/https://a.example/redeliver', body))).toEqual({ count: 2, skipped: 1 });
    const within = { sinceMs: Date.UTC(2026, 0, 1), untilMs: Date.UTC(2026, 0, 1, 23) };
    expect(asked).toEqual([[{ tenant: 'default', origin: 'https://a.example' }, within, 1_000]]);
  });

  it('refuses what is no origin, and no time', async () => {
    expect((await post('/v1/destinations/nowhere/redeliver', { since: '2026-01-01T00:00:00Z' })).status).toBe(404);
    expect((await post('/v1/destinations/https://a.example/redeliver', {})).status).toBe(422);
    expect((await post('/v1/destinations/https://a.example/redeliver', { since: 'yesterday' })).status).toBe(422);
  });
});

async function json(response: Response): Promise<unknown> {
  return response.json();
}

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return memory.app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

function replay(body: object, headers?: Record<string, string>): Promise<Response> {
  return post(`/v1/dead-letters/${CAUSE}/replay`, body, headers);
}

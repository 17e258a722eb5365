import { expect, it, onTestFinished } from 'vitest';
import type { MemoryApp, MemoryAppOptions } from './memory-app.ts';
import { startMemoryApp } from './memory-app.ts';

const KEYS = [
  { tenant: 'one', key: 'a-key-of-tenant-one' },
  { tenant: 'two', key: 'a-key-of-tenant-two' },
];

function start(options: MemoryAppOptions = {}): MemoryApp {
  const memory = startMemoryApp({ keys: KEYS, ...options });
  onTestFinished(() => memory.stop());
  return memory;
}

async function post(
  { request }: MemoryApp,
  path: string,
  body: unknown,
  tenant = 0,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/json', prefer: 'wait=10', 'x-api-key': KEYS[tenant]?.key ?? '' };
  const response = await request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function failed(memory: MemoryApp): Promise<string> {
  const { body } = await post(memory, '/v1/events', { type: 'test-failing', id: 'a', data: { how: 'permanently' } });
  expect(body).toMatchObject({ id: 'a', status: 'failed' });
  return '/v1/events/a/replay';
}

it("knows nothing of another tenant's event", async () => {
  const memory = start();
  const path = await failed(memory);
  expect(await post(memory, path, {}, 1)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect(await post(memory, path, {}, 0)).toMatchObject({ status: 200, body: { run: 2 } });
});

it('begins nothing where another replay has begun meanwhile', async () => {
  const memory = start({ overrides: { replay: async () => ({ kind: 'not_replayable' }) } });
  expect(await post(memory, await failed(memory), {})).toMatchObject({ status: 409, body: { code: 'not_replayable' } });
});

it('stands in line like any event, and is refused where there is no room, or the process stops', async () => {
  let isFull = false;
  const room = { admitted: true, leave: () => undefined, follow: () => undefined } as const;
  const memory = start({ admit: async () => (isFull ? { admitted: false, reason: 'intake', retryAfterMs: 1_000 } : room) });
  const path = await failed(memory);
  isFull = true;
  expect(await post(memory, path, {})).toMatchObject({ status: 503, body: { code: 'overloaded' } });
  isFull = false;
  memory.setAccepting(false);
  expect(await post(memory, path, {})).toMatchObject({ status: 503, body: { code: 'overloaded' } });
});

it('counts against the limit of requests that submit work', async () => {
  const memory = start({ rateLimit: { requests: 2, windowMs: 60_000 } });
  const path = await failed(memory);
  expect((await post(memory, path, {})).status).toBe(200);
  expect(await post(memory, path, {})).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
});

import { afterEach, expect, it } from 'vitest';
import { startMemoryApp } from './memory-app.ts';
import type { MemoryApp } from './memory-app.ts';

const KEY = 'acme-key-0123456789';
let memory: MemoryApp | undefined;
afterEach(() => memory?.stop());

it('tells who has steered, by the beginning of the digest of a key', async () => {
  memory = startMemoryApp({ keys: [{ tenant: 'acme', key: KEY }] });
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', 'x-request-id': 'r-1' };
  const post = (path: string, body: object = {}) => memory?.app.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const sent = await post('/v1/events', { type: 'noise', id: 'e-1', delayMs: 60_000, data: { intensity: 0.1 } });
  expect(sent?.status).toBe(202);
  expect((await post('/v1/events/e-1/cancel'))?.status).toBe(202);
  expect((await post('/v1/events/none/cancel'))?.status).toBe(404);
  await memory.app.request('/v1/events/e-1', { headers });

  const by = expect.stringMatching(/^key [\w-]{8}$/) as string;
  expect(memory.steered).toEqual([{ method: 'POST', path: '/v1/events/e-1/cancel', status: 202, tenant: 'acme', by, requestId: 'r-1' }]);
});

it('says that it was anybody where no keys are configured', async () => {
  memory = startMemoryApp({
    destinations: {
      list: async () => ({ items: [], nextCursor: null }),
      resume: async () => ({ origin: 'https://a.example', state: 'half_open', parked: 0, failures: 1, connections: 1, nextProbeAt: null }),
    },
  });
  await memory.app.request('/v1/destinations/https://a.example/resume', { method: 'POST' });
  expect(memory.steered).toMatchObject([{ path: '/v1/destinations/https://a.example/resume', by: 'anybody', tenant: 'default' }]);
});

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EventService } from '../../../api/event-service.ts';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';
import { createLiveRuns } from '../../../api/live-runs.ts';
import { createTemporalEventService } from '../../../api/temporal/temporal-event-service.ts';
import { sampleEvent } from './sample-event.ts';

const light = sampleEvent('a');
// Light ones need a connection that a worker shares, which can't be had without an engine.
const heavyEvent = { ...light, plan: { ...light.plan, weight: 'heavy' } } as const;

describe('events kept by Temporal, where no Temporal listens', () => {
  let service: EventService;
  beforeAll(async () => {
    const connection = Connection.lazy({ address: `127.0.0.1:${await closedPort()}` });
    service = createTemporalEventService({
      now: Date.now,
      client: new Client({ connection }),
      liveRuns: createLiveRuns(),
      address: 'nowhere',
      uiUrl: null,
      queues: [],
      stopping: new AbortController().signal,
      items: { item: async () => null, acceptedItem: async () => null, cancelItem: async () => 'not_found', whyItem: async () => null },
      onEagerMiss: () => undefined,
      observeEnd: () => undefined,
      inFlight: () => 0,
      callbacksUnderWay: () => 0,
      runAhead: () => undefined,
      withdraw: () => false,
    });
  });
  // Never closed: what the client still tries again would throw out of reach, "Channel has been shut down".

  it.concurrent.each<[string, () => Promise<unknown>]>([
    ['submit', () => service.submit(heavyEvent, { fingerprint: null, waitMs: 0 })],
    ['submit and wait for', () => service.submit(heavyEvent, { fingerprint: null, waitMs: 1_000 })],
    ['get', () => service.get({ tenant: 'default', id: 'a' })],
    ['list', () => service.list({ tenant: 'default', limit: 50 })],
    ['cancel', () => service.cancel({ tenant: 'default', id: 'a' })],
    ['know the health of', () => service.health()],
  ])('cannot %s anything', async (_what, call) => {
    await expect(call()).rejects.toThrow(EngineUnavailableError);
  });

  it('know without asking what can be no event', async () => {
    expect(await service.get({ tenant: 'default', id: 'a b' })).toBeNull();
    expect(await service.cancel({ tenant: 'default', id: 'a/b' })).toBe('not_found');
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

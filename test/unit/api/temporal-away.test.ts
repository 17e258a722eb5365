import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Client, Connection, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventService } from '../../../api/event-service.ts';
import { EngineUnavailableError } from '../../../api/event-service.ts';
import { createLiveRuns } from '../../../api/live-runs.ts';
import { callEngine, isNotFound } from '../../../api/temporal/engine-call.ts';
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
      client: new Client({ connection }),
      liveRuns: createLiveRuns(),
      address: 'nowhere',
      uiUrl: null,
      queues: [],
      stopping: new AbortController().signal,
      items: { item: async () => null, cancelItem: async () => 'not_found', whyItem: async () => null },
      onEagerMiss: () => undefined,
      inFlight: () => 0,
      callbacksUnderWay: () => 0,
      runAhead: () => undefined,
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

describe('callEngine', () => {
  it('gives up at its deadline, even if the client goes on', async () => {
    vi.useFakeTimers();
    const client = { withDeadline: (_deadline: number, call: () => unknown) => call() } as unknown as Client;
    const outcome = expect(callEngine(client, 1_500, () => new Promise(() => undefined))).rejects.toThrow(EngineUnavailableError);
    vi.advanceTimersByTime(1_500);
    await outcome;
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('takes an Update whose deadline has passed for one that the engine did not answer', async () => {
    const client = { withDeadline: (_deadline: number, call: () => unknown) => call() } as unknown as Client;
    const cause = Object.assign(new Error('4 DEADLINE_EXCEEDED'), { code: 4, details: '', metadata: {} });
    const error = new WorkflowUpdateRPCTimeoutOrCancelledError('Deadline exceeded', { cause });
    await expect(callEngine(client, 1_500, () => Promise.reject(error))).rejects.toThrow(EngineUnavailableError);
  });

  it.each([1, 2, 4, 8, 9, 10, 13, 14])('takes the error %i of the engine for one that leaves the outcome unknown', async (code) => {
    await expect(callEngine(passing, 1_500, () => Promise.reject(grpcError(code)))).rejects.toThrow(EngineUnavailableError);
  });

  it.each([3, 7, 12, 16])('passes the error %i on, which is a fault of ours or of the set-up', async (code) => {
    await expect(callEngine(passing, 1_500, () => Promise.reject(grpcError(code)))).rejects.toMatchObject({ code });
  });

  it('knows what is missing by the error 5, also in an error of the client', async () => {
    expect(isNotFound(grpcError(5))).toBe(true);
    expect(isNotFound(new Error('failed', { cause: grpcError(5) }))).toBe(true);
    expect(isNotFound(grpcError(14))).toBe(false);
    await expect(callEngine(passing, 1_500, () => Promise.reject(grpcError(5)))).rejects.toMatchObject({ code: 5 });
  });

  it('passes on what else goes wrong', async () => {
    const client = { withDeadline: (_deadline: number, call: () => unknown) => call() } as unknown as Client;
    const error = new Error('something else');
    await expect(callEngine(client, 1_500, () => Promise.reject(error))).rejects.toBe(error);
  });
});

const passing = { withDeadline: (_deadline: number, call: () => unknown) => call() } as unknown as Client;

function grpcError(code: number): Error {
  return Object.assign(new Error(`${code}`), { name: 'ServiceError', code, details: '', metadata: {} });
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

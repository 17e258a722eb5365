import type { Client } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { createActivities } from '../../../activities/index.ts';
import { createDestinations } from '../../../activities/callbacks/destinations.ts';
import { createHandedOver } from '../../../activities/callbacks/handed-over.ts';
import { createOrigins } from '../../../activities/callbacks/origins.ts';
import { DEFAULT_BREAKER } from '../../../domain/breaker.ts';
import { faultOfStages } from '../../../domain/stage.ts';
import { createRequestCancel } from '../../../activities/request-cancel.ts';
import { QUIET } from '../../support/quiet-origins.ts';

function fakeClient(cancel: () => Promise<unknown>) {
  const getHandle = vi.fn((_id: string, _runId: string) => ({ cancel }));
  return { getHandle, client: { workflow: { getHandle } } as unknown as Client };
}

describe('requestCancel', () => {
  it('asks the engine to cancel this very run', async () => {
    const cancel = vi.fn(async () => ({}));
    const { client, getHandle } = fakeClient(cancel);

    await createRequestCancel(client)({ id: 'acme/order-1', runId: 'run-a' });

    expect(getHandle).toHaveBeenCalledExactlyOnceWith('acme/order-1', 'run-a');
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('fails when the engine does, so that it is tried again', async () => {
    const { client } = fakeClient(() => Promise.reject(new Error('unavailable')));

    await expect(createRequestCancel(client)({ id: 'order-1', runId: 'run-a' })).rejects.toThrow('unavailable');
  });
});

describe('the activities', () => {
  it('have the names that histories know', () => {
    const { client } = fakeClient(async () => ({}));

    const activities = createActivities({
      client,
      resolve: () => undefined,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      observe: () => undefined,
      now: () => 0,
      random: () => 0,
      watchLoop: () => () => false,
      advance: () => Promise.reject(new Error('not called')),
      ask: () => Promise.reject(new Error('not called')),
      beginProgress: () => ({ tell: () => undefined, end: async () => undefined }),
      attemptDelivery: () => Promise.reject(new Error('not called')),
      origins: createOrigins({ ...QUIET, maxConnections: 16 }),
      destinations: createDestinations(client, DEFAULT_BREAKER, () => 0),
      post: () => Promise.reject(new Error('not called')),
      renderBody: () => Promise.reject(new Error('not called')),
      handedOver: createHandedOver(Date.now),
      readPage: () => Promise.reject(new Error('not called')),
      observeEnd: () => undefined,
      observeRecovery: () => undefined,
      observeStarted: () => undefined,
    });

    expect(Object.keys(activities)).toEqual([
      'default',
      'callback',
      'awaitAttempt',
      'readMessage',
      'firstAttempts',
      'runChunk',
      'wakeParked',
      'tellProgress',
      'requestCancel',
      'claimPermit',
      'foldSubject',
      'sendTicks',
      'startFollowUps',
      'startDeliveries',
      'findClosedRuns',
      'runItems',
      'applyItems',
      'cancelItems',
      'startRuns',
      'readVerdict',
      'readItem',
      'readItemKinds',
      'readUnits',
      'readHold',
      'tellCancelled',
      'renewPages',
      'isBatchOpen',
    ]);
    // A worker would take a stage of such a name for another activity.
    for (const name of Object.keys(activities)) expect(faultOfStages([name])).not.toBeNull();
  });
});

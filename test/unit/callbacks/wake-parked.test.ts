import { MockActivityEnvironment } from '@temporalio/testing';
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWakeParked } from '../../../activities/callbacks/wake-parked.ts';
import type { WakeParked } from '../../../domain/destination.ts';
import { loadedDataConverter } from '../../support/loaded-data-converter.ts';

const destination = { tenant: 'default', origin: 'https://shop.example' };

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => vi.useRealTimers());

function inputOf(owner: string) {
  return { target: { tenant: 'default', owner, run: 1 }, begin: { kind: 'suspended', origin: destination.origin }, attempts: [] };
}

/** Parked deliveries of these owners, of which some have ended; and which was woken when. */
function prepare(parked: readonly string[], ended: readonly string[] = []) {
  const woken: (readonly [string, number])[] = [];
  const asked: unknown[] = [];
  const payloadOf = (owner: string) => defaultPayloadConverter.toPayload(inputOf(owner));
  const client = {
    options: { namespace: 'default', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: {
      getWorkflowExecutionHistory: async ({ execution }: { readonly execution: { readonly workflowId: string } }) => ({
        history: { events: [{ workflowExecutionStartedEventAttributes: { input: { payloads: [payloadOf(execution.workflowId)] } } }] },
      }),
    },
    workflow: {
      list: () => parked.map((workflowId) => ({ workflowId })),
      signalWithStart: async (_type: string, options: { readonly workflowId: string }) => {
        const owner = options.workflowId.replace('~callback.1', '');
        if (ended.includes(owner)) throw new WorkflowExecutionAlreadyStartedError('ended', options.workflowId, 'deliverCallback');
        woken.push([owner, Date.now()]);
        asked.push(options);
      },
    },
  };
  const wakeParked = createWakeParked(client as unknown as Client);
  return { woken, asked, wakeParked: (wake: WakeParked) => new MockActivityEnvironment().run(wakeParked, wake) };
}

it('wakes at the pace, also from one call to the next', async () => {
  const { woken, wakeParked } = prepare(['a', 'b', 'c', 'd'], ['b']);
  const waking = (async () => {
    const first = await wakeParked({ destination, atMost: 2, perSecond: 2, isProbe: false });
    return [first, await wakeParked({ destination, atMost: 1, perSecond: 2, isProbe: false })];
  })();
  await vi.advanceTimersByTimeAsync(1_500);

  expect(await waking).toEqual([{ woken: 2 }, { woken: 1 }]);
  expect(woken).toEqual([
    ['a', 0],
    ['c', 500],
    ['a', 1_000],
  ]);
});

it('wakes one as a probe, and waits for nothing', async () => {
  const { woken, wakeParked } = prepare(['a', 'b']);

  expect(await wakeParked({ destination, atMost: 1, perSecond: 1, isProbe: true })).toEqual({ woken: 1 });
  expect(woken).toEqual([['a', 0]]);
});

it('has the engine give out a first task that it keeps back, and starts none that has ended', async () => {
  const { asked, wakeParked } = prepare(['a', 'b'], ['a']);

  expect(await wakeParked({ destination, atMost: 1, perSecond: 1, isProbe: true })).toEqual({ woken: 1 });
  expect(asked).toEqual([
    expect.objectContaining({
      workflowId: 'b~callback.1',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      args: [inputOf('b')],
      signal: 'wake',
      signalArgs: [{ isProbe: true }],
    }),
  ]);
});

import type { Client } from '@temporalio/client';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, defaultPayloadConverter, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { createReadUnits } from '../../../../activities/batch/read-units.ts';
import type { UnitReference, UnitVerdict } from '../../../../domain/batch-work.ts';

type Event = temporal.api.history.v1.IHistoryEvent;

interface FakeUnit {
  readonly status: string;
  readonly result?: () => Promise<unknown>;
  readonly events?: readonly Event[];
}

const shared: UnitReference = { workflowId: 'unit-1', isOwn: false, offsets: [3, 5, 7] };
const own: UnitReference = { ...shared, isOwn: true, offsets: [4] };

async function read(unit: UnitReference, { status, result, events = [] }: FakeUnit): Promise<UnitVerdict | null | undefined> {
  const client = {
    options: { namespace: 'night' },
    workflow: { getHandle: () => ({ describe: async () => ({ status: { name: status } }), result }) },
    // One event a page.
    workflowService: {
      getWorkflowExecutionHistory: async ({ nextPageToken }: { nextPageToken?: Uint8Array }) => {
        const [index = 0] = nextPageToken ?? [];
        const isLast = index + 1 >= events.length;
        return { history: { events: [events[index]] }, nextPageToken: isLast ? new Uint8Array() : Uint8Array.of(index + 1) };
      },
    },
  } as unknown as Client;
  return (await createReadUnits(client)({ units: [unit] }))[0];
}

function started(offsets: readonly number[]): Event {
  const input = { page: 'page-1', parallel: 2, items: offsets.map((offset) => ({ offset, run: 1 })) };
  return { workflowExecutionStartedEventAttributes: { input: { payloads: [defaultPayloadConverter.toPayload(input)] } } };
}

function recorded(result: unknown): Event {
  const details = { result: { payloads: [defaultPayloadConverter.toPayload(result)] } };
  return { markerRecordedEventAttributes: { markerName: 'core_local_activity', details } };
}

const two = recorded({
  ended: [
    { offset: 5, item: { phase: { status: 'failed' } }, cause: 'sample:action:boom' },
    { offset: 3, item: { phase: { status: 'completed' } } },
  ],
});
const terminated: Event = { workflowExecutionTerminatedEventAttributes: { reason: 'by hand' } };

describe('readUnits', () => {
  it('has nothing to say of a unit that goes on', async () => {
    expect(await read(shared, { status: 'RUNNING' })).toBeNull();
  });

  it('keeps what a terminated unit had recorded, and counts the rest as terminated', async () => {
    const events = [started([3, 5, 7]), two, recorded('none'), terminated];

    expect(await read(shared, { status: 'TERMINATED', events })).toEqual({
      letters: ['c', 'f', 'f'],
      causes: ['sample:action:boom', 'terminated'],
    });
    const timedOut = [started([3, 5, 7]), { workflowExecutionTimedOutEventAttributes: {} }];
    expect(await read(shared, { status: 'TIMED_OUT', events: timedOut })).toMatchObject({
      causes: ['timed_out', 'timed_out', 'timed_out'],
    });
  });

  it('takes back what a unit says that it left', async () => {
    expect(await read(shared, { status: 'COMPLETED', events: [started([3, 5, 7]), two] })).toEqual({
      letters: ['c', 'f', 'p'],
      causes: ['sample:action:boom'],
    });
  });

  it('takes back what another unit of that name never had', async () => {
    expect(await read(shared, { status: 'TERMINATED', events: [started([3, 5]), two, terminated] })).toMatchObject({
      letters: ['c', 'f', 'p'],
    });
  });

  it('takes back the items of a unit that was never started', async () => {
    const client = {
      workflow: { getHandle: () => ({ describe: () => Promise.reject(new WorkflowNotFoundError('gone', 'unit-1', undefined)) }) },
    } as unknown as Client;

    expect(await createReadUnits(client)({ units: [shared] })).toEqual([{ letters: ['p', 'p', 'p'], causes: [] }]);
  });

  it('knows by its result what became of an item with a workflow of its own', async () => {
    const failedWith = (cause: Error) => () => Promise.reject(new WorkflowFailedError('failed', cause, 'NON_RETRYABLE_FAILURE'));
    const details = [{ runs: [] }, 'sample:action:boom'];
    const boom = ApplicationFailure.create({ type: 'boom', nonRetryable: true, details });

    expect(await read(own, { status: 'COMPLETED', result: async () => null })).toEqual({ letters: ['c'], causes: [] });
    expect(await read(own, { status: 'FAILED', result: failedWith(boom) })).toEqual({ letters: ['f'], causes: ['sample:action:boom'] });
    const ends: readonly [Error, UnitVerdict][] = [
      [new CancelledFailure('cancelled'), { letters: ['x'], causes: [] }],
      [new TerminatedFailure('by hand'), { letters: ['f'], causes: ['terminated'] }],
      [new TimeoutFailure('late', undefined, 'START_TO_CLOSE'), { letters: ['f'], causes: ['timed_out'] }],
      [ApplicationFailure.create({ type: 'TypeError' }), { letters: ['f'], causes: ['TypeError'] }],
      [new Error('of another kind'), { letters: ['f'], causes: ['internal'] }],
    ];
    for (const [cause, verdict] of ends) expect(await read(own, { status: 'FAILED', result: failedWith(cause) })).toEqual(verdict);
  });

  it('fails when the engine does, so that it is asked again', async () => {
    await expect(read(own, { status: 'FAILED', result: () => Promise.reject(new Error('away')) })).rejects.toThrow('away');
  });
});

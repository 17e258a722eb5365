import type { Client } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { createReadUnits } from '../../../../activities/batch/read-units.ts';
import type { UnitReference, UnitVerdict } from '../../../../domain/batch-work.ts';
import { loadedDataConverter } from '../../../support/loaded-data-converter.ts';

const { EventType } = proto.temporal.api.enums.v1;

type Event = temporal.api.history.v1.IHistoryEvent;

const shared: UnitReference = { workflowId: 'unit-1', isOwn: false, offsets: [3, 5, 7] };
const own: UnitReference = { ...shared, isOwn: true, offsets: [4] };

/** What is said of a unit with such a history, which the engine shows one event a page. */
async function read(unit: UnitReference, events: readonly Event[]): Promise<UnitVerdict | null | undefined> {
  const client = {
    options: { namespace: 'night', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: {
      getWorkflowExecutionHistory: async ({ nextPageToken }: { nextPageToken?: Uint8Array }) => {
        const [index = 0] = nextPageToken ?? [];
        const isLast = index + 1 >= events.length;
        return { history: { events: [events[index]] }, nextPageToken: isLast ? new Uint8Array() : Uint8Array.of(index + 1) };
      },
      getWorkflowExecutionHistoryReverse: async () => ({ history: { events: events.slice(-1) } }),
    },
  } as unknown as Client;
  return (await createReadUnits(client)({ units: [unit] }))[0];
}

function failing(reason: Error): Client {
  return {
    options: { namespace: 'night' },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: { getWorkflowExecutionHistoryReverse: () => Promise.reject(reason) },
  } as unknown as Client;
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
  items: [
    { offset: 5, state: { phase: { status: 'failed' } }, cause: 'sample:action:boom' },
    { offset: 3, state: { phase: { status: 'completed' } } },
  ],
});
const completed: Event = { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED };
const cancelled: Event = { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED };
const terminated: Event = { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED };
const timedOut: Event = { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT };

function failed(error: Error): Event {
  const failure = defaultFailureConverter.errorToFailure(error, defaultPayloadConverter);
  return { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, workflowExecutionFailedEventAttributes: { failure } };
}

describe('readUnits', () => {
  it('has nothing to say of a unit that goes on', async () => {
    expect(await read(shared, [started([3, 5, 7]), two])).toBeNull();
  });

  it('keeps what a terminated unit had recorded, and counts the rest as terminated', async () => {
    expect(await read(shared, [started([3, 5, 7]), two, recorded('none'), terminated])).toEqual({
      marks: ['c', 'f', 'f'],
      causes: ['sample:action:boom', 'terminated'],
    });
    expect(await read(shared, [started([3, 5, 7]), timedOut])).toMatchObject({ causes: ['timed_out', 'timed_out', 'timed_out'] });
    expect(await read(shared, [started([3]), failed(new TypeError('a bug'))])).toMatchObject({
      marks: ['f', 'p', 'p'],
      causes: ['internal'],
    });
  });

  it('takes back what a unit says that it left', async () => {
    expect(await read(shared, [started([3, 5, 7]), two, completed])).toEqual({ marks: ['c', 'f', 'p'], causes: ['sample:action:boom'] });
  });

  it('takes back what another unit of that name never had', async () => {
    expect(await read(shared, [started([3, 5]), two, terminated])).toMatchObject({ marks: ['c', 'f', 'p'] });
  });

  it('takes back the items of a unit that was never started', async () => {
    const client = failing(Object.assign(new Error('gone'), { name: 'ServiceError', code: 5, details: '', metadata: {} }));

    expect(await createReadUnits(client)({ units: [shared] })).toEqual([{ marks: ['p', 'p', 'p'], causes: [] }]);
  });

  it('knows by its end what became of an item with a workflow of its own', async () => {
    const details = [{ runs: [] }, 'sample:action:boom'];
    const boom = ApplicationFailure.create({ type: 'boom', nonRetryable: true, details });
    const ends: readonly [Event, UnitVerdict][] = [
      [completed, { marks: ['c'], causes: [] }],
      [cancelled, { marks: ['x'], causes: [] }],
      [terminated, { marks: ['f'], causes: ['terminated'] }],
      [timedOut, { marks: ['f'], causes: ['timed_out'] }],
      [failed(boom), { marks: ['f'], causes: ['sample:action:boom'] }],
      [failed(ApplicationFailure.create({ type: 'TypeError' })), { marks: ['f'], causes: ['TypeError'] }],
      [failed(new CancelledFailure('of another kind')), { marks: ['f'], causes: ['internal'] }],
    ];
    for (const [end, verdict] of ends) expect(await read(own, [end])).toEqual(verdict);
  });

  it('fails when the engine does, so that it is asked again', async () => {
    await expect(createReadUnits(failing(new Error('away')))({ units: [own] })).rejects.toThrow('away');
  });
});

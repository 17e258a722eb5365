import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { EngineUnavailableError } from '../../../../temporal/engine-unavailable-error.ts';
import { createBatchReader } from '../../../../api/temporal/batch-reader.ts';
import type { Batch } from '../../../../domain/batch.ts';
import { createBatch } from '../../../../domain/batch.ts';
import { endUnit, startUnit } from '../../../../domain/batch-units.ts';
import { retryFailed } from '../../../../domain/steer-batch.ts';
import { toBatchResource } from '../../../../domain/batch-resource.ts';
import type { BatchInput } from '../../../../domain/batch-work.ts';
import { BATCH_PAGES_QUERY, BATCH_PROGRESS_QUERY, BATCH_QUERY } from '../../../../temporal/durable/names.ts';
import { acceptedBatch } from '../../domain/batch-samples.ts';
import { NOON_MS } from '../../domain/event-samples.ts';
import { loadedDataConverter } from '../../../support/loaded-data-converter.ts';

const { EventType } = proto.temporal.api.enums.v1;
const accepted = acceptedBatch();
const fresh = createBatch(accepted);
const unit = { page: 0, number: 0, kind: 's', offsets: [0, 1, 2], parallel: 3 } as const;
const half = endUnit(startUnit(fresh, unit), { ...unit, marks: ['c', 'f', 'c'], causes: ['a'] });
const asked = { from: 0, count: 10 };

function resourceOf(batch: Batch) {
  return toBatchResource(accepted, { batch, startedAtMs: NOON_MS, pace: [] }, { endedAtMs: null, nowMs: NOON_MS });
}

/** The workflow of a batch that is in this state, answers if it is not busy, and may have been ended by force. */
function fakeEngine() {
  const engine = {
    batch: fresh,
    input: { accepted } as BatchInput,
    isBusy: false,
    isTerminated: false,
    queries: [] as string[],
  };
  const answers: Readonly<Record<string, () => unknown>> = {
    [BATCH_QUERY]: () => resourceOf(engine.batch),
    [BATCH_PAGES_QUERY]: () => ({ sizes: [4], pages: engine.batch.pages, upload: 'upload-1', isPaused: false, cancelledAtMs: null }),
    [BATCH_PROGRESS_QUERY]: () => ({ batch: engine.batch, startedAtMs: NOON_MS, pace: [] }),
  };
  const query = async (name: string): Promise<unknown> => {
    engine.queries.push(name);
    if (engine.isBusy) throw new Error('it is busy');
    return answers[name]?.();
  };
  const client = {
    options: { namespace: 'night', loadedDataConverter },
    withDeadline: (_deadline: number, call: () => unknown) => call(),
    workflow: { getHandle: () => ({ query, describe: async () => ({ runId: 'run-1' }) }) },
    workflowService: {
      getWorkflowExecutionHistoryReverse: async () => {
        const open = { eventType: EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED };
        const ended = { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, eventTime: { seconds: NOON_MS / 1_000, nanos: 0 } };
        return { history: { events: [engine.isTerminated ? ended : open] } };
      },
      getWorkflowExecutionHistory: async () => {
        const input = { payloads: [defaultPayloadConverter.toPayload(engine.input)] };
        return { history: { events: [{ workflowExecutionStartedEventAttributes: { input } }] } };
      },
    },
  } as unknown as Client;
  return { engine, reader: createBatchReader(client) };
}

describe('a reader of batches', () => {
  it('never tells less than it did before, while the batch is too busy to answer', async () => {
    const { engine, reader } = fakeEngine();
    engine.batch = half;
    await reader.read('night~batch');
    await reader.pages('night~batch', asked);

    engine.isBusy = true;

    expect(await reader.read('night~batch')).toEqual(resourceOf(half));
    expect(await reader.pages('night~batch', asked)).toMatchObject({ pages: half.pages });
  });

  it('tells what a run began with where that is more than it saw, or all that it knows', async () => {
    const { engine, reader } = fakeEngine();
    engine.isBusy = true;
    expect(await reader.read('night~batch')).toMatchObject({ counts: { pending: 4 } });
    expect(await reader.pages('night~batch', asked)).toMatchObject({ pages: fresh.pages });

    engine.input = { accepted, progress: { batch: half, startedAtMs: NOON_MS, pace: [] } };
    expect(await reader.read('night~batch')).toMatchObject({ counts: { completed: 2, failed: 1, pending: 1 } });
  });

  it('tells what has been retried of a run that came after the one that it saw', async () => {
    const { engine, reader } = fakeEngine();
    const over = endUnit(startUnit(half, { ...unit, number: 1, offsets: [3] }), { ...unit, number: 1, marks: ['c'], causes: [] });
    engine.batch = over;
    await reader.read('night~batch');
    engine.isBusy = true;
    engine.input = { accepted, progress: { batch: retryFailed(over), startedAtMs: NOON_MS, pace: [] } };

    expect(await reader.read('night~batch')).toMatchObject({ run: 2, counts: { pending: 1, failed: 0, completed: 3 } });
  });

  it('asks once how far a batch was that was ended by force, and counts what was open as failed', async () => {
    const { engine, reader } = fakeEngine();
    engine.batch = half;
    engine.isTerminated = true;

    await reader.pages('night~batch', asked);
    expect(await reader.read('night~batch')).toMatchObject({
      status: 'failed',
      counts: { total: 4, pending: 0, running: 0, completed: 2, failed: 2 },
      percent: 100,
      completedAt: '2026-01-01T12:00:00.000Z',
      failures: [
        { cause: 'a', count: 1, example: 'night_1' },
        { cause: 'terminated', count: 1, example: 'night_3' },
      ],
    });
    expect(await reader.pages('night~batch', asked)).toMatchObject({ pages: [{ marks: 'cfcf' }], forced: { code: 'terminated' } });
    expect(await reader.left('night~batch')).toMatchObject({ byItself: false, batch: half });
    expect(engine.queries).toEqual([BATCH_PROGRESS_QUERY]);
  });

  it('takes nothing up of which nobody can say how far it was', async () => {
    const { engine, reader } = fakeEngine();
    engine.isTerminated = true;
    engine.isBusy = true;

    expect(await reader.read('night~batch')).toMatchObject({ status: 'failed', counts: { failed: 4 } });
    await expect(reader.left('night~batch')).rejects.toThrow(EngineUnavailableError);
  });

  it('has nothing left of a batch that is open', async () => {
    expect(await fakeEngine().reader.left('night~batch')).toBeNull();
  });
});

import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import type { StartChunkOptions } from '../../../api/temporal/start-chunk.ts';
import { createStartGate } from '../../../api/start-gate.ts';
import { startEvent, startTogether } from '../../../api/temporal/start-chunk.ts';
import type { RunAhead } from '../../../temporal/durable/activities.ts';
import { eventsOf, toChunk } from '../../../domain/chunk.ts';
import type { Chunk } from '../../../domain/chunk.ts';
import { acceptedEvent, lightPlan } from '../domain/event-samples.ts';

type Answer = { readonly eagerly: boolean } | { readonly takenWith: string | null } | Error;

/** An engine that hands the first task over, or doesn't, or knows the id, or fails. */
function prepare(answer: Answer) {
  const started: { readonly type: string; readonly options: { readonly args: readonly Chunk[] } & Record<string, unknown> }[] = [];
  const start = async (type: string, options: { args: readonly Chunk[] } & Record<string, unknown>) => {
    if (answer instanceof Error) throw answer;
    if ('takenWith' in answer) throw new WorkflowExecutionAlreadyStartedError('taken', 'id', 'processChunk');
    started.push({ type, options });
    return { workflowId: options['workflowId'], firstExecutionRunId: 'run-a', eagerlyStarted: answer.eagerly };
  };
  const memo = 'takenWith' in answer && answer.takenWith !== null ? { fingerprint: answer.takenWith } : {};
  const getHandle = () => ({ describe: async () => ({ memo, runId: 'run-before' }) });
  const client = { withDeadline: (_deadline: number, call: () => unknown) => call(), workflow: { start, getHandle } } as unknown as Client;
  const runAhead = vi.fn<RunAhead>();
  const options: StartChunkOptions = { client, gate: createStartGate(Date.now), inFlight: () => 1, runAhead };
  return { started, runAhead, options };
}

const quick = acceptedEvent({ plan: lightPlan, data: { at: new Date(0), gone: undefined } });
const recorded = { ...quick, data: { at: '1970-01-01T00:00:00.000Z' } };

describe('an event', () => {
  it('is started as a chunk of one, found by its type, tier and tenant, and known again by what was asked for', async () => {
    const { started, options } = prepare({ eagerly: true });

    expect(await startEvent(quick, 'f1', options)).toEqual({
      kind: 'started',
      event: quick,
      workflowId: 'order-1',
      runId: 'run-a',
      eagerly: true,
    });
    expect(started).toMatchObject([
      {
        type: 'processChunk',
        options: { workflowId: 'order-1', taskQueue: 'light', requestEagerStart: true, memo: { fingerprint: 'f1' } },
      },
    ]);
    expect(started[0]?.options.args).toEqual([toChunk([quick])]);
    expect(started[0]?.options['workflowIdConflictPolicy']).toBe('FAIL');
  });

  it('keeps no digest of what was asked for where nobody can ask again', async () => {
    const { started, options } = prepare({ eagerly: true });

    await startEvent(quick, null, options);

    expect(started[0]?.options['memo']).not.toHaveProperty('fingerprint');
  });

  it('runs ahead of its workflow, as the engine keeps it, where its first task was handed to this process', async () => {
    const { runAhead, options } = prepare({ eagerly: true });

    await startEvent(quick, null, options);

    expect(runAhead).toHaveBeenCalledExactlyOnceWith({ chunk: toChunk([recorded]), workflow: { id: quick.id, runId: 'run-a' } });
  });

  it.each<[string, typeof quick, Answer]>([
    ['is delayed, since it may yet be cancelled', { ...quick, delayMs: 1 }, { eagerly: true }],
    ['is heavy', { ...quick, plan: { ...lightPlan, weight: 'heavy' } }, { eagerly: true }],
    ['was handed to another process', quick, { eagerly: false }],
    ['was accepted before', quick, { takenWith: null }],
  ])('waits for its workflow if it %s', async (_why, event, answer) => {
    const { runAhead, options } = prepare(answer);

    await startEvent(event, null, options);

    expect(runAhead).not.toHaveBeenCalled();
  });

  it('asks for its first task only if it is light', async () => {
    const { started, options } = prepare({ eagerly: false });

    await startEvent({ ...quick, plan: { ...lightPlan, weight: 'heavy' } }, null, options);

    expect(started).toMatchObject([{ options: { taskQueue: 'heavy', requestEagerStart: false } }]);
  });

  it.each([
    ['joins the run that its id has if the same was asked for', 'f1', 'f1', 'joined'],
    ['conflicts if something else was', 'f2', 'f1', 'conflict'],
    ['conflicts if nothing is known of what was', null, null, 'conflict'],
  ])('%s', async (_what, takenWith, fingerprint, kind) => {
    const { options } = prepare({ takenWith });
    const joined = { kind, event: quick, workflowId: 'order-1', runId: 'run-before' };

    expect(await startEvent(quick, fingerprint, options)).toEqual(kind === 'joined' ? joined : { kind });
  });

  it('is not started where the engine says anything else', async () => {
    await expect(startEvent(quick, null, prepare(new Error('out of order')).options)).rejects.toThrow('out of order');
  });
});

describe('events that are started together', () => {
  it('share a workflow, and are known by ids that say where they live', async () => {
    const { started, options } = prepare({ eagerly: true });

    const events = await startTogether([quick, { ...quick, tier: 'low' }], options);

    const [chunkId = ''] = events[0]?.event.id.split('_') ?? [];
    expect(events.map(({ event, workflowId, runId }) => [event.id, workflowId, runId])).toEqual([
      [`${chunkId}_0`, chunkId, 'run-a'],
      [`${chunkId}_1`, chunkId, 'run-a'],
    ]);
    expect(chunkId).toMatch(/^g~/);
    expect(started[0]?.options.args).toEqual([toChunk(events.map(({ event }) => event))]);
  });

  it('run ahead of their workflow as a whole', async () => {
    const { runAhead, options } = prepare({ eagerly: true });

    const [first] = await startTogether([quick, quick], options);

    const [{ chunk, workflow } = { chunk: undefined, workflow: undefined }] = runAhead.mock.calls[0] ?? [];
    expect(workflow).toEqual({ id: first?.workflowId, runId: 'run-a' });
    expect(chunk && eventsOf(chunk).map(({ data }) => data)).toEqual([recorded.data, recorded.data]);
  });

  it.each<[string, number, boolean]>([
    ['another process has their task', 0, false],
    ['one of them is delayed', 1, true],
  ])('wait where %s', async (_why, delayMs, eagerly) => {
    const { runAhead, options } = prepare({ eagerly });

    await startTogether([quick, { ...quick, delayMs }], options);

    expect(runAhead).not.toHaveBeenCalled();
  });
});

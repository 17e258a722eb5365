import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { startEvent, startGroup } from '../../../api/temporal/start-event.ts';
import { acceptedEvent, lightPlan } from '../domain/event-samples.ts';

/** A client whose engine hands the first task over, or doesn't. */
function client(answer: { eagerly: boolean } | 'taken'): Client {
  const start = async () => {
    if (answer === 'taken') throw new WorkflowExecutionAlreadyStartedError('taken', 'id', 'processEvent');
    return { firstExecutionRunId: 'run-a', eagerlyStarted: answer.eagerly };
  };
  const getHandle = () => ({ describe: async () => ({ memo: {}, runId: 'run-before' }) });
  return { withDeadline: (_deadline: number, call: () => unknown) => call(), workflow: { start, getHandle } } as unknown as Client;
}

function surroundings() {
  return { fingerprint: null, inFlight: 1, runAhead: { event: vi.fn(), group: vi.fn() } };
}

const quick = acceptedEvent({ plan: { ...lightPlan, atOnce: true }, data: { at: new Date(0), gone: undefined } });

describe('an event whose first task the engine handed to this process', () => {
  it('runs ahead of its workflow, as the engine keeps it', async () => {
    const options = surroundings();
    expect(await startEvent(client({ eagerly: true }), quick, options)).toMatchObject({ kind: 'started', eagerly: true });
    const event = { ...quick, data: { at: '1970-01-01T00:00:00.000Z' } };
    expect(options.runAhead.event).toHaveBeenCalledExactlyOnceWith({ event, workflow: { id: quick.id, runId: 'run-a' } });
  });

  it.each([
    ['is delayed', { ...quick, delayMs: 1 }],
    ['has stages that may take long', acceptedEvent({ plan: lightPlan })],
  ])('waits for its workflow if it %s', async (_why, event) => {
    const options = surroundings();
    await startEvent(client({ eagerly: true }), event, options);
    expect(options.runAhead.event).not.toHaveBeenCalled();
  });
});

it.each<[string, Parameters<typeof client>[0]]>([
  ['another process has', { eagerly: false }],
  ['was accepted before', 'taken'],
])('runs nothing ahead that %s', async (_what, answer) => {
  const options = surroundings();
  await startEvent(client(answer), quick, options);
  expect(options.runAhead.event).not.toHaveBeenCalled();
});

describe('a group', () => {
  it('runs ahead of its workflow as a whole', async () => {
    const options = surroundings();
    const started = await startGroup(client({ eagerly: true }), quick, [quick], options);
    expect(started).toHaveLength(2);
    const [{ group, workflow }] = options.runAhead.group.mock.calls[0] ?? [];
    expect(workflow).toEqual({ id: started[0]?.workflowId, runId: 'run-a' });
    expect(group.members).toMatchObject([{ data: { at: '1970-01-01T00:00:00.000Z' } }, {}]);
  });

  it('waits where another process has its task', async () => {
    const options = surroundings();
    await startGroup(client({ eagerly: false }), quick, [], options);
    expect(options.runAhead.group).not.toHaveBeenCalled();
  });
});

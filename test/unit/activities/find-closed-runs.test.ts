import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { createFindClosedRuns } from '../../../activities/find-closed-runs.ts';

/** An engine that answers for a run as `describe` does. */
function fakeClient(describeRun: (workflowId: string, runId: string) => Promise<WorkflowExecutionStatusName>): Client {
  const getHandle = (workflowId: string, runId: string) => ({
    describe: async () => ({ status: { name: await describeRun(workflowId, runId) } }),
  });
  return { workflow: { getHandle } } as unknown as Client;
}

function runsOf(count: number): { readonly id: string; readonly runId: string }[] {
  return Array.from({ length: count }, (_, index) => ({ id: `order-${index}`, runId: `run-${index}` }));
}

describe('findClosedRuns', () => {
  it.each<WorkflowExecutionStatusName>(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT', 'CONTINUED_AS_NEW'])(
    'finds a run closed that is %s',
    async (status) => {
      const findClosedRuns = createFindClosedRuns(fakeClient(async () => status));

      expect(await findClosedRuns({ runs: [{ id: 'order-1', runId: 'run-a' }] })).toEqual({ closed: ['run-a'] });
    },
  );

  it.each<WorkflowExecutionStatusName>(['RUNNING', 'PAUSED'])('finds a run open that is %s', async (status) => {
    const findClosedRuns = createFindClosedRuns(fakeClient(async () => status));

    expect(await findClosedRuns({ runs: [{ id: 'order-1', runId: 'run-a' }] })).toEqual({ closed: [] });
  });

  it('finds a run closed that the engine no longer knows', async () => {
    const client = fakeClient((workflowId, runId) => Promise.reject(new WorkflowNotFoundError('not found', workflowId, runId)));

    expect(await createFindClosedRuns(client)({ runs: [{ id: 'order-1', runId: 'run-a' }] })).toEqual({ closed: ['run-a'] });
  });

  it('takes a run as open for which the engine fails, and still finds the others', async () => {
    const client = fakeClient(async (_workflowId, runId) => {
      if (runId === 'run-1') throw new Error('unavailable');
      return runId === 'run-3' ? 'RUNNING' : 'TERMINATED';
    });

    const { closed } = await createFindClosedRuns(client)({ runs: runsOf(5) });

    expect(closed.toSorted()).toEqual(['run-0', 'run-2', 'run-4']);
  });

  it('asks for each run itself, not for the latest one of its workflow', async () => {
    const describeRun = vi.fn(async (_workflowId: string, runId: string) => (runId === 'old' ? 'TERMINATED' : 'RUNNING'));
    const runs = ['old', 'new'].map((runId) => ({ id: 'acme/order-1', runId }));

    expect(await createFindClosedRuns(fakeClient(describeRun))({ runs })).toEqual({ closed: ['old'] });
    expect(describeRun.mock.calls).toEqual([
      ['acme/order-1', 'old'],
      ['acme/order-1', 'new'],
    ]);
  });

  it('asks the engine for 20 at once at most, and leaves none out', async () => {
    let open = 0;
    let mostOpen = 0;
    const client = fakeClient(async () => {
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      await Promise.resolve();
      open -= 1;
      return 'COMPLETED';
    });

    const { closed } = await createFindClosedRuns(client)({ runs: runsOf(47) });

    expect(new Set(closed)).toEqual(new Set(runsOf(47).map(({ runId }) => runId)));
    expect(closed).toHaveLength(47);
    expect(mostOpen).toBe(20);
  });

  it('asks nothing where nobody holds a permit', async () => {
    const describeRun = vi.fn(async () => 'RUNNING' as const);

    expect(await createFindClosedRuns(fakeClient(describeRun))({ runs: [] })).toEqual({ closed: [] });
    expect(describeRun).not.toHaveBeenCalled();
  });
});

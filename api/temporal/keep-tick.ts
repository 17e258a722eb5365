import type { Client } from '@temporalio/client';
import { ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import type { ScheduleOptions } from '@temporalio/client';
import type { HandlerLog } from '../../domain/define-event.ts';
import { TASK_QUEUES, WORKFLOWS } from '../../temporal/durable/names.ts';
import type { Tick } from '../../domain/tick.ts';

export interface KeepTickOptions {
  readonly client: Client;
  readonly log: HandlerLog;
  readonly tick: Tick;
  readonly everyMs: number | undefined;
}

/**
 * Sees to it that the engine sends a tick to all subjects of a type every so often, or, at `undefined`, that it doesn't.
 * A round that takes longer than the interval is waited for. Every process that calls this should ask for the same.
 */
export async function keepTick({ client, log, tick, everyMs }: KeepTickOptions): Promise<void> {
  const scheduleId = `tick-${tick.subjectType}`;
  const handle = client.schedule.getHandle(scheduleId);
  if (everyMs === undefined) {
    await handle.delete().catch((error: unknown) => {
      // Nobody has asked for schedules, so that they may be out of reach.
      if (!(error instanceof ScheduleNotFoundError)) log.warn('whether there is a schedule is unknown', { err: error, scheduleId });
    });
    return;
  }
  const schedule = {
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: WORKFLOWS.tickSubjects,
      workflowId: `~tick/${tick.subjectType}`,
      taskQueue: TASK_QUEUES.heavy,
      workflowTaskTimeout: '2s',
      args: [tick],
    },
    policies: { overlap: 'SKIP', catchupWindow: '10s' },
  } satisfies Omit<ScheduleOptions, 'scheduleId'>;
  try {
    await client.schedule.create({ ...schedule, scheduleId });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // Whether somebody has paused it stays as it is.
    await handle.update(({ state }) => ({ ...schedule, state }));
  }
}

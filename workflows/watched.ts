import { TASK_QUEUES } from '../temporal/durable/names.ts';

/**
 * An activity on the delivery queue, whose workers beat for all that they are at: one whose process is gone, or that never
 * reached a process, is given out again after this time, and its own timeout is for what it does alone.
 */
export const WATCHED = { taskQueue: TASK_QUEUES.delivery, heartbeatTimeout: '2500ms' } as const;

/** For what a workflow has done beside its work: it may take long, and is tried again until it is done. */
export const IN_BACKGROUND = {
  ...WATCHED,
  startToCloseTimeout: '5m',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
} as const;

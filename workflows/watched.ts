import { TASK_QUEUES } from '../temporal/durable/names.ts';

/**
 * An activity on the delivery queue, whose workers beat for all that they are at: one whose process is gone, or that never
 * reached a process, is given out again after this time, and its own timeout is for what it does alone.
 */
export const WATCHED = { taskQueue: TASK_QUEUES.delivery, heartbeatTimeout: '2500ms' } as const;

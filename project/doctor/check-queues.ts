import { TASK_QUEUES } from '../../temporal/durable/names.ts';
import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';

export type TaskKind = 'workflow' | 'activity';

/** A process that has asked for tasks of a queue. */
export interface Poller {
  readonly identity: string;
  /** Of its code; null where it says none. */
  readonly build: string | null;
  /** By the engine's clock. */
  readonly seenMs: number;
}

export interface QueueReading {
  readonly queue: string;
  readonly kind: TaskKind;
  readonly pollers: readonly Poller[];
  /** How long the first of its tasks has stood there, 0 where none does. */
  readonly oldestWaitsMs: number;
}

/** Which queues have to be polled for which tasks: what `worker/start-workers.ts` starts. */
export const NEEDED: readonly { readonly queue: string; readonly kind: TaskKind; readonly by: string }[] = [
  { queue: TASK_QUEUES.light, kind: 'workflow', by: 'tickless api, or tickless worker' },
  { queue: TASK_QUEUES.heavy, kind: 'workflow', by: 'tickless worker' },
  { queue: TASK_QUEUES.heavy, kind: 'activity', by: 'tickless worker' },
  { queue: TASK_QUEUES.reserved, kind: 'activity', by: 'tickless worker' },
  { queue: TASK_QUEUES.delivery, kind: 'activity', by: 'tickless worker' },
];

// Pollers that went away are listed for 5 minutes; a live one asks anew at least once a minute.
const LIVE_WITHIN_MS = 90_000;
const TAKEN_WITHIN_MS = 30_000;

export function isLive({ seenMs }: Poller, nowMs: number): boolean {
  return nowMs - seenMs < LIVE_WITHIN_MS;
}

/** @param nowMs by the engine's clock */
export function checkQueues(readings: readonly QueueReading[], nowMs: number): readonly Finding[] {
  const findings = readings.flatMap(({ queue, kind, pollers, oldestWaitsMs }) => {
    const by = NEEDED.find((needed) => needed.queue === queue && needed.kind === kind)?.by ?? 'tickless start';
    const waits = oldestWaitsMs === 0 ? '' : ` Its oldest task has waited for ${Math.floor(oldestWaitsMs / 1_000)} s.`;
    if (!pollers.some((poller) => isLive(poller, nowMs))) {
      const message = `No process polls the queue "${queue}" for ${kind} tasks: what is on it does not run.${waits}`;
      return [fault('queues', message, `Start one: ${by} (tickless start does all).`)];
    }
    if (oldestWaitsMs < TAKEN_WITHIN_MS) return [];
    const message = `The queue "${queue}" is polled for ${kind} tasks, and yet behind.${waits}`;
    return [warning('queues', message, `Start more of them (${by}), or find out what keeps those that are there.`)];
  });
  return findings.length > 0 ? findings : [ok('queues', 'All queues are polled, and none is behind.')];
}

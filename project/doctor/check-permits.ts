import type { Permits } from '../../domain/permits.ts';
import { RELEASE_SIGNAL } from '../../temporal/durable/names.ts';
import { limitWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { fault, warning } from './finding.ts';
import type { Finding } from './finding.ts';

export interface LimitState {
  readonly key: string;
  readonly permits: Permits;
  /** When each holder's run closed, by run id; null for one that the engine doesn't know any more. Open runs are absent. */
  readonly closedAtMs: ReadonlyMap<string, number | null>;
}

// The limit's workflow asks after a hundred holders every five seconds.
const RELEASED_WITHIN_MS = 60_000;

/**
 * Finds permits that nobody will give back soon.
 * @param nowMs by the engine's clock
 * @param longestHoldMs how long a run of any type may take, its attempts and timeouts taken together
 */
export function checkPermits({ key, permits, closedAtMs }: LimitState, nowMs: number, longestHoldMs: number): readonly Finding[] {
  return permits.holders.flatMap(({ event, workflowId, runId, grantedAtMs }) => {
    const heldMs = nowMs - grantedAtMs;
    const message = `A permit of the limit "${key}" is held by event "${event}" for ${Math.floor(heldMs / 1_000)} s`;
    const closedMs = closedAtMs.get(runId);
    if (closedMs !== undefined) {
      if (heldMs < RELEASED_WITHIN_MS || (closedMs !== null && nowMs - closedMs < RELEASED_WITHIN_MS)) return [];
      const release = `temporal workflow signal --workflow-id '${limitWorkflowId(key)}' --name ${RELEASE_SIGNAL} --input '{"runId":"${runId}"}'`;
      const remedy = `A worker that polls the queue "heavy" gives it back by itself (tickless worker); by hand: ${release}`;
      return [fault('permits', `${message}, although its run has ended${closedMs === null ? ' and is forgotten' : ''}.`, remedy)];
    }
    if (heldMs <= longestHoldMs) return [];
    const remedy = `tickless why ${event}; tickless cancel ${event} ends it (workflow "${workflowId}").`;
    return [warning('permits', `${message}, which is longer than all timeouts of any type allow.`, remedy)];
  });
}

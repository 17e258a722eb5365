import { CancellationScope, condition, getExternalWorkflowHandle, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { limitWorkflowId } from '../temporal/durable/workflow-ids.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { COORDINATION_PRIORITY } from '../domain/tier.ts';
import { claimSignal, grantedSignal, releaseSignal } from './messages.ts';
import { WATCHED } from './watched.ts';

// Not a local one: the grant is a signal, which may come while it runs, and a workflow that is signalled while a local
// activity runs may never go on.
const { claimPermit } = proxyActivities<Activities>({
  ...WATCHED,
  priority: { priorityKey: COORDINATION_PRIORITY },
  startToCloseTimeout: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
});

export interface PermitHolding {
  /** False for events that need no permit: every promise costs a workflow, so they are spared the calls below. */
  readonly isNeeded: boolean;
  /** Waits for all permits that the event needs, one key after the other; `onWait` is told of each key that it waits for. */
  acquire(onWait: (key: string, sinceMs: number) => void): Promise<void>;
  /** Gives all of them back; also ends a wait. */
  release(): Promise<void>;
  /** The run that they were granted to; undefined where the event needs none. */
  grantedTo(): string | undefined;
  /** Whether one of them is kept for the event's tier. */
  isReserved(): boolean;
}

/** Of a chunk of several: what waits for permits is never in company. */
export const NO_PERMITS: PermitHolding = {
  isNeeded: false,
  acquire: async () => undefined,
  release: async () => undefined,
  grantedTo: () => undefined,
  isReserved: () => false,
};

/**
 * A run's side of the permits it needs. Every event asks for its keys in the same order, so that no two can wait for each
 * other.
 * @param dueAtMs when it was to begin, by the engine's clock
 */
export function holdPermits(event: AcceptedEvent, workflow: WorkflowReference, dueAtMs: number): PermitHolding {
  const needs = (event.plan.limits ?? []).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const held = new Map<string, { readonly runId: string; readonly isReserved: boolean }>();
  let sinceMs: number | null = null;
  if (needs.length > 0) setHandler(grantedSignal, ({ key, ...granted }) => void held.set(key, granted));

  return {
    isNeeded: needs.length > 0,

    async acquire(onWait) {
      held.clear();
      // Not from its first task on: under a flood of others that is late already. An item of a batch waits from its own start.
      sinceMs ??= Math.max(workflowInfo().runStartTime.getTime(), dueAtMs);
      for (const need of needs) {
        onWait(need.key, sinceMs);
        const claim = {
          workflowId: workflow.id,
          runId: workflow.runId,
          event: event.id,
          tier: event.tier,
          tenant: event.tenant,
          sinceMs,
        };
        await CancellationScope.nonCancellable(async () => {
          const limit = getExternalWorkflowHandle(limitWorkflowId(need.key));
          // A key that nobody has used lately has no workflow: then an activity starts it.
          await limit.signal(claimSignal, { need, claim }).catch(() => claimPermit({ need, claim }));
        });
        await condition(() => held.has(need.key));
      }
    },

    release: () =>
      CancellationScope.nonCancellable(async () => {
        for (const { key } of needs) {
          // Without its workflow there is nothing to give back.
          await getExternalWorkflowHandle(limitWorkflowId(key))
            .signal(releaseSignal, { runId: workflow.runId })
            .catch(() => undefined);
        }
        held.clear();
      }),

    grantedTo: () => held.values().next().value?.runId,
    isReserved: () => [...held.values()].some(({ isReserved }) => isReserved),
  };
}

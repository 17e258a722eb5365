import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { PermitHolder, Permits } from '../domain/permits.ts';
import { capacityOf, claimPermit, configureCapacity, grantPermits, isIdle, overrideCapacity, releasePermit } from '../domain/permits.ts';
import { COORDINATION_PRIORITY } from '../domain/tier.ts';
import { claimSignal, grantedSignal, permitsQuery, releaseSignal, setCapacityUpdate } from './messages.ts';
import { WATCHED } from './watched.ts';

export interface LimitInput {
  readonly key: string;
  readonly permits: Permits;
}

// Not a local one, which would keep claims and releases waiting while it asks.
const { findClosedRuns } = proxyActivities<Activities>({
  ...WATCHED,
  priority: { priorityKey: COORDINATION_PRIORITY },
  startToCloseTimeout: '5s',
  retry: { maximumAttempts: 1 },
});

// A permit whose owner's release got lost, as with a terminated run, is found out within this time.
const CHECK_OWNERS_EVERY_MS = 5_000;
const CHECKED_AT_ONCE = 100;
// A key that nobody uses ends after this time, and is started again by the next claim.
const LINGER_MS = 60_000;
const MAX_HISTORY_EVENTS = 4_000;

/**
 * Grants the permits of one key, and is the only one that does. A permit ends by its owner's word, or when the engine says
 * that the owner's run is closed; nothing else takes it away.
 */
export async function limitConcurrency({ key, permits: before }: LimitInput): Promise<void> {
  let permits = before;
  let changed = true;
  let telling = 0;

  const change = (next: Permits): void => {
    permits = next;
    changed = true;
  };
  setHandler(claimSignal, ({ need, claim }) =>
    change(claimPermit(configureCapacity(permits, need.capacity, need.reserved, need.longestWaitMs), claim)),
  );
  setHandler(releaseSignal, ({ runId }) => change(releasePermit(permits, runId, Date.now())));
  setHandler(permitsQuery, () => permits);
  setHandler(setCapacityUpdate, ({ capacity }) => {
    change(overrideCapacity(permits, capacity));
    return { capacity: capacityOf(permits) };
  });

  // Never awaited: it goes on as long as the run does, and what it throws would be a fault of ours that fails the task.
  void checkOwners();
  for (;;) {
    if (changed) {
      changed = false;
      const next = grantPermits(permits, Date.now());
      permits = next.permits;
      for (const holder of next.granted) void tell(holder);
    }
    if (workflowInfo().historyLength > MAX_HISTORY_EVENTS || workflowInfo().continueAsNewSuggested) {
      await condition(() => telling === 0 && allHandlersFinished());
      await continueAsNew<typeof limitConcurrency>({ key, permits });
    }
    if (!isIdle(permits)) await condition(() => changed);
    else if (!(await condition(() => changed, LINGER_MS))) return;
  }

  /** Tells a run that it has its permit; one that is closed gives it back this way. */
  async function tell({ workflowId, runId, isReserved }: PermitHolder): Promise<void> {
    telling += 1;
    try {
      await getExternalWorkflowHandle(workflowId, runId).signal(grantedSignal, { key, runId, isReserved });
    } catch {
      change(releasePermit(permits, runId, Date.now()));
    } finally {
      telling -= 1;
    }
  }

  async function checkOwners(): Promise<void> {
    let checked = 0;
    for (;;) {
      await condition(() => permits.holders.length > 0);
      const allLeft = await condition(() => permits.holders.length === 0, CHECK_OWNERS_EVERY_MS);
      // Even if there are others again by now: they are new.
      if (allLeft) continue;
      const from = checked >= permits.holders.length ? 0 : checked;
      checked = from + CHECKED_AT_ONCE;
      const runs = permits.holders.slice(from, checked).map(({ workflowId, runId }) => ({ id: workflowId, runId }));
      const { closed } = await findClosedRuns({ runs }).catch(() => ({ closed: [] }));
      for (const runId of closed) change(releasePermit(permits, runId, Date.now()));
    }
  }
}

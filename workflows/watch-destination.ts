import { condition, continueAsNew, proxyActivities, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { Breaker, BreakerPhase } from '../domain/breaker.ts';
import { noteFailure, noteNothingParked, noteProbeSent, noteSuccess, resumeDestination } from '../domain/breaker.ts';
import type { DestinationInput } from '../domain/destination.ts';
import { BREAKER_MEMO } from '../temporal/durable/names.ts';
import { breakerQuery, reportAttemptUpdate, resumeUpdate } from './messages.ts';
import { WATCHED } from './watched.ts';

const { wakeParked } = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

// A destination that hasn't failed again for so long is forgotten; one that is well at once.
const FORGET_MS = 600_000;
// The engine's index lags behind: what was parked a moment ago isn't found yet.
const LOOK_AGAIN_MS = 2_000;
const LOOKS = 3;
const RESUMED_AT_ONCE_S = 5;
const MAX_HISTORY_EVENTS = 4_000;

/** Keeps the breaker of one destination: decides when its deliveries wait, probes it, and lets them go when it is well again. */
export async function watchDestination({ destination, settings, breaker: before }: DestinationInput): Promise<void> {
  let breaker = before;
  let changed = false;
  let told = false;
  let empty = 0;
  let shown: BreakerPhase['state'] | null = null;

  const change = (next: Breaker): void => {
    breaker = next;
    changed = true;
    told = true;
  };
  setHandler(breakerQuery, () => breaker);
  setHandler(reportAttemptUpdate, ({ well, ...failure }) => {
    change(well ? noteSuccess(breaker) : noteFailure(breaker, { ...failure, nowMs: Date.now() }, settings));
    return { state: breaker.phase.state };
  });
  setHandler(resumeUpdate, () => change(resumeDestination(breaker, Date.now(), settings)));

  for (;;) {
    changed = false;
    const { phase } = breaker;
    if (phase.state !== shown) {
      // Read by whoever is about to send, without a task of this workflow.
      upsertMemo({ [BREAKER_MEMO]: phase.state });
      shown = phase.state;
      empty = 0;
    }
    if (workflowInfo().historyLength > MAX_HISTORY_EVENTS) await continueAsNew<typeof watchDestination>({ destination, settings, breaker });
    if (phase.state === 'closed') {
      if (told && breaker.failures === 0) return;
      if (!(await condition(() => changed, FORGET_MS))) return;
    } else if (phase.state === 'half_open') {
      await resume();
    } else if (phase.nextProbeAtMs === null) {
      await condition(() => changed);
    } else {
      const waitMs = phase.nextProbeAtMs - Date.now();
      if (waitMs > 0) await condition(() => changed, waitMs);
      else await probe();
    }
  }

  async function probe(): Promise<void> {
    const { woken } = await wakeParked({ destination, atMost: 1, perSecond: 1, isProbe: true });
    if (changed) return;
    if (woken > 0) breaker = noteProbeSent(breaker, Date.now());
    else await lookAgain();
  }

  async function resume(): Promise<void> {
    const perSecond = settings.resumedPerSecond;
    const atMost = Math.max(1, Math.round(perSecond * RESUMED_AT_ONCE_S));
    const { woken } = await wakeParked({ destination, atMost, perSecond, isProbe: false });
    if (changed) return;
    if (woken > 0) empty = 0;
    else await lookAgain();
  }

  async function lookAgain(): Promise<void> {
    empty += 1;
    if (empty < LOOKS) await condition(() => changed, LOOK_AGAIN_MS);
    else breaker = noteNothingParked(breaker, settings);
  }
}

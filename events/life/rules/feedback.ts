import type { FeedbackRecord, PendingAction } from './feedback-record.ts';
import { remember } from './memory.ts';
import type { SelfState } from './self-state.ts';
import type { Vitals } from './vitals.ts';
import { subtractVitals } from './vitals.ts';

const shortestDelayTicks = 3;
const longestDelayTicks = 10;
const expiryTicks = 20;
const leastDelta = 0.001;

export interface ObservedFeedback {
  readonly state: SelfState;
  /** Only what was worth recording, oldest action first. */
  readonly records: readonly FeedbackRecord[];
}

/** Looks at the effect of every action whose delay has passed; call it once a tick (life.md, section 8). */
export function observeFeedback(state: SelfState, nowMs: number): ObservedFeedback {
  const elapsedTicks = (action: PendingAction): number => state.ticks - action.registeredAtTick;
  const records = state.pendingActions
    .filter((action) => elapsedTicks(action) >= action.delayTicks)
    // Possible only where ticks were skipped: the state has then changed for other reasons.
    .filter((action) => elapsedTicks(action) <= expiryTicks)
    .map((action) => toFeedbackRecord(action, state, nowMs))
    .filter(({ stateDelta }) => isNoticeable(stateDelta));

  const pendingActions = state.pendingActions.filter((action) => elapsedTicks(action) < action.delayTicks);
  const memory = records.reduce(
    (remembered, record) =>
      remember(remembered, {
        eventType: 'feedback',
        significance: 0,
        timestampMs: nowMs,
        weight: 1,
        subjectiveTimestampSeconds: state.subjectiveTimeSeconds,
        feedbackData: record,
      }),
    state.memory,
  );
  return { state: { ...state, pendingActions, memory }, records };
}

/** 3–10 ticks from any 32-bit hash of the action's id, so that a replay draws the same. */
export function drawFeedbackDelayTicks(hash: number): number {
  const unsignedHash = hash >>> 0;
  return shortestDelayTicks + (unsignedHash % (longestDelayTicks - shortestDelayTicks + 1));
}

function toFeedbackRecord(action: PendingAction, current: SelfState, nowMs: number): FeedbackRecord {
  return {
    actionId: action.actionId,
    pattern: action.pattern,
    stateDelta: subtractVitals(current, action.vitalsBefore),
    timestampMs: nowMs,
    delayTicks: current.ticks - action.registeredAtTick,
    associatedEvents: action.associatedEvents,
  };
}

function isNoticeable(delta: Vitals): boolean {
  return [delta.energy, delta.stability, delta.integrity].some((change) => Math.abs(change) > leastDelta);
}

import { observeFeedback } from './feedback.ts';
import { passQuietSeconds, passTick } from './life-time.ts';
import { forgetMemories, isForgettingDue, nextForgettingTick } from './memory.ts';
import type { SelfState } from './self-state.ts';

/** A life with a clock: one tick a second from its birth on. */
export interface LivedState extends SelfState {
  /** The largest intensity since the last tick, which takes it up; 0 where none helped. */
  readonly strongestIntensity: number;
}

const TICK_MS = 1_000;

/**
 * Brings a life to a time: its ticks, and what is due at them in its order, feedback before forgetting. Nothing else changes
 * between events, so it makes no difference when this is done, nor in how many steps.
 */
export function settleLife(life: LivedState, atMs: number): LivedState {
  const untilTick = Math.floor((atMs - life.birthTimestampMs) / TICK_MS);
  if (untilTick <= life.ticks) return life;
  let state: SelfState = passTick(life, { elapsedSeconds: 1, intensities: [life.strongestIntensity] });
  state = settleTick(state);
  while (state.ticks < untilTick) {
    state = settleTick(passQuietSeconds(state, Math.min(nextDueTick(state), untilTick) - state.ticks));
  }
  return { ...state, strongestIntensity: 0 };
}

/** What is due at the tick that the state has come to. */
function settleTick(state: SelfState): SelfState {
  const nowMs = state.birthTimestampMs + state.ticks * TICK_MS;
  const observed = state.pendingActions.length === 0 ? state : observeFeedback(state, nowMs).state;
  if (!isForgettingDue(state.ticks)) return observed;
  return { ...observed, memory: forgetMemories(observed.memory, nowMs) };
}

/** Nothing is due before this tick. What is forgotten altogether isn't forgotten further. */
function nextDueTick({ ticks, pendingActions, memory }: SelfState): number {
  const feedback = pendingActions.map(({ registeredAtTick, delayTicks }) => Math.max(registeredAtTick + delayTicks, ticks + 1));
  const forgetting = memory.some(({ weight }) => weight > 0) ? nextForgettingTick(ticks) : Number.POSITIVE_INFINITY;
  return Math.min(forgetting, ...feedback);
}

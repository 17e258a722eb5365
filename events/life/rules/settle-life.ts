import { observeFeedback } from './feedback.ts';
import type { LifeRules } from './life-rules.ts';
import { defaultLifeRules } from './life-rules.ts';
import { passQuietSeconds, passTick } from './life-time.ts';
import { forgetMemories, isForgettingDue, nextForgettingTick } from './memory.ts';
import type { SelfState } from './self-state.ts';
import { isWeak } from './self-state.ts';
import { weaken } from './weaken.ts';

/** A life with a clock: one tick a second from its birth on. */
export interface LivedState extends SelfState {
  /** The largest intensity since the last tick, which takes it up; 0 where none helped. */
  readonly strongestIntensity: number;
}

const TICK_MS = 1_000;

/**
 * Brings a life to a time: its ticks, and what is due at them in its order, weakness before feedback before forgetting.
 * Nothing else changes between events, so it makes no difference when this is done, nor in how many steps.
 */
export function settleLife(life: LivedState, atMs: number, rules: LifeRules = defaultLifeRules): LivedState {
  const untilTick = Math.floor((atMs - life.birthTimestampMs) / TICK_MS);
  if (untilTick <= life.ticks) return life;
  const { followsDayRhythm } = rules;
  let state: SelfState = passTick(life, { elapsedSeconds: 1, intensities: [life.strongestIntensity], followsDayRhythm });
  state = settleTick(state, rules);
  while (state.ticks < untilTick) {
    const quietTicks = Math.min(nextDueTick(state, rules), untilTick) - state.ticks;
    state = settleTick(passQuietSeconds(state, quietTicks, followsDayRhythm), rules);
  }
  return { ...state, strongestIntensity: 0 };
}

/** What is due at the tick that the state has come to. */
function settleTick(ticked: SelfState, rules: LifeRules): SelfState {
  const nowMs = ticked.birthTimestampMs + ticked.ticks * TICK_MS;
  let state = ticked;
  if (rules.weakens) state = weaken(state, TICK_MS / 1_000);
  if (state.pendingActions.length > 0) state = observeFeedback(state, nowMs).state;
  if (!isForgettingDue(state.ticks)) return state;
  return { ...state, memory: forgetMemories(state.memory, nowMs) };
}

/** Nothing is due before this tick. What is forgotten altogether isn't forgotten further. */
function nextDueTick(state: SelfState, rules: LifeRules): number {
  const { ticks, pendingActions, memory } = state;
  if (rules.weakens && canWeaken(state)) return ticks + 1;
  const feedback = pendingActions.map(({ registeredAtTick, delayTicks }) => Math.max(registeredAtTick + delayTicks, ticks + 1));
  const forgetting = memory.some(({ weight }) => weight > 0) ? nextForgettingTick(ticks) : Number.POSITIVE_INFINITY;
  return Math.min(forgetting, ...feedback);
}

function canWeaken(state: SelfState): boolean {
  return isWeak(state) && state.energy + state.stability + state.integrity > 0;
}

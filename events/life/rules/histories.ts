import type { SelfState } from './self-state.ts';

/** Sizes of the ring buffers of life.md, section 3. The last two are never written (section 10). */
export const historyLimits = {
  recentEvents: 50,
  energyHistory: 100,
  stabilityHistory: 100,
  parameterHistory: 1000,
  adaptationHistory: 50,
} as const;

/** Adds the event's type and the vitals after it; the oldest fall out. */
export function recordInHistories(state: SelfState, eventType: string): SelfState {
  return {
    ...state,
    recentEvents: pushToRing(state.recentEvents, eventType, historyLimits.recentEvents),
    energyHistory: pushToRing(state.energyHistory, state.energy, historyLimits.energyHistory),
    stabilityHistory: pushToRing(state.stabilityHistory, state.stability, historyLimits.stabilityHistory),
  };
}

function pushToRing<Item>(ring: readonly Item[], item: Item, limit: number): readonly Item[] {
  return [...ring, item].slice(-limit);
}

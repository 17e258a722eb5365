import type { SelfState } from './self-state.ts';
import { isWeak } from './self-state.ts';
import { addDelta } from './state-bounds.ts';

/** The penalty for a weak life (life.md, section 3): optional, off by default. It keeps running. */
export function weaken(state: SelfState, elapsedSeconds: number): SelfState {
  if (!isWeak(state)) return state;
  return addDelta(state, {
    energy: -0.02 * elapsedSeconds,
    stability: -0.04 * elapsedSeconds,
    integrity: -0.04 * elapsedSeconds,
  });
}

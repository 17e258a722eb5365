import type { Decision } from './decision.ts';
import type { Meaning } from './meaning.ts';
import type { Pattern, PatternCoefficients } from './pattern.ts';
import { defaultCoefficients } from './pattern.ts';
import type { SelfState } from './self-state.ts';
import { clampVital } from './state-bounds.ts';
import type { Vitals } from './vitals.ts';
import { mapVitals, subtractVitals } from './vitals.ts';

export interface Action {
  /** After minus before: clamping and the action's own cost are in it. */
  readonly delta: Vitals;
}

/** What the action reads; a whole SelfState will do. */
export type ActionSnapshot = Pick<SelfState, keyof Vitals | 'recoveryEfficiency'>;

/** What the event does to this state (life.md, section 6, steps 1–3, 5 and 7). Null without a decision. */
export function deriveAction(
  decision: Decision | null,
  meaning: Meaning,
  state: ActionSnapshot,
  coefficients: PatternCoefficients = defaultCoefficients,
): Action | null {
  if (decision === null) return null;
  const after = vitalsAfter(decision, meaning, state, coefficients);
  return { delta: subtractVitals(after, state) };
}

/**
 * The vitals once the action is done. To be stored as they are: before plus `delta` may differ in the last bit.
 */
export function vitalsAfter(
  { pattern }: Decision,
  meaning: Meaning,
  state: ActionSnapshot,
  coefficients: PatternCoefficients = defaultCoefficients,
): Vitals {
  if (pattern === 'ignore') return mapVitals((vital) => state[vital]);

  // Absorb and amplify multiply nothing here: the factor in Meaning is all there is.
  const damping = pattern === 'dampen' ? coefficients.dampen : 1;
  const recovery = meaning.eventType === 'recovery' ? state.recoveryEfficiency : 1;
  const impact = mapVitals((vital) => meaning.impact[vital] * damping);
  const added = mapVitals((vital) => {
    const change = vital === 'energy' ? impact.energy * recovery : impact[vital];
    return clampVital(vital, state[vital] + change);
  });
  const energy = clampVital('energy', added.energy - ownCost(pattern, coefficients));
  return { ...added, energy };
}

/** Energy that acting takes, paid after the impact. */
function ownCost(pattern: Pattern, coefficients: PatternCoefficients): number {
  if (pattern === 'dampen') return 0.01 * (1 - coefficients.dampen);
  if (pattern === 'absorb' && coefficients.absorb < 0.8) return 0.005 * (1 - coefficients.absorb);
  return 0;
}

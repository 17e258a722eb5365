import { LifeError } from './life-error.ts';
import { lifeType } from './life-types.ts';
import type { OriginalMemory } from './memory-echo.ts';
import { echoDelta, moodFactor } from './memory-echo.ts';
import type { Pattern, PatternCoefficients } from './pattern.ts';
import { defaultCoefficients } from './pattern.ts';
import type { SelfState } from './self-state.ts';
import type { Vitals } from './vitals.ts';
import { clamp, mapVitals } from './vitals.ts';

export interface LifeEvent {
  readonly type: string;
  /** Within [-1, 1]. */
  readonly intensity: number;
  /** Counts for a memory_echo only. */
  readonly originalMemory?: OriginalMemory | undefined;
}

export interface Meaning {
  /** The event's own type, also when it is not in the table: the decision looks memory and flags up by it. */
  readonly eventType: string;
  /** 0–1. */
  readonly significance: number;
  readonly impact: Vitals;
  readonly pattern: Pattern;
}

/** What Meaning reads; a whole SelfState will do. */
export type MeaningSnapshot = Pick<SelfState, keyof Vitals | 'fatigue' | 'clarityState'>;

/** Life.md, section 4. Throws a LifeError `significance_out_of_bounds` when the input holds NaN. */
export function deriveMeaning(event: LifeEvent, state: MeaningSnapshot, coefficients: PatternCoefficients = defaultCoefficients): Meaning {
  const significance = appraiseSignificance(event, state);
  const pattern = choosePattern(significance, state.stability);
  const unscaled = impactBeforePattern(event, state, significance);
  return {
    eventType: event.type,
    significance,
    // Adding 0 turns -0 into 0: JSON has no -0, and a stored meaning must equal a fresh one.
    impact: mapVitals((vital) => unscaled[vital] * coefficients[pattern] + 0),
    pattern,
  };
}

function appraiseSignificance(event: LifeEvent, state: MeaningSnapshot): number {
  let raw = Math.abs(event.intensity) * lifeType(event.type).weight;
  if (state.integrity < 0.3) raw *= 1.5;
  if (state.stability < 0.5) raw *= 1.2;
  if (state.clarityState) raw *= 1.5;

  const significance = clamp(raw, 0, 1);
  if (Number.isNaN(significance)) {
    throw new LifeError(
      'significance_out_of_bounds',
      `the significance of "${event.type}" at intensity ${event.intensity} is not within 0 and 1`,
    );
  }
  return significance;
}

function impactBeforePattern(event: LifeEvent, state: MeaningSnapshot, significance: number): Vitals {
  const strength = Math.abs(event.intensity);
  const { baseImpact } = lifeType(event.type);
  const impact = mapVitals((vital) => baseImpact[vital] * strength * significance);
  if (event.type !== 'memory_echo' || event.originalMemory === undefined) return impact;

  const delta = echoDelta(event.originalMemory);
  const factor = moodFactor(event.originalMemory.mood, state);
  return mapVitals((vital) => (impact[vital] + delta[vital] * strength) * factor);
}

/** Meaning's pattern only scales the impact; the decision is made on its own and may differ. */
function choosePattern(significance: number, stability: number): Pattern {
  if (significance < 0.1) return 'ignore';
  if (stability > 0.8) return 'dampen';
  if (stability < 0.3) return 'amplify';
  return 'absorb';
}

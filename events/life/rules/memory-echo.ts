import type { SelfState } from './self-state.ts';
import type { Vitals } from './vitals.ts';
import { clamp, noVitals } from './vitals.ts';

/** What a memory_echo reminds of: `metadata.original_memory`, parsed by the caller. */
export interface OriginalMemory {
  readonly eventType: string;
  readonly mood: Mood;
}

/** `emotional_impact`; without it the mood is neutral. */
export type Mood = 'positive' | 'negative' | 'neutral';

/** The delta by `original_memory.event_type`. Some of these names are no Life types: that is the contract. */
const deltasByType: ReadonlyMap<string, Vitals> = new Map([
  ['recovery', { energy: 0.3, stability: 0.05, integrity: 0.02 }],
  ['social_harmony', { energy: 0.2, stability: 0.08, integrity: 0.03 }],
  ['learning_achievement', { energy: 0.25, stability: 0.06, integrity: 0.04 }],
  ['shock', { energy: -0.2, stability: -0.03, integrity: -0.01 }],
  ['decay', { energy: -0.15, stability: -0.02, integrity: -0.02 }],
  ['crisis', { energy: -0.25, stability: -0.04, integrity: -0.03 }],
  ['disruption', { energy: -0.1, stability: -0.03, integrity: -0.01 }],
  ['noise', { energy: -0.05, stability: 0, integrity: 0 }],
  ['idle', { energy: -0.03, stability: 0.01, integrity: 0 }],
  ['adaptation', { energy: 0, stability: 0.02, integrity: 0.01 }],
  ['routine', { energy: 0, stability: 0.01, integrity: 0 }],
]);

/** The delta of the remembered event, before intensity and mood (life.md, section 4.2). */
export function echoDelta(original: OriginalMemory): Vitals {
  return deltasByType.get(original.eventType) ?? noVitals;
}

/** How much the present mood colours the echo: the spec's c, 0.5–2. */
export function moodFactor(mood: Mood, state: Pick<SelfState, 'energy' | 'stability' | 'fatigue'>): number {
  const isPositive = mood === 'positive';
  const isNegative = mood === 'negative';

  let factor = 1;
  if (state.stability < 0.3 && isPositive) factor *= 1.5;
  if (state.stability < 0.3 && isNegative) factor *= 0.7;
  if (state.stability > 0.8) factor *= 0.9;
  if (state.energy < 30 && isPositive) factor *= 1.3;
  if (state.energy > 80 && isNegative) factor *= 0.8;
  if (state.fatigue > 0.7 && isPositive) factor *= 1.2;
  return clamp(factor, 0.5, 2);
}

import type { DecisionFlags } from './decision-flags.ts';
import { decisionFlags } from './decision-flags.ts';
import { timeRatio } from './life-time.ts';
import type { Meaning } from './meaning.ts';
import type { Pattern } from './pattern.ts';
import type { Recollection } from './recall.ts';
import { recall } from './recall.ts';
import type { SelfState } from './self-state.ts';
import type { Vitals } from './vitals.ts';

export interface Decision {
  readonly pattern: Pattern;
}

/** What the decision reads, as it was before the event; a whole SelfState will do. */
export type DecisionSnapshot = Pick<SelfState, keyof Vitals | 'memory' | 'ageSeconds' | 'subjectiveTimeSeconds'>;

/**
 * Life.md, section 5. Null when the event means nothing: it is then complete, without action, memory or feedback.
 * The rules run in order and the first result wins.
 */
export function deriveDecision(meaning: Meaning, state: DecisionSnapshot): Decision | null {
  if (meaning.significance === 0) return null;
  const ratio = timeRatio(state);
  const facts: Facts = {
    ...decisionFlags(meaning.eventType),
    ...recall(state.memory, meaning.eventType, ratio),
    energy: state.energy,
    stability: state.stability,
    integrity: state.integrity,
    significance: meaning.significance,
    ratio,
  };
  return {
    pattern:
      decideByHeavyMemory(facts) ??
      decideByLowEnergy(facts) ??
      decideByHighStability(facts) ??
      decideByLowStability(facts) ??
      decideByFastTime(facts) ??
      decideByLowIntegrity(facts) ??
      decideByType(facts) ??
      decideByWeight(facts),
  };
}

interface Facts extends Vitals, DecisionFlags, Recollection {
  readonly significance: number;
  /** Subjective time by age. */
  readonly ratio: number;
}

/** R1 */
function decideByHeavyMemory(facts: Facts): Pattern | undefined {
  if (!facts.isConcentrated && facts.largestSignificance <= 0.8) return undefined;
  const lifts = facts.canAmplify && facts.isPositive && facts.stability < 0.3 && facts.energy < 30;
  return lifts ? 'amplify' : 'dampen';
}

/** R2a, R2b, R2c */
function decideByLowEnergy(facts: Facts): Pattern | undefined {
  if (facts.energy >= 30) return undefined;
  if (facts.stability < 0.3 && canLift(facts)) return 'amplify';
  if (isHeavierThan(facts, 0.4, 0.3)) return 'dampen';
  if (facts.significance < 0.1) return 'ignore';
  return undefined;
}

/** R3 */
function decideByHighStability(facts: Facts): Pattern | undefined {
  return facts.stability > 0.8 && isHeavierThan(facts, 0.3, 0.2) ? 'dampen' : undefined;
}

/** R4 */
function decideByLowStability(facts: Facts): Pattern | undefined {
  return facts.stability < 0.3 && canLift(facts) ? 'amplify' : undefined;
}

/** R5 */
function decideByFastTime(facts: Facts): Pattern | undefined {
  return facts.ratio > 1.1 && isHeavierThan(facts, 0.35, 0.25) ? 'dampen' : undefined;
}

/** R6 */
function decideByLowIntegrity(facts: Facts): Pattern | undefined {
  return facts.integrity < 0.3 && isHeavierThan(facts, 0.5, 0.4) ? 'dampen' : undefined;
}

/** R7a, R7b, R7c */
function decideByType(facts: Facts): Pattern | undefined {
  if (facts.prefers === 'dampen' && isHeavierThan(facts, 0.3, 0.2)) return 'dampen';
  if (facts.prefers === 'absorb' && facts.weightedSignificance <= 0.6) return 'absorb';
  if (isLighterThan(facts, facts.ignoreThreshold, facts.ignoreThreshold)) return 'ignore';
  return undefined;
}

/** R8 */
function decideByWeight(facts: Facts): Pattern {
  if (isLighterThan(facts, 0.2, 0.15)) return 'ignore';
  if (isLighterThan(facts, 0.5, 0.3)) return 'absorb';
  if (facts.weightedSignificance >= 0.5 || facts.significance >= 0.4) return 'dampen';
  return 'absorb';
}

function canLift(facts: Facts): boolean {
  return facts.canAmplify && facts.isPositive && facts.significance > 0.4;
}

function isHeavierThan(facts: Facts, remembered: number, significance: number): boolean {
  return facts.weightedSignificance > remembered || facts.significance > significance;
}

function isLighterThan(facts: Facts, remembered: number, significance: number): boolean {
  return facts.weightedSignificance < remembered && facts.significance < significance;
}

/** How a type leans in a decision (life.md, section 5.2). `can_ignore` is yes for every type, so it is no flag here. */
export interface DecisionFlags {
  readonly canAmplify: boolean;
  readonly prefers: 'absorb' | 'dampen' | 'nothing';
  readonly isPositive: boolean;
  readonly ignoreThreshold: number;
}

const threatening: DecisionFlags = {
  canAmplify: false,
  prefers: 'dampen',
  isPositive: false,
  ignoreThreshold: 0.1,
};

const restoring: DecisionFlags = {
  canAmplify: true,
  prefers: 'absorb',
  isPositive: true,
  ignoreThreshold: 0.1,
};

/**
 * Unknown types included, and `void`, `fear` and the other negative types too. That looks like a gap, but it is the
 * contract: a repair would be a new, versioned rule set.
 */
const allOthers: DecisionFlags = {
  canAmplify: true,
  prefers: 'absorb',
  isPositive: false,
  ignoreThreshold: 0.1,
};

const flagsByType: ReadonlyMap<string, DecisionFlags> = new Map([
  ['shock', threatening],
  ['decay', threatening],
  ['social_conflict', threatening],
  ['existential_void', threatening],
  ['noise', { canAmplify: false, prefers: 'nothing', isPositive: false, ignoreThreshold: 0.15 }],
  ['idle', { canAmplify: false, prefers: 'nothing', isPositive: false, ignoreThreshold: 0.05 }],
  ['recovery', restoring],
  ['cognitive_clarity', restoring],
  ['existential_purpose', restoring],
  ['social_presence', { canAmplify: true, prefers: 'nothing', isPositive: true, ignoreThreshold: 0.1 }],
  ['cognitive_doubt', { canAmplify: true, prefers: 'nothing', isPositive: false, ignoreThreshold: 0.2 }],
]);

export function decisionFlags(eventType: string): DecisionFlags {
  return flagsByType.get(eventType) ?? allOthers;
}

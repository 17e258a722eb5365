/** From the most to the least urgent. `bulk` is for backfills and given only when asked for. */
export const TIERS = ['critical', 'high', 'normal', 'low', 'bulk'] as const;

export type Tier = (typeof TIERS)[number];

/** Of something that is scarce, so much is for work of a tier, and of those before it, alone. */
export type Reserved = Readonly<Partial<Record<Tier, number>>>;

export function totalReserved(reserved: Reserved): number {
  return Object.values(reserved).reduce((sum, count) => sum + count, 0);
}

const LOWEST_NUMBER: Readonly<Record<Tier, number>> = { critical: 1000, high: 750, normal: 500, low: 250, bulk: 0 };

/** Of activities on the delivery queue that others wait for: the highest, so that they go before the callbacks there. */
export const COORDINATION_PRIORITY = 1;

export type PriorityKey = 1 | 2 | 3 | 4 | 5;

const PRIORITY_KEYS: Readonly<Record<Tier, PriorityKey>> = { critical: 1, high: 2, normal: 3, low: 4, bulk: 5 };

/** The engine's, 1 (first) to 5. */
export function priorityKey(tier: Tier): PriorityKey {
  return PRIORITY_KEYS[tier];
}

/** Numeric priorities of design 004: a number takes the highest tier whose figure it reaches, below 250 `bulk`. */
export function tierFromNumber(priority: number): Tier {
  if (priority >= LOWEST_NUMBER.critical) return 'critical';
  if (priority >= LOWEST_NUMBER.high) return 'high';
  if (priority >= LOWEST_NUMBER.normal) return 'normal';
  if (priority >= LOWEST_NUMBER.low) return 'low';
  return 'bulk';
}

/** As a number of design 004: the higher goes first. A number of one's own stays as it is. */
export function toPriority(priority: Tier | number): number {
  return typeof priority === 'number' ? priority : LOWEST_NUMBER[priority];
}

export interface TierChoice {
  /** What the caller asked for; it wins and is not raised. */
  readonly asked: Tier | undefined;
  readonly ofType: Tier;
  /** 0 to 1. */
  readonly urgency: number;
  /** From this urgency on, the type's tier is raised by one. */
  readonly urgencyThreshold: number;
}

/** The tier an event runs under. */
export function chooseTier({ asked, ofType, urgency, urgencyThreshold }: TierChoice): Tier {
  if (asked !== undefined) return asked;
  return urgency >= urgencyThreshold ? raise(ofType) : ofType;
}

function raise(tier: Tier): Tier {
  if (tier === 'low') return 'normal';
  if (tier === 'normal') return 'high';
  if (tier === 'high') return 'critical';
  return tier;
}

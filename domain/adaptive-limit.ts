/** How many calls a process may have under way to another one, and what it has learned of how many that one bears. */
export interface AdaptiveLimit {
  /** In parts of a call, of which whole ones count. */
  readonly size: number;
  /** The limit was too large once, and grows slowly since. */
  readonly isCautious: boolean;
  /** How often the limit has become smaller. */
  readonly generation: number;
  /** The shortest that a good answer took. */
  readonly leastMs: number;
}

export interface LimitBounds {
  readonly least: number;
  readonly most: number;
  /** An answer that takes no longer than this, or than twice the shortest one, lets the limit grow. */
  readonly quickMs: number;
}

export interface Call {
  /** `well`: answered in time. `too_much`: a sign that fewer calls should be sent at once. `nothing`: neither. */
  readonly says: 'well' | 'too_much' | 'nothing';
  readonly durationMs: number;
}

export interface CallUse {
  /** Whether the limit was used up: nothing is learned of more calls than were asked for. */
  readonly isFull: boolean;
  /** The limit's when the call began: of calls that were under way when it became smaller nothing more is learned. */
  readonly generation: number;
}

const QUICK_OF_LEAST = 2;

export function firstLimit(size: number): AdaptiveLimit {
  return { size, isCautious: false, generation: 0, leastMs: Number.POSITIVE_INFINITY };
}

/**
 * The limit after a call, as TCP finds out what a path bears (RFC 5681). A full limit grows with each quick answer: to twice its
 * size a round, and by one a round once it was too large. After a call that was too much it has half its size.
 */
export function afterCall(
  before: AdaptiveLimit,
  { says, durationMs }: Call,
  { isFull, generation }: CallUse,
  bounds: LimitBounds,
): AdaptiveLimit {
  if (says === 'nothing' || generation !== before.generation) return before;
  const { size, isCautious } = before;
  if (says === 'too_much') {
    return { ...before, size: Math.max(bounds.least, size / 2), isCautious: true, generation: generation + 1 };
  }
  const next = durationMs < before.leastMs ? { ...before, leastMs: durationMs } : before;
  const isQuick = durationMs <= Math.max(bounds.quickMs, QUICK_OF_LEAST * next.leastMs);
  if (!isFull || !isQuick || size >= bounds.most) return next;
  return { ...next, size: Math.min(bounds.most, isCautious ? size + 1 / size : size + 1) };
}

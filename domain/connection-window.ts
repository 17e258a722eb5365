import type { CallbackAttempt } from './delivery.ts';
import { isUnwell, LEAST_CONNECTIONS, RIDE_MS } from './riding.ts';

/** How many connections a process may have open to one origin, and what it has learned of how many that one bears. */
export interface ConnectionWindow {
  /** In parts of a connection, of which whole ones count. */
  readonly size: number;
  /** It was too large once, and grows slowly since. */
  readonly isCautious: boolean;
  /** How often it has become smaller. */
  readonly generation: number;
  /** The shortest that a good answer took. */
  readonly leastMs: number;
}

export const FIRST_WINDOW: ConnectionWindow = {
  size: LEAST_CONNECTIONS,
  isCautious: false,
  generation: 0,
  leastMs: Number.POSITIVE_INFINITY,
};

export interface WindowUse {
  readonly maxConnections: number;
  /** Whether all connections were open: nothing is learned of more of them than were asked for. */
  readonly isFull: boolean;
  /** The window's when the attempt began: of those that were open when it became smaller nothing more is learned. */
  readonly generation: number;
}

const TOO_MUCH: ReadonlySet<number> = new Set([408, 429, 503, 504]);
// One that takes longer the more it gets would otherwise be made too slow to ride to.
const MAX_GROWING = { ms: RIDE_MS / 2, ofLeast: 2 } as const;

/** Whether an origin has no answer, or one that says that it was asked too much. */
export function isTooMuch(attempt: CallbackAttempt): boolean {
  return attempt.status === null ? isUnwell(attempt) : TOO_MUCH.has(attempt.status);
}

/**
 * The window after an attempt, as TCP finds out what a path bears (RFC 5681): where it was full and the answer is good it grows,
 * to twice as many with each round of answers, and by one a round once it was too large; it does not where answers take longer for it.
 * Where the attempt was too much it has half. What is about the message, or wrong with the receiver itself, says nothing of this.
 */
export function afterAttempt(before: ConnectionWindow, attempt: CallbackAttempt, use: WindowUse): ConnectionWindow {
  const { size, isCautious, generation } = before;
  if (use.generation !== generation) return before;
  if (isTooMuch(attempt)) {
    return { ...before, size: Math.max(LEAST_CONNECTIONS, size / 2), isCautious: true, generation: generation + 1 };
  }
  if (attempt.status === null || isUnwell(attempt)) return before;
  const window = attempt.durationMs < before.leastMs ? { ...before, leastMs: attempt.durationMs } : before;
  const isQuick = attempt.durationMs <= Math.max(MAX_GROWING.ms, MAX_GROWING.ofLeast * window.leastMs);
  if (!use.isFull || !isQuick || size >= use.maxConnections) return window;
  return { ...window, size: Math.min(use.maxConnections, isCautious ? size + 1 / size : size + 1) };
}

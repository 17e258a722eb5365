/** How a destination that fails is treated. */
export interface BreakerSettings {
  /** After so many failures in a row it is open. */
  readonly failures: number;
  /** Until the first probe; each failed one doubles it. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** So many parked deliveries go out in a second when it is well again. */
  readonly resumedPerSecond: number;
}

export const DEFAULT_BREAKER: BreakerSettings = { failures: 5, firstPauseMs: 10_000, longestPauseMs: 600_000, resumedPerSecond: 10 };

/**
 * As of any circuit breaker. `closed`: deliveries go out. `open`: they are parked, and one of them at a time goes out as a probe; without
 * a time for one, as of a destination that is gone, until somebody resumes it. `half_open`: it answered, and what was parked goes
 * out at a pace.
 */
export type BreakerPhase =
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly sinceMs: number; readonly pauseMs: number; readonly nextProbeAtMs: number | null }
  | { readonly state: 'half_open'; readonly pauseMs: number };

/**
 * What is known of a destination that has failed: a state and a count. There is one writer, the destination's workflow;
 * everything here is a function of the state before. What is parked is found by the engine's index.
 */
export interface Breaker {
  /** In a row. */
  readonly failures: number;
  readonly phase: BreakerPhase;
}

export interface DestinationFailure {
  readonly nowMs: number;
  /** It answered 410: it wants no more messages. */
  readonly isGone: boolean;
  /** It was tried to see whether it is well again. */
  readonly isProbe: boolean;
  /** What it asked for, 0 for nothing. */
  readonly retryAfterMs: number;
  /** So many at once, of attempts that go on and aren't answered; 1 that has ended by default. */
  readonly failures?: number;
}

// Longer than an attempt may take: a probe that isn't reported by then is lost.
const PROBE_LOST_MS = 60_000;

export function createBreaker(): Breaker {
  return { failures: 0, phase: { state: 'closed' } };
}

export function noteFailure(breaker: Breaker, failure: DestinationFailure, settings: BreakerSettings): Breaker {
  const { nowMs, isGone, isProbe, retryAfterMs } = failure;
  const { phase } = breaker;
  const failures = breaker.failures + (failure.failures ?? 1);
  const trip = (sinceMs: number, pauseMs: number): Breaker => {
    const nextProbeAtMs = isGone ? null : nowMs + Math.max(pauseMs, retryAfterMs);
    return { failures, phase: { state: 'open', sinceMs, pauseMs, nextProbeAtMs } };
  };
  const longer = (pauseMs: number): number => Math.min(pauseMs * 2, settings.longestPauseMs);
  if (phase.state !== 'open') {
    // As many in a row also while it is half open: one that fails now and then would otherwise stay open for most of the time.
    if (!isGone && failures < settings.failures) return { failures, phase };
    if (phase.state === 'closed') return trip(nowMs, settings.firstPauseMs);
    // What isn't answered for a while may be slow: it is well each time, and would be parked for longer each time.
    const isHang = failure.failures !== undefined;
    return trip(nowMs, isHang ? phase.pauseMs : longer(phase.pauseMs));
  }
  if (isProbe || isGone) return trip(phase.sinceMs, longer(phase.pauseMs));
  // One that was under way when the others were parked.
  return { failures, phase };
}

export function noteSuccess(breaker: Breaker): Breaker {
  const { phase } = breaker;
  return { failures: 0, phase: phase.state === 'open' ? { state: 'half_open', pauseMs: phase.pauseMs } : phase };
}

/** No other is sent before the answer, nor while one may still come. */
export function noteProbeSent(breaker: Breaker, nowMs: number): Breaker {
  const { phase } = breaker;
  return phase.state === 'open' ? { ...breaker, phase: { ...phase, nextProbeAtMs: nowMs + phase.pauseMs + PROBE_LOST_MS } } : breaker;
}

/** Nothing is parked to probe it with: the next delivery goes out, and its failure opens it at once. */
export function noteNothingParked(breaker: Breaker, settings: BreakerSettings): Breaker {
  const { phase } = breaker;
  if (phase.state === 'half_open') return createBreaker();
  return phase.state === 'open' ? { failures: settings.failures - 1, phase: { state: 'closed' } } : breaker;
}

/** Probes an open one now; a failure then opens it again, with short pauses first. */
export function resumeDestination(breaker: Breaker, nowMs: number, settings: BreakerSettings): Breaker {
  const { phase } = breaker;
  if (phase.state !== 'open') return breaker;
  return { ...breaker, phase: { ...phase, pauseMs: settings.firstPauseMs, nextProbeAtMs: nowMs } };
}

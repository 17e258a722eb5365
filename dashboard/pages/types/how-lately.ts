import type { EventSummary } from '../../../domain/event-summary.ts';

export interface Lately {
  /** How many have ended, of those looked at. */
  readonly ended: number;
  readonly failed: number;
  /** From their start to their end; null where none has ended. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

const BAD: ReadonlySet<string> = new Set(['failed', 'partial']);

/** How the last events of a type have gone. */
export function howLately(events: readonly Pick<EventSummary, 'status' | 'completedAt' | 'timings'>[]): Lately {
  const ended = events.filter(({ completedAt }) => completedAt !== null);
  const times = ended.flatMap(({ timings: { runMs } }) => runMs ?? []).toSorted((one, other) => one - other);
  return {
    ended: ended.length,
    failed: ended.filter(({ status }) => BAD.has(status)).length,
    p50Ms: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
  };
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

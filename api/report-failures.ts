import { causeDigest } from '../domain/dead-letter.ts';
import type { ToldFailure } from '../domain/known-causes.ts';
import type { RunEnd } from '../domain/run-end.ts';

export interface FailureReportOptions {
  /** Repeated, it changes nothing. */
  readonly tell: (tenant: string, failures: readonly ToldFailure[]) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly now: () => number;
}

export interface FailureReport {
  /** Remembers the failure of a subject's event, which only those who heard of it can count; all others are counted where they died. */
  heard(end: RunEnd): void;
  /** Tells what was heard since it last did; what can't be told is kept for the next time. */
  tellAll(): Promise<void>;
}

// Of each tenant; more than that are not told while the engine is away.
const MOST_KEPT = 1_000;
const MOST_TOLD = 200;

export function createFailureReport({ tell, onFailure, now }: FailureReportOptions): FailureReport {
  const untold = new Map<string, ToldFailure[]>();

  return {
    heard({ event, cause }) {
      if (cause?.kind !== 'subject') return;
      const { tenant, type, stage, code, message } = cause;
      const kept = untold.get(tenant) ?? [];
      kept.push({ digest: causeDigest(cause), type, stage, code, message, id: event, atMs: now() });
      untold.set(tenant, kept.slice(-MOST_KEPT));
    },

    async tellAll() {
      for (const [tenant, failures] of untold) {
        const told = failures.slice(0, MOST_TOLD);
        try {
          await tell(tenant, told);
        } catch (error) {
          onFailure(error);
          continue;
        }
        const left = (untold.get(tenant) ?? []).filter((failure) => !told.includes(failure));
        if (left.length === 0) untold.delete(tenant);
        else untold.set(tenant, left);
      }
    },
  };
}

import { within } from '../../domain/within.ts';

/** Attempts that are made to see whether an origin that was slow is well again: the next one when the last has ended, or takes long. */
export interface Trials {
  /** Null where one has only just begun; what it returns is called once, when it has ended. */
  begin(origin: string): (() => void) | null;
  /** Waits for the one that has begun, unless it takes long or the one before did; whether it has ended. */
  heardOf(origin: string): Promise<boolean>;
}

interface Trial {
  readonly longFromMs: number;
  readonly ended: Promise<true>;
  /** The one before took long: what is slow all the time is not waited for each time. */
  readonly isUnlikely: boolean;
}

/** So long a trial is waited for. */
export const TRIAL_MS = 250;
const MAX_KNOWN = 10_000;

export function createTrials(now: () => number): Trials {
  const trials = new Map<string, Trial>();
  return {
    begin(origin) {
      const before = trials.get(origin);
      const startedMs = now();
      if (before !== undefined && startedMs < before.longFromMs) return null;
      let end = (_ended: true): void => undefined;
      const ended = new Promise<true>((resolve) => {
        end = resolve;
      });
      // Where one is left, it took long.
      const trial = { longFromMs: startedMs + TRIAL_MS, ended, isUnlikely: before !== undefined };
      trials.set(origin, trial);
      if (trials.size > MAX_KNOWN) trials.delete(trials.keys().next().value ?? '');
      return () => {
        if (now() < trial.longFromMs && trials.get(origin) === trial) trials.delete(origin);
        end(true);
      };
    },
    async heardOf(origin) {
      const trial = trials.get(origin);
      if (trial === undefined) return true;
      if (trial.isUnlikely) return false;
      return (await within(trial.ended, Math.min(TRIAL_MS, trial.longFromMs - now()))) !== null;
    },
  };
}

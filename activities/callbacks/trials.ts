import { within } from '../../runtime/within.ts';

/** Attempts that are made to see whether an origin that was slow is well again: the next one when the last has ended, or takes long. */
export interface Trials {
  /** Null where one has only just begun; what it returns is called once, when it has ended. */
  begin(origin: string): (() => void) | null;
  /** Waits for the one that has begun, unless it takes long; whether it has ended. */
  heardOf(origin: string): Promise<boolean>;
}

/** So long a trial is waited for: what is well answers in that time, and what is slow all the time costs others no more. */
export const TRIAL_MS = 100;

export function createTrials(now: () => number): Trials {
  const trials = new Map<string, { readonly longFromMs: number; readonly ended: Promise<true> }>();
  return {
    begin(origin) {
      const before = trials.get(origin);
      if (before !== undefined && now() < before.longFromMs) return null;
      let end = (_ended: true): void => undefined;
      const ended = new Promise<true>((resolve) => {
        end = resolve;
      });
      const trial = { longFromMs: now() + TRIAL_MS, ended };
      trials.set(origin, trial);
      return () => {
        if (trials.get(origin) === trial) trials.delete(origin);
        end(true);
      };
    },
    async heardOf(origin) {
      const trial = trials.get(origin);
      if (trial === undefined) return true;
      return (await within(trial.ended, Math.min(TRIAL_MS, trial.longFromMs - now()))) !== null;
    },
  };
}

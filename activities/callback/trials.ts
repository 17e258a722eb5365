import { within } from '../../domain/within.ts';

/** Attempts that are made to see whether an origin that was unwell is well again: the next one when the last has ended, or takes long. */
export interface Trials {
  /** Null where one has only just begun; what it returns is called once, when it has ended. */
  begin(origin: string): (() => void) | null;
  /** Waits for the one that has begun, if it doesn't take long; whether it has ended. */
  heardOf(origin: string): Promise<boolean>;
}

const LONG_MS = 250;

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
      const trial = { longFromMs: now() + LONG_MS, ended };
      trials.set(origin, trial);
      return () => {
        if (trials.get(origin) === trial) trials.delete(origin);
        end(true);
      };
    },
    async heardOf(origin) {
      const trial = trials.get(origin);
      return trial === undefined || (await within(trial.ended, Math.max(0, trial.longFromMs - now()))) !== null;
    },
  };
}

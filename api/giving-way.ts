import { BusyError } from '../domain/busy-error.ts';

export interface GivingWayOptions {
  /** How many work at once while nothing else goes on. */
  readonly most: number;
  /** Whether something goes on that comes first. */
  readonly isBusy: () => boolean;
  /** For so long one waits for its turn. */
  readonly patienceMs: number;
  readonly now: () => number;
}

/** @throws BusyError if it has waited for too long */
export type GivingWay = <T>(work: () => Promise<T>) => Promise<T>;

interface Waiter {
  readonly begin: () => void;
  readonly timer: NodeJS.Timeout;
}

// Then it takes a quarter of a processor, whatever it costs here and by those it asks.
const TIMES_RESTED = 3;

/**
 * Does work a few at once, in the order in which it was asked for. While something goes on that comes first, it is done one at a time,
 * and after each comes a rest of three times as long as it took.
 */
export function createGivingWay({ most, isBusy, patienceMs, now }: GivingWayOptions): GivingWay {
  const waiting: Waiter[] = [];
  let atWork = 0;
  let restsUntilMs = now();
  let rest: NodeJS.Timeout | undefined;

  function letIn(): void {
    const restMs = isBusy() ? restsUntilMs - now() : 0;
    if (restMs > 0) {
      rest ??= setTimeout(() => {
        rest = undefined;
        letIn();
      }, restMs);
      return;
    }
    while (waiting.length > 0 && atWork < (isBusy() ? 1 : most)) {
      const next = waiting.shift();
      clearTimeout(next?.timer);
      atWork += 1;
      next?.begin();
    }
  }

  function turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        begin: resolve,
        timer: setTimeout(() => {
          waiting.splice(waiting.indexOf(waiter), 1);
          reject(new BusyError('this process has more to list than it has time for just now'));
        }, patienceMs),
      };
      waiting.push(waiter);
      letIn();
    });
  }

  return async (work) => {
    await turn();
    const sinceMs = now();
    try {
      return await work();
    } finally {
      atWork -= 1;
      restsUntilMs = now() + TIMES_RESTED * (now() - sinceMs);
      letIn();
    }
  };
}

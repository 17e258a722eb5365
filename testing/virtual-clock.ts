export interface VirtualClockOptions {
  /** Milliseconds since 1970, from which it goes on. */
  readonly nowMs: number;
  /** Whoever waits goes on at once, and finds that so much time has passed. */
  readonly skipsTime: boolean;
}

/** A clock that stands still until somebody waits or advances it. */
export interface VirtualClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Does what may wait for this clock: before time goes on, it has ended or waits. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Waits until `ms` have passed. Only from within `during`. */
  wait(ms: number): Promise<void>;
  /** Waits until `goOn` is called, and lets time go on meanwhile. Only from within `during`. */
  rest(begin: (goOn: () => void) => void): Promise<void>;
  /**
   * Lets `ms` pass: whoever's time comes goes on, in order of time. Resolves when all of them have ended or wait again.
   * @throws RangeError where that isn't 0 or more
   */
  advance(ms: number): Promise<void>;
}

interface Waiter {
  readonly atMs: number;
  readonly goOn: () => void;
}

export function createVirtualClock({ nowMs, skipsTime }: VirtualClockOptions): VirtualClock {
  const waiters: Waiter[] = [];
  let atMs = nowMs;
  let working = 0;
  let whenAtRest: (() => void)[] = [];

  function leave(): void {
    working -= 1;
    if (working > 0) return;
    const told = whenAtRest;
    whenAtRest = [];
    for (const tell of told) tell();
  }

  async function rest(begin: (goOn: () => void) => void): Promise<void> {
    leave();
    await new Promise<void>((resolve) => {
      begin(() => {
        // Counted before it runs, so that nobody takes the pause until then for rest.
        working += 1;
        resolve();
      });
    });
  }

  async function untilAtRest(): Promise<void> {
    if (working === 0) return;
    await new Promise<void>((resolve) => whenAtRest.push(resolve));
    // Others who were told so may have begun something in the meantime.
    await untilAtRest();
  }

  /** Takes out who is to go on first, by `endMs` at the latest; of several at the same time, who has waited longer. */
  function takeFirst(endMs: number): Waiter | undefined {
    const [first] = waiters.toSorted((one, other) => one.atMs - other.atMs);
    if (first === undefined || first.atMs > endMs) return undefined;
    waiters.splice(waiters.indexOf(first), 1);
    return first;
  }

  return {
    now: () => atMs,

    async during(work) {
      working += 1;
      try {
        return await work();
      } finally {
        leave();
      }
    },

    async wait(ms) {
      const untilMs = atMs + Math.max(0, ms);
      if (skipsTime) {
        atMs = untilMs;
        return;
      }
      await rest((goOn) => void waiters.push({ atMs: untilMs, goOn }));
    },

    rest,

    async advance(ms) {
      if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`time goes on by 0 milliseconds or more, not by ${ms}`);
      const endMs = atMs + ms;
      await untilAtRest();
      for (let first = takeFirst(endMs); first !== undefined; first = takeFirst(endMs)) {
        atMs = Math.max(atMs, first.atMs);
        first.goOn();
        await untilAtRest();
      }
      atMs = Math.max(atMs, endMs);
    },
  };
}

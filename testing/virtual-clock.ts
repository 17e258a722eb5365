export interface VirtualClockOptions {
  /** Where the clock begins, in milliseconds since 1970. */
  readonly nowMs: number;
  /** A wait ends at once, and moves the clock on by as much. Otherwise it ends when `advance` has moved the clock that far. */
  readonly skipsTime: boolean;
}

/** A clock that stands still until somebody waits for it, where it skips time, or advances it. */
export interface VirtualClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Does work that may wait for the clock. `advance` moves the clock only while all such work waits or has ended. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Waits until `ms` have passed. Only from within `during`. */
  wait(ms: number): Promise<void>;
  /** Waits until `goOn` is called; meanwhile the clock may be moved. Only from within `during`. */
  rest(begin: (goOn: () => void) => void): Promise<void>;
  /**
   * Moves the clock on by `ms`, from one wait that ends to the next, in order of time. Resolves when all work waits again or has ended.
   * @throws RangeError where `ms` isn't 0 or more, or is infinite
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
        // Counted here and not where the work goes on, which is a moment later: `advance` must not take that moment for rest.
        working += 1;
        resolve();
      });
    });
  }

  async function untilAtRest(): Promise<void> {
    if (working === 0) return;
    await new Promise<void>((resolve) => whenAtRest.push(resolve));
    // Somebody else who was told may have begun new work before us.
    await untilAtRest();
  }

  /** Takes out the wait that ends first, by `endMs` at the latest; of two that end together, the one that began first. */
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
      if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`time is advanced by 0 milliseconds or more, not by ${ms}`);
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

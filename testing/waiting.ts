export interface WaitOptions {
  /** Default: 5,000. */
  readonly timeoutMs?: number;
}

/** Those who wait until there is something. */
export interface Waiting {
  /** @throws Error when there is nothing in time, or what `find` throws */
  until<T>(find: () => T | undefined, options?: WaitOptions): Promise<T>;
  /** Something has changed. */
  check(): void;
  /** Rejects all who wait. */
  giveUp(reason: string): void;
}

interface Waiter {
  check(): void;
  fail(reason: string): void;
}

/** @param describe says how things are, for who has waited in vain */
export function createWaiting(describe: () => string): Waiting {
  const waiters = new Set<Waiter>();

  return {
    until: (find, { timeoutMs = 5_000 } = {}) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => waiter.fail(`not within ${timeoutMs} ms`), timeoutMs);
        const end = (): void => {
          clearTimeout(timer);
          waiters.delete(waiter);
        };
        const waiter: Waiter = {
          check() {
            try {
              const found = find();
              if (found === undefined) return;
              end();
              resolve(found);
            } catch (error) {
              end();
              reject(error);
            }
          },
          fail(reason) {
            end();
            reject(new Error(`${reason}: ${describe()}`));
          },
        };
        waiters.add(waiter);
        waiter.check();
      }),

    check() {
      for (const waiter of waiters) waiter.check();
    },

    giveUp(reason) {
      for (const waiter of waiters) waiter.fail(reason);
    },
  };
}

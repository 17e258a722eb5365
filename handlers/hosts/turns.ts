export interface Turns {
  /** Resolves when it is the turn of whoever asks; in the order in which they ask. @throws the signal's reason */
  take(signal: AbortSignal): Promise<void>;
  giveBack(): void;
  taken(): number;
}

/** So many have their turn at the same time. Who is to stop waits no more, and holds up nobody behind. */
export function createTurns(atOnce: number): Turns {
  let taken = 0;
  const waiting = new Set<() => void>();
  return {
    take(signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (taken < atOnce) {
        taken += 1;
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const begin = (): void => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = (): void => {
          waiting.delete(begin);
          reject(signal.reason as Error);
        };
        waiting.add(begin);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
    giveBack() {
      const [next] = waiting;
      if (next === undefined) taken -= 1;
      else {
        waiting.delete(next);
        next();
      }
    },
    taken: () => taken,
  };
}

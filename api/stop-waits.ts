/** Waits that end early when the process is told to stop. */
export type UnlessStopped = <T>(wait: Promise<T | null>) => Promise<T | null>;

/** What a wait comes to, or null, as of one that ran out, once `stopping` aborts. */
export function createUnlessStopped(stopping: AbortSignal): UnlessStopped {
  // One promise for all, never settled before the stop, would keep every wait that was ever raced against it.
  const waits = new Set<(none: null) => void>();
  const endWaits = (): void => {
    for (const end of waits) end(null);
  };
  stopping.addEventListener('abort', endWaits, { once: true });

  return (wait) => {
    let end = (_none: null): void => undefined;
    const stopped = new Promise<null>((resolve) => {
      end = resolve;
    });
    waits.add(end);
    if (stopping.aborted) endWaits();
    return Promise.race([wait, stopped]).finally(() => waits.delete(end));
  };
}

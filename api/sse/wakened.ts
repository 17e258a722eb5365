/** Resolves when whoever has news calls what stands in `waiting`, when `waitMs` have passed, or when the signal aborts. */
export function wakened(waiting: Set<() => void>, waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      waiting.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    waiting.add(done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

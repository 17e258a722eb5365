// Timers fire at once when asked for more.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Waits for so many milliseconds. @throws the signal's reason where that has aborted, or as soon as it does */
export async function delay(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  for (let leftMs = ms; leftMs > 0; leftMs -= MAX_TIMER_MS) await delayOnce(Math.min(leftMs, MAX_TIMER_MS), signal);
}

function delayOnce(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}

import { MAX_TIMEOUT_MS } from '../domain/define-event.ts';

/** Waits for so many milliseconds. @throws the signal's reason where that has aborted, or as soon as it does */
export async function delay(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  for (let leftMs = ms; leftMs > 0; leftMs -= MAX_TIMEOUT_MS) await delayOnce(Math.min(leftMs, MAX_TIMEOUT_MS), signal);
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

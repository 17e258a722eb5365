import type { StopSource } from './listen-once.ts';

export class StageTimeoutError extends Error {
  override readonly name = 'StageTimeoutError';

  constructor(timeoutMs: number) {
    super(`not done within ${timeoutMs} ms`);
  }
}

export interface Stop {
  /** Aborts when the work is to end. Made when it is first asked for: most handlers never do, and it costs more than they. */
  readonly signal: AbortSignal;
  /** Ends the work for this reason, unless it has ended. */
  readonly cut: (reason: Error) => void;
}

// The service excuses no more of its hosts' time either.
const MAX_EXCUSED_MS = 5_000;
// A timer that fires so late: the event loop stood still, by somebody else's work or by this one.
const LATE_MS = 50;

/**
 * Runs `work` until it ends, `timeoutMs` have passed, or `outer` aborts, whichever is first; the signal it is given
 * aborts in the two latter cases. Work that ignores its signal goes on unobserved, unless it is waited for. Work that ends at
 * once can't be stopped, and is spared the watching, which costs more than many a handler. Time in which the event loop stood
 * still doesn't count, up to 5 s.
 * @param waitsForWork work whose time is up, or that is to stop, is waited for until it has stopped
 * @throws StageTimeoutError, the outer signal's reason, or what `work` throws
 */
export async function withTimeout<T>(
  timeoutMs: number,
  outer: StopSource,
  work: (stop: Stop) => Promise<T> | T,
  waitsForWork = false,
): Promise<T> {
  let inner: AbortController | undefined;
  let ended: { readonly reason: unknown } | undefined;
  let end = (_reason: unknown): void => undefined;
  let isCut = false;
  const stop: Stop = {
    get signal() {
      inner ??= new AbortController();
      if (ended !== undefined) inner.abort(ended.reason);
      return inner.signal;
    },
    cut(reason) {
      isCut = true;
      end(reason);
    },
  };
  if (outer.aborted) throw toError(outer.reason);
  const working = work(stop);
  if (!isThenable(working)) return working;
  const over = new Promise<never>((_, reject) => {
    end = (reason) => {
      // In this order, so that what the work throws at its abort comes too late to hide the reason.
      reject(toError(reason));
      ended ??= { reason };
      inner?.abort(ended.reason);
    };
  });
  const stopTimer = startTimer(timeoutMs, () => end(new StageTimeoutError(timeoutMs)));
  const abort = (): void => end(outer.reason);
  outer.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([over, working]);
  } catch (error) {
    stopTimer();
    if (waitsForWork && ended !== undefined && !isCut) await Promise.allSettled([working]);
    throw error;
  } finally {
    stopTimer();
    outer.removeEventListener('abort', abort);
  }
}

/** Calls back after so long, and later by as long as the event loop stood still, but by no more than the time itself, nor than 5 s. */
function startTimer(ms: number, onTime: () => void): () => void {
  let timer = setTimeout(onTimer, ms);
  let dueAtMs = performance.now() + ms;
  let leftMs = Math.min(ms, MAX_EXCUSED_MS);

  function onTimer(): void {
    const lateMs = Math.min(leftMs, performance.now() - dueAtMs);
    if (lateMs < LATE_MS) return onTime();
    leftMs -= lateMs;
    dueAtMs = performance.now() + lateMs;
    timer = setTimeout(onTimer, lateMs);
  }

  return () => clearTimeout(timer);
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}

/** Some libraries' promises are objects of their own. */
function isThenable<T>(value: Promise<T> | T): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

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
  if (outer.aborted) throw toError(outer.reason);
  if (timeoutMs <= 0) throw new StageTimeoutError(0);
  const stop = new StopOfWork();
  const working = work(stop);
  if (!isThenable(working)) return working;
  const over = new Promise<never>((_, reject) => {
    // In this order, so that what the work throws at its abort comes too late to hide the reason.
    stop.onEnd = (reason) => reject(toError(reason));
  });
  const stopTimer = startTimer(timeoutMs, () => stop.end(new StageTimeoutError(timeoutMs)));
  const abort = (): void => stop.end(outer.reason);
  outer.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([over, working]);
  } catch (error) {
    stopTimer();
    if (waitsForWork && stop.hasEnded && !stop.isCut) await Promise.allSettled([working]);
    throw error;
  } finally {
    stopTimer();
    outer.removeEventListener('abort', abort);
  }
}

// A class, since an object with a getter of its own has a hidden class of its own, which costs more than many a handler.
class StopOfWork implements Stop {
  /** Told before the signal aborts. */
  onEnd: ((reason: unknown) => void) | null = null;
  isCut = false;
  #inner: AbortController | null = null;
  #ended: { readonly reason: unknown } | null = null;

  get signal(): AbortSignal {
    this.#inner ??= new AbortController();
    if (this.#ended !== null) this.#inner.abort(this.#ended.reason);
    return this.#inner.signal;
  }

  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  readonly cut = (reason: Error): void => {
    this.isCut = true;
    this.end(reason);
  };

  /** Does nothing for work that ended at once: it can't be stopped. */
  end(reason: unknown): void {
    if (this.onEnd === null) return;
    this.onEnd(reason);
    this.#ended ??= { reason };
    this.#inner?.abort(this.#ended.reason);
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
export function isThenable<T>(value: PromiseLike<T> | T): value is PromiseLike<T> {
  return typeof value === 'object' && typeof (value as Partial<PromiseLike<T>> | null)?.then === 'function';
}

export class StageTimeoutError extends Error {
  override readonly name = 'StageTimeoutError';

  constructor(timeoutMs: number) {
    super(`not done within ${timeoutMs} ms`);
  }
}

export interface Stop {
  /** Aborts when the work is to end. Made when it is first asked for: most handlers never do, and it costs more than they. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` until it ends, `timeoutMs` have passed, or `outer` aborts, whichever is first; the signal it is given
 * aborts in the two latter cases. A handler that ignores its signal goes on unobserved. Work that ends at once can't be
 * stopped, and is spared the watching, which costs more than many a handler.
 * @throws StageTimeoutError, the outer signal's reason, or what `work` throws
 */
export async function withTimeout<T>(timeoutMs: number, outer: AbortSignal, work: (stop: Stop) => Promise<T> | T): Promise<T> {
  let inner: AbortController | undefined;
  let ended: { readonly reason: unknown } | undefined;
  const stop: Stop = {
    get signal() {
      inner ??= new AbortController();
      if (ended !== undefined) inner.abort(ended.reason);
      return inner.signal;
    },
  };
  if (outer.aborted) throw toError(outer.reason);
  const working = work(stop);
  if (!isThenable(working)) return working;
  let abort = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const cut = new Promise<never>((_, reject) => {
    const cutWith = (reason: unknown): void => {
      // In this order, so that what the work throws at its abort comes too late to hide the reason.
      reject(toError(reason));
      ended = { reason };
      inner?.abort(reason);
    };
    abort = () => cutWith(outer.reason);
    timer = setTimeout(() => cutWith(new StageTimeoutError(timeoutMs)), timeoutMs);
  });
  outer.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([cut, working]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', abort);
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}

/** Some libraries' promises are objects of their own. */
function isThenable<T>(value: Promise<T> | T): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** What is used of an AbortSignal by who is to stop when it aborts. */
export interface StopSource {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The signal for many who listen, with one listener of its own while there are any: Node takes more than ten for a leak. */
export function listenOnce(signal: AbortSignal): StopSource {
  const listeners = new Set<() => void>();
  const abort = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    get aborted() {
      return signal.aborted;
    },
    get reason() {
      return signal.reason;
    },
    addEventListener(_type, listener) {
      if (listeners.size === 0) signal.addEventListener('abort', abort);
      listeners.add(listener);
    },
    removeEventListener(_type, listener) {
      listeners.delete(listener);
      if (listeners.size === 0) signal.removeEventListener('abort', abort);
    },
  };
}

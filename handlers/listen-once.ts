/** What is used of an AbortSignal by who is to stop when it aborts. */
export interface StopSource {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The signal for many who listen, with one listener of its own while there are any: Node takes more than ten for a leak. */
export function listenOnce(signal: AbortSignal): StopSource {
  return new SharedListener(signal);
}

// A class, since an object with getters of its own has a hidden class of its own, which costs more than all that it does.
class SharedListener implements StopSource {
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get aborted(): boolean {
    return this.#signal.aborted;
  }

  get reason(): unknown {
    return this.#signal.reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listeners.size === 0) this.#signal.addEventListener('abort', this.#abort);
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#signal.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => {
    for (const listener of this.#listeners) listener();
  };
}

export interface Throttle<T> {
  /** Passes the value on now, or when the gap is over unless a newer one has come by then. */
  offer(value: T): void;
  /** Passes the value on now; none that waited comes after it. */
  flush(value: T): void;
  /** Nothing is passed on any more. */
  stop(): void;
}

/** Passes values on with at least `gapMs` between them, the newest of those that came meanwhile. */
export function createThrottle<T>(gapMs: number, pass: (value: T) => void): Throttle<T> {
  let held: { readonly value: T } | null = null;
  let timer: NodeJS.Timeout | null = null;

  function passOn(value: T): void {
    held = null;
    timer = setTimeout(gapIsOver, gapMs);
    pass(value);
  }

  function gapIsOver(): void {
    timer = null;
    if (held !== null) passOn(held.value);
  }

  function stop(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    held = null;
  }

  return {
    offer(value) {
      if (timer === null) passOn(value);
      else held = { value };
    },
    flush(value) {
      stop();
      pass(value);
    },
    stop,
  };
}

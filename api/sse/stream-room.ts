/** How many streams this process holds open, and their end when it stops. */
export interface StreamRoom {
  /** Null when it is full, or the process is stopping. */
  enter(): StreamPlace | null;
}

export interface StreamPlace {
  /** Aborts when the stream is to end. */
  readonly signal: AbortSignal;
  leave(): void;
}

export function createStreamRoom(capacity: number, stopping: AbortSignal): StreamRoom {
  const places = new Set<AbortController>();
  stopping.addEventListener(
    'abort',
    () => {
      for (const place of places) place.abort();
    },
    { once: true },
  );
  return {
    enter() {
      if (places.size >= capacity || stopping.aborted) return null;
      const place = new AbortController();
      places.add(place);
      return {
        signal: place.signal,
        leave: () => {
          places.delete(place);
          place.abort();
        },
      };
    },
  };
}

/** `busy`: none became free in time. A granted slot is released once. */
export type Slot = { readonly kind: 'granted'; release(): void } | { readonly kind: 'busy' } | { readonly kind: 'aborted' };

export interface OriginSlots {
  take(origin: string, wait: { readonly waitMs: number; readonly signal?: AbortSignal | undefined }): Promise<Slot>;
}

interface Origin {
  taken: number;
  /** First come, first served; a Set keeps the order and forgets one in constant time. */
  readonly waiting: Set<() => void>;
}

/**
 * Lets a limited number of requests to one origin run at once; the others wait here.
 * undici queues too, but there the wait would eat up the attempt's time and age its signature.
 */
export function createOriginSlots(slotsPerOrigin: number): OriginSlots {
  const origins = new Map<string, Origin>();

  const grant = (name: string, origin: Origin): Slot => ({
    kind: 'granted',
    release: () => {
      const [next] = origin.waiting;
      // The slot goes straight to the next one, so a newcomer can't take it.
      if (next) return next();
      origin.taken -= 1;
      if (origin.taken === 0) origins.delete(name);
    },
  });

  return {
    take: async (name, { waitMs, signal }) => {
      if (signal?.aborted) return { kind: 'aborted' };
      const origin = origins.get(name) ?? { taken: 0, waiting: new Set() };
      origins.set(name, origin);
      if (origin.taken < slotsPerOrigin) {
        origin.taken += 1;
        return grant(name, origin);
      }
      return new Promise((resolve) => {
        const settle = (slot: Slot): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
          origin.waiting.delete(proceed);
          resolve(slot);
        };
        const proceed = (): void => settle(grant(name, origin));
        const abort = (): void => settle({ kind: 'aborted' });
        const timer = setTimeout(() => settle({ kind: 'busy' }), waitMs);
        signal?.addEventListener('abort', abort);
        origin.waiting.add(proceed);
      });
    },
  };
}

import { LRUCache } from 'lru-cache';
import { afterAttempt, FIRST_WINDOW } from '../../domain/connection-window.ts';
import type { CallWindow } from '../../domain/call-window.ts';
import type { CallbackAttempt } from '../../domain/delivery.ts';

/** `busy`: none became free in time. A granted slot is released once, with what the attempt came to, if it did. */
export type Slot =
  | { readonly kind: 'granted'; release(attempt: CallbackAttempt | null): void }
  | { readonly kind: 'busy' }
  | { readonly kind: 'aborted' };

export interface OriginSlots {
  take(origin: string, wait: { readonly waitMs: number; readonly signal?: AbortSignal | undefined }): Promise<Slot>;
  /** How many there are, taken or free. */
  connectionsTo(origin: string): number;
}

interface Known {
  window: CallWindow;
  /** When all of them were last in use. */
  fullAtMs: number;
}

interface Origin extends Known {
  taken: number;
  /** First come, first served; a Set keeps the order and forgets one in constant time. */
  readonly waiting: Set<() => void>;
}

// What an origin bore a while ago says little, and as many connections would have to be opened anew, all at once.
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/**
 * Lets a limited number of requests to one origin run at once, more of them the more it bears and no more than `maxConnections`;
 * the others wait here. undici queues too, but there the wait would eat up the attempt's time and age its signature.
 */
export function createOriginSlots(maxConnections: number, now: () => number): OriginSlots {
  const origins = new Map<string, Origin>();
  // Of those that nothing goes to just now.
  const remembered = new LRUCache<string, Known>({ max: MAX_REMEMBERED });

  const knownOf = (name: string): Known | undefined => origins.get(name) ?? remembered.get(name);

  function windowOf(name: string): CallWindow {
    const known = knownOf(name);
    return known !== undefined && now() - known.fullAtMs < REMEMBERED_MS ? known.window : FIRST_WINDOW;
  }

  function sizeOf({ size }: CallWindow): number {
    return Math.floor(Math.min(maxConnections, size));
  }

  function open(name: string): Origin {
    const window = windowOf(name);
    const origin = origins.get(name) ?? { taken: 0, waiting: new Set(), window, fullAtMs: knownOf(name)?.fullAtMs ?? now() };
    origin.window = window;
    origins.set(name, origin);
    remembered.delete(name);
    return origin;
  }

  function close(name: string, { window, fullAtMs }: Origin): void {
    origins.delete(name);
    if (window === FIRST_WINDOW) return;
    remembered.set(name, { window, fullAtMs });
  }

  function hasRoom({ taken, window }: Origin): boolean {
    return taken < sizeOf(window);
  }

  function grant(name: string, origin: Origin): Slot {
    origin.taken += 1;
    if (!hasRoom(origin)) origin.fullAtMs = now();
    const { generation } = origin.window;
    return {
      kind: 'granted',
      release: (attempt) => {
        const isFull = !hasRoom(origin);
        origin.taken -= 1;
        if (attempt !== null) origin.window = afterAttempt(origin.window, attempt, { maxConnections, isFull, generation });
        // At once, so that no newcomer can take what is free.
        for (const next of origin.waiting) {
          if (!hasRoom(origin)) break;
          next();
        }
        if (origin.taken === 0) close(name, origin);
      },
    };
  }

  return {
    take: async (name, { waitMs, signal }) => {
      if (signal?.aborted) return { kind: 'aborted' };
      const origin = open(name);
      if (hasRoom(origin)) return grant(name, origin);
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
    connectionsTo: (name) => sizeOf(windowOf(name)),
  };
}

import { LRUCache } from 'lru-cache';
import type { CallbackAttempt } from '../../domain/delivery.ts';
import { isUnwell, LEAST_CONNECTIONS, RIDE_MS } from '../../domain/riding.ts';
import type { OriginRoom } from '../../domain/riding.ts';
import type { CallbackPost, PostCallback } from './post-callback.ts';
import type { WatchLoop } from '../../runtime/watch-loop.ts';

/** What this process sees of the origins it posts to. */
export interface OriginMemory {
  /**
   * Lately failing or slow: since the last good attempt, and not longer ago than 30 s. What was slow while this process had no
   * rest itself is not held against it: all callbacks would be given away, each for the price of four, and the load with them.
   */
  isTroubled(origin: string): boolean;
  /** The same, where the last of its troubles was that an attempt took longer than a ride may. */
  isSlow(origin: string): boolean;
  roomAt(origin: string): OriginRoom;
  /** Attempts under way to all origins, those in line for a connection among them. */
  openInAll(): number;
  /** The same post, seen here. */
  watch(post: PostCallback): PostCallback;
}

const FORGET_TROUBLE_MS = 30_000;
const MAX_TROUBLED = 10_000;

interface Open {
  attempts: number;
  /** Since the first of them, or the last answer. */
  silentSinceMs: number;
  /** When the latest of those began that were answered well and soon. */
  wellFromMs: number;
  /** Those that have taken too long for a ride. */
  overdue: number;
}

interface Begun {
  isNews(): boolean;
  wasBusy(): boolean;
  wentWell(): void;
  endWatch(): void;
}

const NOT_BEGUN: Begun = { isNews: () => true, wasBusy: () => false, wentWell: () => undefined, endWatch: () => undefined };

/** @param connectionsTo how many this process may have open to an origin */
export function createOriginMemory(now: () => number, watchLoop: WatchLoop, connectionsTo: (origin: string) => number): OriginMemory {
  const open = new Map<string, Open>();
  let openInAll = 0;
  const troubled = new LRUCache<string, { readonly atMs: number; readonly isSlow: boolean }>({ max: MAX_TROUBLED });

  function noteTrouble(origin: string, isSlow: boolean): void {
    troubled.set(origin, { atMs: now(), isSlow });
  }

  function lastTrouble(origin: string): { readonly isSlow: boolean } | null {
    const last = troubled.get(origin);
    return last !== undefined && now() - last.atMs < FORGET_TROUBLE_MS ? last : null;
  }

  function note(origin: string, attempt: CallbackAttempt, begun: Begun): void {
    // What never reached it, as it stood in line in vain, says nothing of it.
    if (attempt.status === null && !isUnwell(attempt)) return;
    if (attempt.durationMs > RIDE_MS) {
      if (begun.isNews() && (isUnwell(attempt) || !begun.wasBusy())) noteTrouble(origin, true);
    } else if (isUnwell(attempt)) noteTrouble(origin, false);
    else {
      troubled.delete(origin);
      begun.wentWell();
    }
  }

  /** Watches an attempt from when it has a connection: others needn't wait for its end to know that it is slow. */
  function watchAttempt(origin: string, here: Open): Begun {
    const begunMs = now();
    const wasBusy = watchLoop();
    // Of few that later ones have overtaken there is nothing to learn: the origin was slow, and is well again.
    const isNews = (): boolean => begunMs >= here.wellFromMs || here.overdue >= LEAST_CONNECTIONS;
    let isOverdue = false;
    let isBusy = watchLoop();
    const timer = setInterval(() => {
      if (!isOverdue) here.overdue += 1;
      isOverdue = true;
      if (isNews() && !isBusy()) noteTrouble(origin, true);
      isBusy = watchLoop();
    }, RIDE_MS);
    return {
      isNews,
      wasBusy,
      wentWell: () => {
        here.wellFromMs = Math.max(here.wellFromMs, begunMs);
      },
      endWatch: () => {
        clearInterval(timer);
        if (isOverdue) here.overdue -= 1;
      },
    };
  }

  return {
    isTroubled: (origin) => lastTrouble(origin) !== null,
    isSlow: (origin) => lastTrouble(origin)?.isSlow === true,
    roomAt: (origin) => {
      const { attempts: openAtOrigin, silentSinceMs } = open.get(origin) ?? { attempts: 0, silentSinceMs: now() };
      return { openAtOrigin, connections: connectionsTo(origin), silentMs: now() - silentSinceMs };
    },
    openInAll: () => openInAll,
    watch: (post) => async (message: CallbackPost, signal, begins) => {
      const origin = originOf(message.url);
      const here = open.get(origin) ?? { attempts: 0, silentSinceMs: now(), wellFromMs: Number.NEGATIVE_INFINITY, overdue: 0 };
      open.set(origin, here);
      here.attempts += 1;
      openInAll += 1;
      let begun = NOT_BEGUN;
      try {
        const attempt = await post(message, signal, () => {
          if (begins?.() === false) return false;
          begun = watchAttempt(origin, here);
          return true;
        });
        if (attempt.status !== null) here.silentSinceMs = now();
        note(origin, attempt, begun);
        return attempt;
      } finally {
        begun.endWatch();
        openInAll -= 1;
        here.attempts -= 1;
        if (here.attempts === 0) open.delete(origin);
      }
    },
  };
}

const origins = new LRUCache<string, string>({ max: 1_000 });

/** The unit of pooling, riding and the breaker: scheme, host and port. Asked for several times an attempt, and parsed once. */
export function originOf(url: string): string {
  const known = origins.get(url);
  if (known !== undefined) return known;
  const { origin } = new URL(url);
  origins.set(url, origin);
  return origin;
}

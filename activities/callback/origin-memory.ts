import type { CallbackAttempt } from '../../domain/delivery.ts';
import { isUnwell, RIDE_MS } from '../../domain/riding.ts';
import type { CallbackPost, PostCallback } from './post-callback.ts';
import type { WatchLoop } from './watch-loop.ts';

/** What this process sees of the origins it posts to. */
export interface OriginMemory {
  /**
   * Lately failing or slow: since the last good attempt, and not longer ago than 30 s. What was slow while this process had no
   * rest itself is not held against it: all callbacks would be given away, each for the price of four, and the load with them.
   */
  isTroubled(origin: string): boolean;
  /** Attempts under way. */
  openAt(origin: string): number;
  /** The same to all origins. */
  openInAll(): number;
  /** The same post, seen here. */
  watch(post: PostCallback): PostCallback;
}

const FORGET_TROUBLE_MS = 30_000;
const MAX_TROUBLED = 10_000;

export function createOriginMemory(now: () => number, watchLoop: WatchLoop): OriginMemory {
  const open = new Map<string, number>();
  let openInAll = 0;
  const troubledAtMs = new Map<string, number>();

  function noteTrouble(origin: string): void {
    // Set anew at the end of the map, whose first entry is then the oldest.
    troubledAtMs.delete(origin);
    troubledAtMs.set(origin, now());
    if (troubledAtMs.size > MAX_TROUBLED) troubledAtMs.delete(troubledAtMs.keys().next().value ?? '');
  }

  function note(origin: string, attempt: CallbackAttempt, wasBusy: boolean): void {
    if (isUnwell(attempt) || (attempt.durationMs > RIDE_MS && !wasBusy)) noteTrouble(origin);
    else if (attempt.status !== null) troubledAtMs.delete(origin);
  }

  return {
    isTroubled: (origin) => now() - (troubledAtMs.get(origin) ?? Number.NEGATIVE_INFINITY) < FORGET_TROUBLE_MS,
    openAt: (origin) => open.get(origin) ?? 0,
    openInAll: () => openInAll,
    watch: (post) => async (message: CallbackPost, signal) => {
      const origin = originOf(message.url);
      open.set(origin, (open.get(origin) ?? 0) + 1);
      openInAll += 1;
      let slow: NodeJS.Timeout | undefined;
      let isBusy = watchLoop();
      try {
        const attempt = await post(message, signal, () => {
          isBusy = watchLoop();
          // Others needn't wait for its end to know that it is slow. How long it stood in line here says nothing of it.
          slow = setTimeout(() => {
            if (!isBusy()) noteTrouble(origin);
          }, RIDE_MS);
        });
        note(origin, attempt, isBusy());
        return attempt;
      } finally {
        clearTimeout(slow);
        openInAll -= 1;
        const left = (open.get(origin) ?? 1) - 1;
        if (left > 0) open.set(origin, left);
        else open.delete(origin);
      }
    },
  };
}

/** The unit of pooling, riding and the breaker: scheme, host and port. */
export function originOf(url: string): string {
  return new URL(url).origin;
}

import type { Destination } from '../../domain/destination.ts';
import { LEAST_CONNECTIONS } from '../../domain/riding.ts';
import { isToBeTold, lengthen, NO_SILENCE } from '../../domain/silence.ts';
import type { Silence } from '../../domain/silence.ts';
import type { WatchLoop } from '../../runtime/watch-loop.ts';
import { originOf } from './origin-memory.ts';
import type { PostCallback } from './post-callback.ts';

export interface HangWatchOptions {
  readonly watchLoop: WatchLoop;
  /** Told of each tenant whose attempts are open at an origin that hangs, and of how many. */
  readonly onHang: (destination: Destination, open: number) => void;
}

const LOOK_EVERY_MS = 1_000;

interface Origin {
  /** With a connection; by tenant, but for what is no tenant's delivery. */
  readonly open: Map<string | null, number>;
  silence: Silence;
  looking: NodeJS.Timeout | null;
}

/**
 * Sees origins that hang: as many connections to one are open as every origin gets, and none has been answered for ten seconds. By
 * their own ends its breaker would hear of it after thirty, and as many again would wait for a connection meanwhile, at the
 * cost of others. The attempts themselves are left alone.
 */
export function createHangWatch({ watchLoop, onHang }: HangWatchOptions): (post: PostCallback) => PostCallback {
  const origins = new Map<string, Origin>();

  return (post) => async (message, signal, begins) => {
    const name = originOf(message.url);
    const tenant = message.tenant ?? null;
    let hasBegun = false;
    let isAnswered = false;
    try {
      const attempt = await post(message, signal, () => {
        if (begins?.() === false) return false;
        hasBegun = true;
        begin(name, tenant);
        return true;
      });
      isAnswered = attempt.status !== null;
      return attempt;
    } finally {
      if (hasBegun) end(name, tenant, isAnswered);
    }
  };

  function begin(name: string, tenant: string | null): void {
    const origin = origins.get(name) ?? { open: new Map(), silence: NO_SILENCE, looking: null };
    origins.set(name, origin);
    origin.open.set(tenant, (origin.open.get(tenant) ?? 0) + 1);
    if (origin.looking === null && openAt(origin) >= LEAST_CONNECTIONS) lookAt(name, origin);
  }

  function end(name: string, tenant: string | null, isAnswered: boolean): void {
    const origin = origins.get(name);
    if (origin === undefined) return;
    const left = (origin.open.get(tenant) ?? 1) - 1;
    if (left > 0) origin.open.set(tenant, left);
    else origin.open.delete(tenant);
    if (openAt(origin) < LEAST_CONNECTIONS) lookAway(origin);
    else if (isAnswered) origin.silence = NO_SILENCE;
    if (origin.open.size === 0) origins.delete(name);
  }

  function lookAt(name: string, origin: Origin): void {
    let isBusy = watchLoop();
    origin.looking = setInterval(() => {
      origin.silence = lengthen(origin.silence, { ms: LOOK_EVERY_MS, wasBusy: isBusy() });
      isBusy = watchLoop();
      if (!isToBeTold(origin.silence)) return;
      origin.silence = { ...origin.silence, isTold: true };
      for (const [tenant, open] of origin.open) if (tenant !== null) onHang({ tenant, origin: name }, open);
    }, LOOK_EVERY_MS);
  }

  function lookAway(origin: Origin): void {
    if (origin.looking !== null) clearInterval(origin.looking);
    origin.looking = null;
    origin.silence = NO_SILENCE;
  }
}

function openAt({ open }: Origin): number {
  return [...open.values()].reduce((sum, count) => sum + count, 0);
}

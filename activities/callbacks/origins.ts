import { LRUCache } from 'lru-cache';
import type { CallbackAttempt } from '../../domain/delivery.ts';
import type { Destination } from '../../domain/destination.ts';
import * as rules from '../../domain/origin.ts';
import type { Admission, Connected, Origin, OriginLimits, Purpose } from '../../domain/origin.ts';
import { mayRide, RIDE_MS } from '../../domain/riding.ts';
import type { WatchLoop } from '../../runtime/watch-loop.ts';
import { within } from '../../runtime/within.ts';

export interface OriginsOptions {
  /** No origin has more of them. */
  readonly maxConnections: number;
  /** Of a clock that only goes on, in milliseconds. */
  readonly now: () => number;
  readonly watchLoop: WatchLoop;
  /** Told of each tenant whose attempts are open at an origin that hangs, and of how many. */
  readonly onHang: (destination: Destination, open: number) => void;
}

export interface Passage {
  /** How long it may stand in line for a connection. */
  readonly waitMs: number;
  /** Whose breaker hears of it if it isn't answered; nobody's without. */
  readonly tenant?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Asked when it is its turn, if ever: where it says no, nothing is sent. */
  readonly begins?: (() => boolean) | undefined;
}

/** What this process knows of the origins it posts to, and the way to each. */
export interface Origins {
  /** Whether an attempt may be made just now. */
  admit(origin: string, purpose: Purpose): Admission;
  isTroubled(origin: string): boolean;
  isSlow(origin: string): boolean;
  /** Attempts under way, those in line for a connection among them. */
  openAt(origin: string): number;
  openInAll(): number;
  /** How many connections it may have, taken or free. */
  connectionsTo(origin: string): number;
  /** A place to ride, as no origin may hold up all work; null where there is none left. What it returns is called once, at the end. */
  takeRide(origin: string): (() => void) | null;
  /**
   * Whoever comes while an origin that was troubled is tried waits for a moment to hear of it, since a delivery of its own costs far
   * more, and tries it himself where that one takes long: it may have begun before the origin was well again.
   * @returns what ends the trial; null where others have made it, or there is nothing to try
   */
  tryOut(origin: string): Promise<(() => void) | null>;
  /**
   * Sends once there is a connection for it, and learns from what that comes to. First come, first served: undici queues too, but
   * there the wait would eat up the attempt's time and age its signature.
   * @returns `busy` where none became free in time, or it isn't wanted any more: nothing was sent
   */
  pass(origin: string, passage: Passage, send: () => Promise<CallbackAttempt>): Promise<CallbackAttempt | 'busy' | 'aborted'>;
}

/** So long a trial is waited for: what is well answers in that time, and what is slow all the time costs others no more. */
export const TRIAL_MS = 100;

const LOOK_EVERY_MS = 1_000;
const MAX_REMEMBERED = 10_000;

/** An origin that attempts go to, or rides or trials are under way to. */
interface Place {
  origin: Origin;
  /** A Set keeps the order and forgets one in constant time. */
  readonly line: Set<() => void>;
  /** With a connection; null for what is no tenant's delivery. */
  readonly byTenant: Map<string | null, number>;
  riding: number;
  trial: { readonly longFromMs: number; readonly ended: Promise<true> } | null;
  looking: NodeJS.Timeout | null;
}

export function createOrigins({ maxConnections, now, watchLoop, onHang }: OriginsOptions): Origins {
  const places = new Map<string, Place>();
  // Of those that nothing goes to just now.
  const remembered = new LRUCache<string, Origin>({ max: MAX_REMEMBERED });
  let openInAll = 0;
  let ridingInAll = 0;

  return {
    admit: (name, purpose) => rules.admit(known(name), purpose, limits()),
    isTroubled: (name) => rules.isTroubled(known(name), now()),
    isSlow: (name) => rules.isSlow(known(name), now()),
    openAt: (name) => known(name).open,
    openInAll: () => openInAll,
    connectionsTo: (name) => rules.connectionsOf(known(name), limits()),

    takeRide(name) {
      const place = enter(name);
      if (!mayRide({ ridingToOrigin: place.riding, riding: ridingInAll })) {
        leaveIdle(name, place);
        return null;
      }
      place.riding += 1;
      ridingInAll += 1;
      return () => {
        place.riding -= 1;
        ridingInAll -= 1;
        leaveIdle(name, place);
      };
    },

    async tryOut(name) {
      if (!rules.isTroubled(known(name), now())) return null;
      const own = beginTrial(name);
      if (own !== null || (await heardOfTrial(name)) || !rules.isTroubled(known(name), now())) return own;
      const second = beginTrial(name);
      if (second === null) await heardOfTrial(name);
      return second;
    },

    async pass(name, { waitMs, tenant = null, signal, begins }, send) {
      if (signal?.aborted) return 'aborted';
      const place = enter(name);
      place.origin = rules.arrive(place.origin, now());
      openInAll += 1;
      try {
        const turn = rules.hasRoom(place.origin, limits()) ? connect(place) : await standInLine(place, waitMs, signal);
        if (turn === 'busy' || turn === 'aborted') {
          place.origin = rules.leave(place.origin);
          return turn;
        }
        return await attempt(name, place, turn, tenant, () => (begins?.() === false ? 'busy' : send()));
      } finally {
        openInAll -= 1;
        leaveIdle(name, place);
      }
    },
  };

  function limits(): OriginLimits {
    return { nowMs: now(), maxConnections };
  }

  function known(name: string): Origin {
    return places.get(name)?.origin ?? remembered.get(name) ?? rules.UNKNOWN_ORIGIN;
  }

  function enter(name: string): Place {
    const there = places.get(name);
    if (there !== undefined) return there;
    const place: Place = { origin: known(name), line: new Set(), byTenant: new Map(), riding: 0, trial: null, looking: null };
    places.set(name, place);
    remembered.delete(name);
    return place;
  }

  function leaveIdle(name: string, place: Place): void {
    if (place.origin.open > 0 || place.riding > 0 || place.trial !== null || places.get(name) !== place) return;
    places.delete(name);
    if (rules.isKnown(place.origin)) remembered.set(name, place.origin);
  }

  function connect(place: Place): Connected {
    const { origin, call } = rules.connect(place.origin, limits());
    place.origin = origin;
    return call;
  }

  function standInLine(place: Place, waitMs: number, signal: AbortSignal | undefined): Promise<Connected | 'busy' | 'aborted'> {
    return new Promise((resolve) => {
      const settle = (turn: Connected | 'busy' | 'aborted'): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        place.line.delete(proceed);
        resolve(turn);
      };
      const proceed = (): void => settle(connect(place));
      const abort = (): void => settle('aborted');
      const timer = setTimeout(() => settle('busy'), waitMs);
      signal?.addEventListener('abort', abort);
      place.line.add(proceed);
    });
  }

  /** One that has a connection. */
  async function attempt(
    name: string,
    place: Place,
    connected: Connected,
    tenant: string | null,
    send: () => Promise<CallbackAttempt> | 'busy',
  ): Promise<CallbackAttempt | 'busy'> {
    let call = connected;
    let isBusy = watchLoop();
    const wasBusy = isBusy;
    place.byTenant.set(tenant, (place.byTenant.get(tenant) ?? 0) + 1);
    lookWhereNeeded(name, place);
    const overdue = setInterval(() => {
      ({ origin: place.origin, call } = rules.noteOverdue(place.origin, call, { nowMs: now(), wasBusy: isBusy() }));
      isBusy = watchLoop();
    }, RIDE_MS);
    let ended: CallbackAttempt | null = null;
    try {
      const sent = await send();
      if (sent !== 'busy') ended = sent;
      return sent;
    } finally {
      clearInterval(overdue);
      const left = (place.byTenant.get(tenant) ?? 1) - 1;
      if (left > 0) place.byTenant.set(tenant, left);
      else place.byTenant.delete(tenant);
      place.origin = rules.disconnect(place.origin, call, ended, { ...limits(), wasBusy: wasBusy() });
      lookWhereNeeded(name, place);
      // At once, so that no newcomer can take what is free.
      for (const next of place.line) {
        if (!rules.hasRoom(place.origin, limits())) break;
        next();
      }
    }
  }

  /**
   * Sees origins that hang. By their own ends its breaker would hear of it after thirty seconds, and as many again would wait for a
   * connection meanwhile, at the cost of others. The attempts themselves are left alone.
   */
  function lookWhereNeeded(name: string, place: Place): void {
    if (rules.isWatched(place.origin) === (place.looking !== null)) return;
    if (place.looking !== null) {
      clearInterval(place.looking);
      place.looking = null;
      return;
    }
    let isBusy = watchLoop();
    place.looking = setInterval(() => {
      const looked = rules.look(place.origin, { ms: LOOK_EVERY_MS, wasBusy: isBusy() });
      place.origin = looked.origin;
      isBusy = watchLoop();
      if (!looked.hangs) return;
      for (const [tenant, open] of place.byTenant) if (tenant !== null) onHang({ tenant, origin: name }, open);
    }, LOOK_EVERY_MS);
  }

  /** Null where one has only just begun; what it returns is called once, when it has ended. */
  function beginTrial(name: string): (() => void) | null {
    const place = enter(name);
    if (place.trial !== null && now() < place.trial.longFromMs) return null;
    let end = (_ended: true): void => undefined;
    const ended = new Promise<true>((resolve) => {
      end = resolve;
    });
    const trial = { longFromMs: now() + TRIAL_MS, ended };
    place.trial = trial;
    return () => {
      if (place.trial === trial) place.trial = null;
      end(true);
      leaveIdle(name, place);
    };
  }

  /** Waits for the trial that has begun, unless it takes long; whether it has ended. */
  async function heardOfTrial(name: string): Promise<boolean> {
    const trial = places.get(name)?.trial ?? null;
    if (trial === null) return true;
    return (await within(trial.ended, Math.min(TRIAL_MS, trial.longFromMs - now()))) !== null;
  }
}

const parsed = new LRUCache<string, string>({ max: 1_000 });

/** Scheme, host and port of a URL. Asked for several times an attempt, and parsed once. */
export function originOf(url: string): string {
  const before = parsed.get(url);
  if (before !== undefined) return before;
  const { origin } = new URL(url);
  parsed.set(url, origin);
  return origin;
}

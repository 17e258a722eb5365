import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { isUnwell } from '../../../domain/delivery.ts';
import {
  admit,
  arrive,
  connect,
  connectionsOf,
  disconnect,
  hasRoom,
  HANGS_AFTER_MS,
  isKnown,
  isSlow,
  isTroubled,
  isWatched,
  leave,
  look,
  noteOverdue,
  UNKNOWN_ORIGIN,
} from '../../../domain/origin.ts';
import type { Connected, Origin } from '../../../domain/origin.ts';
import { LEAST_CONNECTIONS } from '../../../domain/riding.ts';

const AT = { nowMs: 1_000_000, maxConnections: 128 };
const RESTED = { ...AT, wasBusy: false };
const good: CallbackAttempt = { at: '', status: 204, durationMs: 5, error: null };
const answered = (status: number | null, durationMs = 5, error: string | null = `http_${status}`): CallbackAttempt => ({
  ...good,
  status,
  durationMs,
  error: status === 204 ? null : status === null ? 'refused' : error,
});

function begin(origin: Origin, nowMs = AT.nowMs) {
  return connect(arrive(origin, nowMs), { ...AT, nowMs });
}

/** The origin after attempts that came to this, one after the other. */
function after(attempts: readonly CallbackAttempt[], wasBusy = false): Origin {
  return attempts.reduce<Origin>((before, attempt) => {
    const { origin, call } = begin(before);
    return disconnect(origin, call, attempt, { ...AT, wasBusy });
  }, UNKNOWN_ORIGIN);
}

describe('an origin', () => {
  it.each([answered(500), answered(null), answered(204, 1_200)])('is troubled after %j, for 30 s', (attempt) => {
    const origin = after([attempt]);
    expect([isTroubled(origin, AT.nowMs + 29_999), isTroubled(origin, AT.nowMs + 30_000)]).toEqual([true, false]);
  });

  it.each([answered(204), answered(404)])('is well again after %j', (attempt) => {
    expect(isTroubled(after([answered(500), attempt]), AT.nowMs)).toBe(false);
  });

  it('is neither blamed nor forgiven for what was broken off, or had no connection', () => {
    const broken = { ...good, status: null, durationMs: 5_000, error: 'aborted' };
    expect(isTroubled(after([broken]), AT.nowMs)).toBe(false);
    expect(isTroubled(after([answered(500), broken]), AT.nowMs)).toBe(true);
    expect(leave(arrive(after([answered(500)]), AT.nowMs))).toEqual(after([answered(500)]));
  });

  it.each([
    [answered(500), false],
    [answered(500, 1_200), true],
    [answered(204, 1_200), true],
  ])('that is troubled is slow where that was what it was: %j', (attempt, slow) => {
    expect([isTroubled(after([attempt]), AT.nowMs), isSlow(after([attempt]), AT.nowMs)]).toEqual([true, slow]);
  });

  it('is not blamed for what was slow where the process had no rest, only for what has failed', () => {
    expect(isTroubled(after([answered(204, 1_500)], true), AT.nowMs)).toBe(false);
    expect(isTroubled(after([answered(500, 1_500)], true), AT.nowMs)).toBe(true);
    expect(isTroubled(after([answered(500), answered(204, 1_500)], true), AT.nowMs)).toBe(true);
  });

  it('is slow as soon as one takes too long, unless the process had no rest', () => {
    const { origin, call } = begin(UNKNOWN_ORIGIN);
    const busy = noteOverdue(origin, call, { nowMs: AT.nowMs, wasBusy: true });
    expect([isSlow(busy.origin, AT.nowMs), busy.origin.overdue]).toEqual([false, 1]);
    const rested = noteOverdue(busy.origin, busy.call, { nowMs: AT.nowMs, wasBusy: false });
    expect([isSlow(rested.origin, AT.nowMs), rested.origin.overdue]).toEqual([true, 1]);
    expect(disconnect(rested.origin, rested.call, null, RESTED)).toMatchObject({ overdue: 0, open: 0, connected: 0 });
  });

  it.each([answered(204, 3_000), answered(null, 3_000)])('is not blamed for %j where later ones were answered meanwhile', (late) => {
    const first = begin(UNKNOWN_ORIGIN);
    const second = begin(first.origin, AT.nowMs + 999);
    const quick = disconnect(second.origin, second.call, good, RESTED);
    const overdue = noteOverdue(quick, first.call, { nowMs: AT.nowMs + 1_000, wasBusy: false });
    expect(isTroubled(overdue.origin, AT.nowMs + 1_000)).toBe(false);
    expect(isTroubled(disconnect(overdue.origin, overdue.call, late, RESTED), AT.nowMs)).toBe(false);
    // One that began after that is news.
    const third = begin(quick, AT.nowMs + 1_000);
    expect(isSlow(disconnect(third.origin, third.call, late, RESTED), AT.nowMs)).toBe(true);
  });

  it('is slow where many take long, whatever others do', () => {
    const begun = open(LEAST_CONNECTIONS);
    const quick = begin(begun.origin, AT.nowMs + 500);
    let origin = disconnect(quick.origin, quick.call, good, RESTED);
    for (const call of begun.calls) ({ origin } = noteOverdue(origin, call, { nowMs: AT.nowMs + 1_000, wasBusy: false }));
    expect(isSlow(origin, AT.nowMs + 1_000)).toBe(true);
  });
});

/** An origin to which so many are open, each with a connection. */
function open(count: number): { readonly origin: Origin; readonly calls: readonly Connected[] } {
  const calls: Connected[] = [];
  let origin = UNKNOWN_ORIGIN;
  for (let nth = 0; nth < count; nth += 1) {
    const next = begin(origin);
    ({ origin } = next);
    calls.push(next.call);
  }
  return { origin, calls };
}

describe('an attempt', () => {
  const limit = { ...UNKNOWN_ORIGIN.limit, size: 20 };
  const room = { ...UNKNOWN_ORIGIN, limit, fullAtMs: AT.nowMs };
  const failing = { atMs: AT.nowMs, isSlow: false };
  const slow = { atMs: AT.nowMs, isSlow: true };

  it.each<[string, 'ride' | 'delivery' | 'progress', Partial<Origin>, string]>([
    ['stands in line where the others are answered soon', 'delivery', { open: 1_000 }, 'send'],
    ['is sent where there is a connection', 'delivery', { trouble: failing, open: 19 }, 'send'],
    ['waits elsewhere where there is none', 'delivery', { trouble: failing, open: 20 }, 'defer'],
    ['is sent where nobody was answered for a while, and few are open', 'delivery', { trouble: slow, open: 15, silentMs: 4_000 }, 'send'],
    ['waits elsewhere where nobody was answered for a while', 'delivery', { trouble: slow, open: 16, silentMs: 4_000 }, 'defer'],
    ['is sent where it is one of an eighth of all', 'delivery', { trouble: slow, open: 49, limit: { ...limit, size: 128 } }, 'send'],
    [
      'waits elsewhere where more would be from one origin',
      'delivery',
      { trouble: slow, open: 50, limit: { ...limit, size: 128 } },
      'defer',
    ],
    ['that rides tries what fails quickly', 'ride', { trouble: failing, open: 20 }, 'send'],
    ['that rides waits for nobody slow', 'ride', { trouble: slow, open: 20 }, 'defer'],
    ['that tells of progress is sent where all is quiet', 'progress', { open: 79 }, 'send'],
    ['that tells of progress is left out where many are in line', 'progress', { open: 80 }, 'skip'],
    ['that tells of progress is left out where its origin has trouble', 'progress', { trouble: failing }, 'skip'],
  ])('%s', (_what, purpose, fields, admission) => {
    expect(admit({ ...room, ...fields }, purpose, AT)).toBe(admission);
  });
});

describe('connections', () => {
  it('are as many as every origin gets, more of them the more it bears, and never more than there may be', () => {
    const full = open(LEAST_CONNECTIONS);
    expect(hasRoom(full.origin, AT)).toBe(false);
    const [call] = full.calls;
    const grown = call && disconnect(full.origin, call, good, RESTED);
    expect(grown && connectionsOf(grown, AT)).toBe(LEAST_CONNECTIONS + 1);
    expect(grown && connectionsOf(grown, { ...AT, maxConnections: 5 })).toBe(5);
  });

  it('are forgotten after a minute in which not all were in use', () => {
    const [call] = open(LEAST_CONNECTIONS).calls;
    const grown = call && disconnect(open(LEAST_CONNECTIONS).origin, call, good, RESTED);
    const later = (ms: number) => ({ ...AT, nowMs: AT.nowMs + ms });
    expect(grown && [connectionsOf(grown, later(59_999)), connectionsOf(grown, later(60_000))]).toEqual([17, 16]);
    expect(grown && arrive(grown, AT.nowMs + 60_000).limit).toBe(UNKNOWN_ORIGIN.limit);
  });

  it('are all given back, whatever their ends', () => {
    const anyEnd = fc.constantFrom(good, answered(503), answered(null), answered(204, 2_000), null);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('begin', 'end', 'overdue'), anyEnd, fc.boolean()), { maxLength: 100 }), (steps) => {
        let origin = UNKNOWN_ORIGIN;
        const calls: Connected[] = [];
        for (const [step, attempt, wasBusy] of steps) {
          const oldest = calls[0];
          if (step === 'begin' && hasRoom(origin, AT)) {
            const next = begin(origin);
            ({ origin } = next);
            calls.push(next.call);
          } else if (step === 'overdue' && oldest !== undefined) {
            const next = noteOverdue(origin, oldest, { nowMs: AT.nowMs, wasBusy });
            ({ origin } = next);
            calls[0] = next.call;
          } else if (step === 'end' && oldest !== undefined) {
            calls.shift();
            origin = disconnect(origin, oldest, attempt, { ...AT, wasBusy });
          }
          expect([origin.open, origin.connected]).toEqual([calls.length, calls.length]);
          expect(origin.overdue).toBe(calls.filter(({ isOverdue }) => isOverdue).length);
          expect(connectionsOf(origin, AT)).toBeGreaterThanOrEqual(LEAST_CONNECTIONS);
          expect(connectionsOf(origin, AT)).toBeLessThanOrEqual(AT.maxConnections);
        }
      }),
    );
  });

  it('are worth remembering where something was learned of them', () => {
    const broken = { ...good, status: null, error: 'aborted' };
    expect([isKnown(UNKNOWN_ORIGIN), isKnown(after([broken])), isKnown(after([good]))]).toEqual([false, false, true]);
    expect(isKnown({ ...UNKNOWN_ORIGIN, trouble: { atMs: AT.nowMs, isSlow: true } })).toBe(true);
  });
});

describe('a silence', () => {
  it('is told once, as soon as it has lasted for so long in which the process had rest', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (busy) => {
        let { origin } = open(LEAST_CONNECTIONS);
        let restMs = 0;
        let told = 0;
        for (const wasBusy of busy) {
          const looked = look(origin, { ms: 1_000, wasBusy });
          ({ origin } = looked);
          if (!wasBusy) restMs += 1_000;
          if (!looked.hangs) continue;
          expect(restMs).toBe(HANGS_AFTER_MS);
          told += 1;
        }
        expect(told).toBe(restMs >= HANGS_AFTER_MS ? 1 : 0);
      }),
    );
  });

  it.each<[string, CallbackAttempt | null, number, number]>([
    ['ends with an answer', answered(500), 1, 0],
    ['ends where a connection is free', answered(null), 0, 0],
    ['goes on where one got none', answered(null), 1, 5_000],
    ['goes on where a fault of ours ended one', null, 1, 5_000],
  ])('%s', (_what, attempt, more, silentMs) => {
    const { origin, calls } = open(LEAST_CONNECTIONS + more);
    expect(isWatched(origin)).toBe(true);
    const [call] = calls;
    const silent = look(origin, { ms: 5_000, wasBusy: false }).origin;
    expect(call && disconnect(silent, call, attempt, RESTED).silentMs).toBe(silentMs);
  });
});

describe('a destination', () => {
  const attempt = (status: number | null, error: string | null): CallbackAttempt => ({ at: '', status, durationMs: 1, error });

  it.each([
    [500, 'http_500'],
    [503, 'http_503'],
    [429, 'http_429'],
    [408, 'http_408'],
    [410, 'http_410'],
    [null, 'timeout'],
    [null, 'refused'],
    [null, 'dns'],
  ])('is unwell that answers %s (%s)', (status, error) => {
    expect(isUnwell(attempt(status, error))).toBe(true);
  });

  it.each([
    [200, null],
    [302, 'redirect'],
    [404, 'http_404'],
    [401, 'http_401'],
    [null, 'busy'],
    [null, 'aborted'],
    [null, 'guarded'],
  ])('is not shown to be unwell by %s (%s)', (status, error) => {
    expect(isUnwell(attempt(status, error))).toBe(false);
  });
});

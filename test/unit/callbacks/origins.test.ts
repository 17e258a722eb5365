import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOrigins, originOf } from '../../../activities/callbacks/origins.ts';
import type { OriginsOptions, Passage } from '../../../activities/callbacks/origins.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { LEAST_CONNECTIONS, LIGHT_TASK_SLOTS } from '../../../domain/riding.ts';

const origin = 'https://shop.example';
const WELL: CallbackAttempt = { at: '', status: 204, durationMs: 1, error: null };
const TOO_MUCH: CallbackAttempt = { ...WELL, status: 503, error: 'http_503' };
const TIMEOUT: CallbackAttempt = { ...WELL, status: null, error: 'timeout' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

type Sent = CallbackAttempt | 'busy' | 'aborted';

function prepare({ maxConnections = 128, isBusy = { now: false } }: { maxConnections?: number; isBusy?: { now: boolean } } = {}) {
  const onHang = vi.fn<OriginsOptions['onHang']>();
  const origins = createOrigins({ maxConnections, now: Date.now, watchLoop: () => () => isBusy.now, onHang });
  /** What was sent and isn't answered yet, in the order of sending. */
  const underWay: { readonly name: string; readonly end: (attempt: CallbackAttempt) => void }[] = [];
  const pass = (passage: Partial<Passage> = {}, to = origin, name = ''): Promise<Sent> =>
    origins.pass(to, { waitMs: 60_000, ...passage }, () => new Promise((end) => underWay.push({ name, end })));
  const endFirst = async (attempt: CallbackAttempt, count = 1): Promise<void> => {
    for (const { end } of underWay.splice(0, count)) end(attempt);
    await vi.advanceTimersByTimeAsync(0);
  };
  const passMany = async (count: number, passage: Partial<Passage> = {}): Promise<void> => {
    for (let nth = 0; nth < count; nth += 1) void pass(passage);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { origins, onHang, underWay, pass, passMany, endFirst, isBusy };
}

describe('an attempt', () => {
  it('is sent at once while there are connections to its origin', async () => {
    const { pass, underWay } = prepare({ maxConnections: 2 });
    for (const to of ['a', 'a', 'b']) void pass({}, to, to);
    await vi.advanceTimersByTimeAsync(0);
    expect(underWay.map(({ name }) => name)).toEqual(['a', 'a', 'b']);
  });

  it('is not sent when none becomes free in time, or nobody wants it any more', async () => {
    const { pass, underWay } = prepare({ maxConnections: 1 });
    void pass();
    const late = pass({ waitMs: 10 });
    await vi.advanceTimersByTimeAsync(10);
    expect(await late).toBe('busy');
    expect(await pass({ signal: AbortSignal.abort() })).toBe('aborted');
    expect(underWay).toHaveLength(1);
    expect(await pass({ begins: () => false }, 'https://other.example')).toBe('busy');
  });

  it('comes in the order of asking, and no newcomer passes', async () => {
    const { pass, underWay, endFirst } = prepare({ maxConnections: 1 });
    for (const name of ['1', '2', '3']) void pass({}, origin, name);
    await vi.advanceTimersByTimeAsync(0);
    const order: string[] = [];
    while (underWay[0] !== undefined) {
      order.push(underWay[0].name);
      const newcomer = pass({ waitMs: 0 });
      await vi.advanceTimersByTimeAsync(0);
      expect(await newcomer).toBe('busy');
      await endFirst(WELL);
    }
    expect(order).toEqual(['1', '2', '3']);
  });

  it('gives its turn to the next where it is aborted in line', async () => {
    const { pass, underWay, endFirst } = prepare({ maxConnections: 1 });
    void pass();
    const leaving = new AbortController();
    const aborted = pass({ signal: leaving.signal });
    void pass({ signal: new AbortController().signal }, origin, 'next');
    leaving.abort();
    expect(await aborted).toBe('aborted');
    await endFirst(WELL);
    expect(underWay.map(({ name }) => name)).toEqual(['next']);
  });

  it('is counted until it ends, whatever its end', async () => {
    const { origins, pass, endFirst } = prepare();
    const first = pass();
    expect([origins.openAt(origin), origins.openInAll()]).toEqual([1, 1]);
    await expect(origins.pass(origin, { waitMs: 0 }, () => Promise.reject(new Error('ours')))).rejects.toThrow('ours');
    expect(origins.openAt(origin)).toBe(1);
    await vi.advanceTimersByTimeAsync(0);
    await endFirst(WELL);
    expect(await first).toBe(WELL);
    expect([origins.openAt(origin), origins.openInAll()]).toEqual([0, 0]);
  });
});

describe('connections', () => {
  it('are more to an origin that answers well while others wait, and never more than there may be', async () => {
    const { origins, passMany, endFirst, underWay } = prepare({ maxConnections: 20 });
    await passMany(40);
    expect(underWay).toHaveLength(16);
    await endFirst(WELL, 8);
    expect(underWay).toHaveLength(20);
    expect([origins.connectionsTo(origin), origins.connectionsTo('https://other.example')]).toEqual([20, 16]);
  });

  it('are half as many to an origin that it was too much for, once so many have ended', async () => {
    const { origins, passMany, endFirst, underWay } = prepare();
    await passMany(80);
    await endFirst(WELL, 16);
    expect(underWay).toHaveLength(32);
    await endFirst(TOO_MUCH, 10);
    // Those who wait get no place until fewer than that are open; of those that were open the first said it all.
    expect([underWay.length, origins.connectionsTo(origin)]).toEqual([22, 16]);
    await endFirst(WELL, 7);
    expect([underWay.length, origins.connectionsTo(origin)]).toEqual([16, 16]);
  });

  it('are remembered of ten thousand origins, for a minute', async () => {
    const { origins } = prepare();
    const useUp = async (name: string): Promise<void> => {
      let all = 0;
      const send = async (): Promise<CallbackAttempt> => {
        all += 1;
        await vi.waitUntil(() => all === LEAST_CONNECTIONS);
        return WELL;
      };
      await Promise.all(Array.from({ length: LEAST_CONNECTIONS }, () => origins.pass(name, { waitMs: 0 }, send)));
    };
    vi.useRealTimers();
    await useUp(origin);
    expect(origins.connectionsTo(origin)).toBeGreaterThan(LEAST_CONNECTIONS);
    for (let nth = 0; nth < 10_000; nth += 1) await origins.pass(`https://${nth}.example`, { waitMs: 0 }, async () => WELL);
    expect(origins.connectionsTo(origin)).toBe(LEAST_CONNECTIONS);
  });
});

describe('an origin', () => {
  it('is troubled by what it does to others of its own, and remembered while nothing goes to it', async () => {
    const { origins, pass, endFirst } = prepare();
    void pass();
    await endFirst(TOO_MUCH);
    expect([origins.isTroubled(origin), origins.isSlow(origin), origins.isTroubled('https://other.example')]).toEqual([true, false, false]);
    expect(origins.admit(origin, 'progress')).toBe('skip');
  });

  it('is known to be slow before it has answered, and not while an attempt stands in line', async () => {
    const { origins, pass } = prepare({ maxConnections: 1 });
    void pass();
    await vi.advanceTimersByTimeAsync(999);
    expect(origins.isSlow(origin)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(origins.isSlow(origin)).toBe(true);
  });

  it('of a process that has no rest is noticed once that has rest', async () => {
    const { origins, pass, isBusy } = prepare({ isBusy: { now: true } });
    void pass();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(origins.isTroubled(origin)).toBe(false);
    isBusy.now = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(origins.isSlow(origin)).toBe(true);
  });
});

describe('an origin that hangs', () => {
  it('is told of once: none of its connections is answered for ten seconds', async () => {
    const { onHang, passMany } = prepare();
    await passMany(LEAST_CONNECTIONS, { tenant: 'acme' });
    await vi.advanceTimersByTimeAsync(9_999);
    expect(onHang).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onHang.mock.calls).toEqual([[{ tenant: 'acme', origin }, LEAST_CONNECTIONS]]);
  });

  it('is told of for each tenant with as many as are open for it, and for nobody of what is nobody’s delivery', async () => {
    const { onHang, passMany } = prepare();
    await passMany(10, { tenant: 'acme' });
    await passMany(4, { tenant: 'other' });
    await passMany(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(onHang.mock.calls.map(([{ tenant }, count]) => [tenant, count])).toEqual([
      ['acme', 10],
      ['other', 4],
    ]);
  });

  it('is not one that has a connection left, nor one whose attempts stand in line', async () => {
    const { onHang, passMany, pass } = prepare();
    await passMany(LEAST_CONNECTIONS - 1, { tenant: 'acme' });
    expect(await pass({ tenant: 'acme', begins: () => false })).toBe('busy');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(onHang).not.toHaveBeenCalled();
  });

  it.each([
    ['an answer', TOO_MUCH, 1],
    ['a connection that is free', TIMEOUT, 0],
  ])('begins anew with %s', async (_what, ended, inLine) => {
    const { onHang, passMany, endFirst } = prepare({ maxConnections: LEAST_CONNECTIONS });
    await passMany(LEAST_CONNECTIONS + inLine, { tenant: 'acme' });
    await vi.advanceTimersByTimeAsync(9_000);
    await endFirst(ended);
    await passMany(1 - inLine, { tenant: 'acme' });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(onHang).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(onHang).toHaveBeenCalledTimes(1);
  });
});

describe('a trial', () => {
  async function troubled() {
    const prepared = prepare();
    void prepared.pass();
    await prepared.endFirst(TOO_MUCH);
    return prepared;
  }

  it('is made by one, of whose end the others hear', async () => {
    const { origins } = await troubled();
    const end = await origins.tryOut(origin);
    expect(end).not.toBeNull();
    const other = origins.tryOut(origin);
    await vi.advanceTimersByTimeAsync(99);
    end?.();
    // It has ended in time, and nobody else needs to try.
    expect(await other).toBeNull();
    expect(await origins.tryOut('https://other.example')).toBeNull();
    expect(await origins.tryOut(origin)).not.toBeNull();
  });

  it('is made by the next where the last takes long, for which nobody waits longer', async () => {
    const { origins } = await troubled();
    const endFirst = await origins.tryOut(origin);
    const second = origins.tryOut(origin);
    const third = origins.tryOut(origin);
    await vi.advanceTimersByTimeAsync(100);
    expect(await second).not.toBeNull();
    // The first one’s end is not the second’s.
    endFirst?.();
    await vi.advanceTimersByTimeAsync(100);
    expect(await third).toBeNull();
  });
});

it('never has attempts ride in more than half of the tasks to one origin, or in three quarters to all', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ to: fc.nat(3), leaves: fc.nat(4) }), { maxLength: 900 }), (steps) => {
      const { origins } = prepare();
      const riding: { readonly to: number; readonly leave: () => void }[] = [];
      const ridingTo = (to: number): number => riding.filter((one) => one.to === to).length;
      for (const { to, leaves } of steps) {
        if (leaves === 0) riding.shift()?.leave();
        const isFull = ridingTo(to) === LIGHT_TASK_SLOTS / 2 || riding.length === (LIGHT_TASK_SLOTS * 3) / 4;
        const leave = origins.takeRide(`https://${to}.example`);
        expect(leave === null).toBe(isFull);
        if (leave !== null) riding.push({ to, leave });
      }
    }),
  );
});

it('is scheme, host and port of a URL', () => {
  expect(['https://shop.example:8443/a?b', 'https://shop.example/c'].map(originOf)).toEqual(['https://shop.example:8443', origin]);
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBacklog } from '../../../api/backlog.ts';
import type { Backlog } from '../../../api/backlog.ts';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import { MAX_WAITERS } from '../../../domain/permits.ts';
import type { Tier } from '../../../domain/tier.ts';
import { TIERS } from '../../../domain/tier.ts';
import { acceptedEvent, lightPlan } from '../domain/event-samples.ts';

let nowMs: number;
/** How many wait for a key in the cluster. */
let waiting: Map<string, number>;
/** The keys that were asked about, in order. */
let reads: string[];

beforeEach(() => {
  nowMs = 10_000;
  waiting = new Map();
  reads = [];
});

afterEach(() => vi.useRealTimers());

describe('the backlog', () => {
  it('is read at most once a second for each key', async () => {
    const backlog = start();
    for (const atMs of [10_000, 10_999, 11_000, 11_999]) {
      nowMs = atMs;
      await backlog.admits(heavy('normal', ['a']));
      await backlog.admits(heavy('normal', ['b']));
    }
    expect(reads).toEqual(['a', 'b', 'a', 'b']);
  });

  it('is read once for all who ask at the same time', async () => {
    const backlog = start();
    await Promise.all(TIERS.map((tier) => backlog.admits(heavy(tier))));
    expect(reads).toEqual(['tasks']);
  });

  it('is read for every key that an event needs', async () => {
    const backlog = start();
    waiting.set('b', 100);
    expect(await backlog.admits(heavy('normal', ['a', 'b']))).toBe(false);
    expect(reads).toEqual(['a', 'b']);
    expect(await backlog.admits(heavy('normal', ['a']))).toBe(true);
  });

  it('has room for an event that needs no permits', async () => {
    const backlog = start({ maxWaiting: 0 });
    const event = acceptedEvent({ plan: { ...lightPlan, weight: 'heavy' } });
    expect(await backlog.admits(event)).toBe(true);
    expect(reads).toEqual([]);
  });

  it.each<[number, readonly Tier[]]>([
    [49, ['critical', 'high', 'normal', 'low', 'bulk']],
    [50, ['critical', 'high', 'normal', 'low']],
    [70, ['critical', 'high', 'normal']],
    [85, ['critical', 'high']],
    [95, ['critical']],
    [100, []],
  ])('of %i of 100 takes %j', async (count, taken) => {
    waiting.set('tasks', count);
    const admitted: Tier[] = [];
    for (const tier of TIERS) if (await start().admits(heavy(tier))) admitted.push(tier);
    expect(admitted).toEqual(taken);
  });

  it('counts those whom it admits until it reads anew', async () => {
    const backlog = start();
    waiting.set('tasks', 98);
    expect(await admitMany(backlog, 5)).toEqual([true, true, false, false, false]);
    nowMs += 1_000;
    expect(await admitMany(backlog, 5)).toEqual([true, true, false, false, false]);
    expect(reads).toHaveLength(2);
  });

  it("doesn't count those whom it refuses", async () => {
    const backlog = start();
    waiting.set('tasks', 98);
    for (let times = 0; times < 10; times += 1) expect(await backlog.admits(heavy('low'))).toBe(false);
    waiting.set('b', 100);
    for (let times = 0; times < 10; times += 1) expect(await backlog.admits(heavy('critical', ['tasks', 'b']))).toBe(false);
    expect(await admitMany(backlog, 3)).toEqual([true, true, false]);
  });

  it('admits no more than it has room for of many who ask at the same time', async () => {
    const backlog = start();
    waiting.set('tasks', 98);
    const atOnce = () => Promise.all(Array.from({ length: 5 }, () => backlog.admits(heavy('critical'))));
    expect(await atOnce()).toEqual([true, true, false, false, false]);
    expect(await atOnce()).toEqual([false, false, false, false, false]);
    nowMs += 999;
    expect(await atOnce()).toEqual([false, false, false, false, false]);
    expect(reads).toEqual(['tasks']);
  });

  it('admits no more than one key has room for while another is read', async () => {
    const backlog = start();
    waiting.set('a', 99);
    expect(await backlog.admits(heavy('low', ['a']))).toBe(false);
    const events = Array.from({ length: 3 }, () => backlog.admits(heavy('critical', ['a', 'b'])));
    expect(await Promise.all(events)).toEqual([true, false, false]);
  });

  it('is never longer than a limiter can keep', async () => {
    const backlog = start({ maxWaiting: MAX_WAITERS * 10 });
    waiting.set('tasks', MAX_WAITERS - 1);
    expect(await admitMany(backlog, 2)).toEqual([true, false]);
  });

  it('goes by what it knows where it cannot be read, and asks again a second later', async () => {
    let away = false;
    const backlog = createBacklog({
      maxWaiting: 100,
      now: () => nowMs,
      read: async (key) => {
        reads.push(key);
        if (away) throw new Error('the engine does not answer');
        return 97;
      },
    });
    expect(await admitMany(backlog, 1)).toEqual([true]);
    away = true;
    nowMs += 1_000;
    expect(await admitMany(backlog, 3)).toEqual([true, true, false]);
    away = false;
    nowMs += 999;
    expect(await admitMany(backlog, 1)).toEqual([false]);
    nowMs += 1;
    expect(await admitMany(backlog, 1)).toEqual([true]);
    expect(reads).toHaveLength(3);
  });

  it('goes by what it knows while a reading takes long, and adds those let in meanwhile', async () => {
    vi.useFakeTimers();
    let answer = (_waiting: number): void => undefined;
    const read = () => new Promise<number>((resolve) => (answer = resolve));
    const backlog = createBacklog({ maxWaiting: 100, read, now: () => nowMs });
    const admitted = [1, 2].map(() => backlog.admits(heavy('critical')));
    await vi.advanceTimersByTimeAsync(200);
    expect(await Promise.all(admitted)).toEqual([true, true]);
    answer(97);
    await vi.advanceTimersByTimeAsync(0);
    expect(await admitMany(backlog, 2)).toEqual([true, false]);
  });

  it('forgets the keys not heard of for longest when callers make up ever new ones', async () => {
    const backlog = start();
    waiting.set('host:0', 99);
    expect(await backlog.admits(heavy('critical', ['host:0']))).toBe(true);
    for (let host = 1; host <= 10_000; host += 1) await backlog.admits(heavy('critical', [`host:${host}`]));
    reads = [];
    expect(await backlog.admits(heavy('critical', ['host:10000']))).toBe(true);
    expect(reads).toEqual([]);
    expect(await backlog.admits(heavy('critical', ['host:0']))).toBe(true);
    expect(reads).toEqual(['host:0']);
  });
});

function start({ maxWaiting = 100 } = {}): Backlog {
  const read = async (key: string): Promise<number> => {
    reads.push(key);
    return waiting.get(key) ?? 0;
  };
  return createBacklog({ maxWaiting, read, now: () => nowMs });
}

/** One after the other, all critical. */
async function admitMany(backlog: Backlog, count: number): Promise<readonly boolean[]> {
  const admitted: boolean[] = [];
  while (admitted.length < count) admitted.push(await backlog.admits(heavy('critical')));
  return admitted;
}

function heavy(tier: Tier, keys: readonly string[] = ['tasks']): AcceptedEvent {
  const limits = keys.map((key) => ({ key, capacity: 5, reserved: {} }));
  return acceptedEvent({ tier, plan: { ...lightPlan, weight: 'heavy', limits } });
}

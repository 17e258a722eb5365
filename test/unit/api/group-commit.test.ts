import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGroupCommit } from '../../../api/group-commit.ts';
import type { Tier } from '../../../domain/tier.ts';

interface Item {
  readonly name: string;
  readonly type: string;
  readonly tier: Tier;
  readonly bytes: number;
}

/** What was committed together, in order, each until the test says how it went. */
let commits: { readonly names: readonly string[]; durable(): void; fail(): void; done(): void }[];
let isBehind = false;
let isBusy = false;
let add: (name: string, fields?: Partial<Item>) => Promise<string>;

beforeEach(() => {
  vi.useFakeTimers();
  commits = [];
  isBehind = false;
  isBusy = false;
  const commitOne = createGroupCommit<Item, string>({
    commit: (items) =>
      new Promise((resolve, reject) => {
        let end = (): void => undefined;
        const done = new Promise<void>((settle) => {
          end = settle;
        });
        const names = items.map(({ name }) => name);
        commits.push({
          names,
          durable: () => resolve({ placed: names.map((name) => `${name} of ${items.length}`), done }),
          fail: () => reject(new Error('the engine is away')),
          done: end,
        });
      }),
    keyOf: ({ type }) => type,
    bytesOf: ({ bytes }) => bytes,
    isBehind: () => isBehind,
    watchLoop: () => () => isBusy,
    now: Date.now,
  });
  add = (name, fields = {}) => commitOne({ name, type: 'noise', tier: 'normal', bytes: 1, ...fields });
});
afterEach(() => vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(0);
const namesOf = () => commits.map(({ names }) => names.join(' '));

describe('group commit', () => {
  it('lets one that comes alone go at once', async () => {
    const placed = add('a');
    await settle();
    expect(namesOf()).toEqual(['a']);
    commits[0]?.durable();
    expect(await placed).toBe('a of 1');
  });

  it('gathers those that come while others are worked on, and answers each as soon as it is durable', async () => {
    void add('a');
    await settle();
    const gathered = ['b', 'c', 'd'].map((name) => add(name));
    commits[0]?.durable();
    await settle();
    expect(namesOf()).toEqual(['a']);
    commits[0]?.done();
    await settle();
    expect(namesOf()).toEqual(['a', 'b c d']);
    commits[1]?.durable();
    expect(await Promise.all(gathered)).toEqual(['b of 3', 'c of 3', 'd of 3']);
  });

  it('takes those of all tiers together, the most urgent first', async () => {
    void add('a');
    await settle();
    for (const [name, tier] of [
      ['low', 'low'],
      ['first', 'high'],
      ['critical', 'critical'],
      ['second', 'high'],
    ] as const)
      void add(name, { tier });
    await end(0);
    expect(namesOf()).toEqual(['a', 'critical first second low']);
  });

  it('lets those with the most urgent among them go first', async () => {
    void add('a');
    await settle();
    for (const [name, type, tier] of [
      ['first', 'joy', 'normal'],
      ['low', 'shock', 'low'],
      ['second', 'joy', 'normal'],
      ['high', 'shock', 'high'],
    ] as const)
      void add(name, { type, tier });
    await end(0);
    await end(1);
    expect(namesOf()).toEqual(['a', 'high low', 'first second']);
  });

  it('lets whoever has waited long go before more urgent ones, where not all fit', async () => {
    await takeLong();
    void add('low', { tier: 'low', bytes: 200 * 1024 });
    await vi.advanceTimersByTimeAsync(450);
    void add('normal', { bytes: 200 * 1024 });
    void add('high', { tier: 'high', bytes: 200 * 1024 });
    for (let last = 0; last < 3; last += 1) await end(commits.length - 1);
    expect(namesOf().slice(-3)).toEqual(['high', 'low', 'normal']);
  });

  it('does not let an old one lend its age to a fresh one of the same key', async () => {
    await takeLong();
    void add('old', { type: 'joy', tier: 'bulk' });
    await vi.advanceTimersByTimeAsync(450);
    void add('fresh', { type: 'joy' });
    void add('high', { type: 'shock', tier: 'high' });
    for (let last = 0; last < 2; last += 1) await end(commits.length - 1);
    expect(namesOf().slice(-2)).toEqual(['high', 'fresh old']);
  });

  it('lets critical ones go without a turn, and without others, after 50 ms', async () => {
    await takeLong();
    void add('b');
    void add('first', { tier: 'critical' });
    await vi.advanceTimersByTimeAsync(20);
    void add('second', { tier: 'critical' });
    await vi.advanceTimersByTimeAsync(29);
    expect(namesOf().at(-1)).toBe('a');
    await vi.advanceTimersByTimeAsync(1);
    expect(namesOf().slice(-2)).toEqual(['a', 'first second']);
    await vi.advanceTimersByTimeAsync(400);
    expect(namesOf().at(-1)).toBe('first second');
    await end(commits.length - 2);
    expect(namesOf().at(-1)).toBe('b');
  });

  it('goes on with those that come after all who waited have gone without a turn', async () => {
    void add('a');
    await settle();
    void add('critical', { tier: 'critical' });
    await vi.advanceTimersByTimeAsync(50);
    await end(0);
    await end(1);
    void add('b');
    await settle();
    expect(namesOf()).toEqual(['a', 'critical', 'b']);
  });

  it('lets the next ones gather for one and a half times as long as a group took, but at most 25 ms', async () => {
    void add('a');
    await settle();
    for (const name of ['b', 'c']) void add(name);
    commits[0]?.durable();
    commits[0]?.done();
    await settle();
    expect(namesOf()).toEqual(['a', 'b c']);
    void add('d');
    commits[1]?.durable();
    await vi.advanceTimersByTimeAsync(10);
    commits[1]?.done();
    await vi.advanceTimersByTimeAsync(14);
    void add('e');
    expect(namesOf()).toEqual(['a', 'b c']);
    await vi.advanceTimersByTimeAsync(1);
    expect(namesOf()).toEqual(['a', 'b c', 'd e']);
    void add('f');
    commits[2]?.durable();
    await vi.advanceTimersByTimeAsync(30);
    commits[2]?.done();
    await vi.advanceTimersByTimeAsync(24);
    expect(namesOf()).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(namesOf()).toHaveLength(4);
  });

  it('lets the next ones gather while callbacks lag behind in a process that has no rest', async () => {
    isBusy = true;
    void add('a');
    await settle();
    commits[0]?.durable();
    isBehind = true;
    await vi.advanceTimersByTimeAsync(5);
    commits[0]?.done();
    void add('b');
    await vi.advanceTimersByTimeAsync(40);
    expect(namesOf()).toEqual(['a']);
    isBehind = false;
    await vi.advanceTimersByTimeAsync(5);
    expect(namesOf()).toEqual(['a', 'b']);
  });

  it('keeps nobody waiting for callbacks that wait for receivers', async () => {
    isBehind = true;
    void add('a');
    await settle();
    void add('b');
    await end(0);
    expect(namesOf()).toEqual(['a', 'b']);
  });

  it('keeps no others waiting for those that take long', async () => {
    void add('a');
    await settle();
    commits[0]?.durable();
    void add('b');
    await vi.advanceTimersByTimeAsync(49);
    expect(namesOf()).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1);
    expect(namesOf()).toEqual(['a', 'b']);
  });

  it('takes at most 100 together, and 256 KiB, but at least one', async () => {
    void add('a');
    await settle();
    for (let index = 0; index < 101; index += 1) void add('n');
    for (let index = 0; index < 3; index += 1) void add('l', { type: 'large', tier: 'low', bytes: 100 * 1024 });
    void add('b', { type: 'largest', tier: 'bulk', bytes: 300 * 1024 });
    for (let index = 0; index < 5; index += 1) await end(index);
    expect(commits.map(({ names }) => names.length)).toEqual([1, 100, 1, 2, 1, 1]);
  });

  it('tells all of those that could not be committed, and goes on with others', async () => {
    void add('a');
    await settle();
    const lost = ['b', 'c'].map((name) => add(name));
    for (const one of lost) one.catch(() => undefined);
    await end(0);
    const next = add('d');
    commits[1]?.fail();
    for (const one of lost) await expect(one).rejects.toThrow('away');
    await settle();
    commits[2]?.durable();
    expect(await next).toBe('d of 1');
  });
});

/** One is under way, and may be for 500 ms before it counts as slow: those before it took 200 each. */
async function takeLong(): Promise<void> {
  for (let before = 0; before < 20; before += 1) {
    void add('before');
    await vi.advanceTimersByTimeAsync(200);
    await end(before);
  }
  void add('a');
  await settle();
}

async function end(index: number): Promise<void> {
  commits[index]?.durable();
  commits[index]?.done();
  // Whatever pause comes after it.
  await vi.advanceTimersByTimeAsync(25);
}

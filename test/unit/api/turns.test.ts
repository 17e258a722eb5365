import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTurns } from '../../../api/turns.ts';
import type { Turns } from '../../../api/turns.ts';
import type { Tier } from '../../../domain/tier.ts';

let turns: Turns;
let begun: string[];

beforeEach(() => {
  vi.useFakeTimers();
  turns = createTurns({ maxQuick: 2, slowAfterMs: { least: 50, most: 500 }, maxTurns: 3, now: Date.now });
  begun = [];
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

async function take(name: string, tier: Tier = 'normal'): Promise<() => void> {
  const end = await turns.take({ tier, sinceMs: Date.now() });
  begun.push(name);
  return end;
}

it('lets few have a turn at once, the highest tier first, of equals whoever came first', async () => {
  const [endFirst, endSecond] = await Promise.all([take('first'), take('second')]);
  const waiting = [take('third'), take('low', 'low'), take('critical', 'critical')];
  endFirst();
  const endCritical = await waiting[2];
  endSecond();
  const endThird = await waiting[0];
  expect(begun).toEqual(['first', 'second', 'critical', 'third']);
  endCritical?.();
  endThird?.();
  (await waiting[1])?.();
});

it('makes room for another where one is slow, up to so many in all', async () => {
  const slow = await Promise.all([take('slow'), take('slow too')]);
  const waiting = [take('quick'), take('last')];
  await vi.advanceTimersByTimeAsync(49);
  expect(begun).toEqual(['slow', 'slow too']);
  await vi.advanceTimersByTimeAsync(1);
  expect(begun).toEqual(['slow', 'slow too', 'quick']);
  await vi.advanceTimersByTimeAsync(50);
  expect(begun).not.toContain('last');
  slow[0]?.();
  const ends = await Promise.all(waiting);
  for (const end of [...ends, slow[1]]) end?.();
});

it('takes a turn for slow by what the quickest of late took', async () => {
  const first = await Promise.all([take('first'), take('second')]);
  await vi.advanceTimersByTimeAsync(40);
  for (const end of first) end();
  const slow = await Promise.all([take('third'), take('fourth')]);
  const waiting = take('fifth');
  await vi.advanceTimersByTimeAsync(159);
  expect(begun).not.toContain('fifth');
  await vi.advanceTimersByTimeAsync(1);
  for (const end of [...slow, await waiting]) end();
});

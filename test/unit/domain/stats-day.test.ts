import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addLatency, addSketches, quantileOf } from '../../../domain/latency-sketch.ts';
import type { LatencySketch } from '../../../domain/latency-sketch.ts';
import { addStats, countEnd, countIn, NO_STATS } from '../../../domain/minute-stats.ts';
import type { MinuteStats } from '../../../domain/minute-stats.ts';
import type { RunEnd } from '../../../domain/run-end.ts';
import { EMPTY_DAY, minuteOf, MINUTES_KEPT, tellMinutes, toPoints } from '../../../domain/stats-day.ts';
import type { StatsDay, ToldMinutes } from '../../../domain/stats-day.ts';
import { TIERS } from '../../../domain/tier.ts';
import { NOON_MS } from './event-samples.ts';

const NOW = minuteOf(NOON_MS);
const END: RunEnd = {
  event: 'e-1',
  run: 1,
  tenant: 'default',
  type: 'sample',
  tier: 'normal',
  outcome: 'completed',
  queuedMs: 40,
  runMs: 60,
};

const anyMs = fc.double({ min: 0, max: 86_400_000, noNaN: true });
const anySketch = fc.array(anyMs, { maxLength: 30 }).map((all) => all.reduce<LatencySketch>(addLatency, {}));
const anyStats: fc.Arbitrary<MinuteStats> = fc.record({
  accepted: fc.nat(99),
  completed: fc.nat(99),
  failed: fc.nat(99),
  cancelled: fc.nat(9),
  shed: fc.nat(9),
  delivered: fc.nat(99),
  undelivered: fc.nat(9),
  latencies: fc.dictionary(fc.constantFrom(...TIERS), anySketch),
});
/** What a few processes have to tell of a few minutes, each once. */
const anyTold = fc
  .uniqueArray(fc.tuple(fc.constantFrom('p1', 'p2', 'p3'), fc.integer({ min: NOW - 5, max: NOW })), {
    maxLength: 12,
    selector: ([process, minute]) => `${process} ${minute}`,
  })
  .chain((keys) => fc.tuple(...keys.map(([process, minute]) => anyStats.map((stats) => ({ process, minutes: [{ minute, ...stats }] })))));

function tellAll(told: readonly ToldMinutes[], day = EMPTY_DAY): StatsDay {
  return told.reduce((before, one) => tellMinutes(before, one, NOON_MS), day);
}

it('counts what a process tells of a minute once, however often it is told, and in any order', () => {
  fc.assert(
    fc.property(anyTold, fc.infiniteStream(fc.nat()), (told, order) => {
      const once = tellAll(told);
      const again = told.map((one) => ({ one, at: order.next().value })).toSorted((a, b) => a.at - b.at);

      expect(tellAll(told, once)).toEqual(once);
      expect(tellAll(again.map(({ one }) => one))).toEqual(once);
    }),
  );
});

it('is the sum of what was told', () => {
  fc.assert(
    fc.property(anyTold, (told) => {
      const points = toPoints(tellAll(told), 60, NOON_MS + 60_000);
      const all = told
        .flatMap(({ minutes }) => minutes)
        .reduce<MinuteStats>((sum, { minute: _minute, ...one }) => addStats(sum, one), NO_STATS);
      const sum = (count: (point: (typeof points)[number]) => number): number => points.reduce((total, point) => total + count(point), 0);

      expect(sum(({ accepted }) => accepted)).toBe(all.accepted);
      expect(sum(({ completed }) => completed)).toBe(all.completed);
      expect(sum(({ callbacks }) => callbacks.failed)).toBe(all.undelivered);
    }),
  );
});

it('keeps a day, and takes nothing older or far ahead', () => {
  const told = (minute: number): ToldMinutes => ({ process: 'p1', minutes: [{ minute, ...NO_STATS, accepted: 1 }] });
  const minutes = [NOW - MINUTES_KEPT, NOW - MINUTES_KEPT + 1, NOW, NOW + 10, NOW + 11];
  const day = tellAll(minutes.map(told));

  expect(day.minutes.map(({ minute }) => minute)).toEqual([NOW - MINUTES_KEPT + 1, NOW, NOW + 10]);
  const later = tellMinutes(day, told(NOW + 2), NOON_MS + 120_000);
  expect(later.minutes.map(({ minute }) => minute)).toEqual([NOW, NOW + 2, NOW + 10]);
});

it('keeps the latencies of the newest minutes where those of all have no room', () => {
  const wide = Object.fromEntries(
    TIERS.map((tier) => [tier, Object.fromEntries(Array.from({ length: 110 }, (_, bucket) => [bucket, 1_000_000]))]),
  );
  const minutes = Array.from({ length: 300 }, (_, index) => ({ minute: NOW - index, ...NO_STATS, accepted: 1, latencies: wide }));
  const day = tellMinutes(EMPTY_DAY, { process: 'p1', minutes }, NOON_MS);

  expect(JSON.stringify(day).length).toBeLessThan(1024 * 1024);
  expect(day.minutes).toHaveLength(300);
  expect(day.minutes[0]?.latencies).toBeNull();
  expect(day.minutes.at(-1)?.latencies).toEqual(wide);
  const more = tellMinutes(day, { process: 'p2', minutes: [{ minute: NOW - 299, ...NO_STATS, accepted: 2, latencies: wide }] }, NOON_MS);
  expect(more.minutes[0]).toMatchObject({ accepted: 3, latencies: null });
  expect(toPoints(day, 299, NOON_MS)[0]).toMatchObject({ accepted: 1, p50Ms: {} });
});

it('shows a point for each minute that is over, also where nothing happened', () => {
  const stats = countEnd(countIn(NO_STATS, 'accepted'), END);
  const day = tellMinutes(EMPTY_DAY, { process: 'p1', minutes: [{ minute: NOW - 1, ...stats }] }, NOON_MS);

  expect(toPoints(day, 2, NOON_MS)).toEqual([
    {
      at: '2026-01-01T11:58:00.000Z',
      accepted: 0,
      completed: 0,
      failed: 0,
      cancelled: 0,
      shed: 0,
      callbacks: { delivered: 0, failed: 0 },
      p50Ms: {},
      p95Ms: {},
    },
    {
      at: '2026-01-01T11:59:00.000Z',
      accepted: 1,
      completed: 1,
      failed: 0,
      cancelled: 0,
      shed: 0,
      callbacks: { delivered: 0, failed: 0 },
      p50Ms: { normal: 104 },
      p95Ms: { normal: 104 },
    },
  ]);
  expect(toPoints(day, 9_999, NOON_MS)).toHaveLength(MINUTES_KEPT - 1);
});

it('counts verdicts by what they are, and how long it took those that were begun', () => {
  const stats = [
    END,
    { ...END, outcome: 'failed' as const },
    { ...END, outcome: 'cancelled' as const, queuedMs: null, runMs: null },
  ].reduce(countEnd, NO_STATS);

  expect(stats).toMatchObject({ completed: 1, failed: 1, cancelled: 1 });
  expect(Object.values(stats.latencies?.normal ?? {})).toEqual([2]);
  expect(countEnd({ ...NO_STATS, latencies: null }, END)).toMatchObject({ completed: 1, latencies: null });
});

it('has quantiles that are at most a tenth off', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1, max: 86_400_000, noNaN: true }), { minLength: 1, maxLength: 50 }),
      fc.constantFrom(0.5, 0.95),
      (all, share) => {
        const exact = all.toSorted((one, other) => one - other)[Math.ceil(share * all.length) - 1] ?? 0;
        const found = quantileOf(all.reduce<LatencySketch>(addLatency, {}), share) ?? 0;

        // Rounded to whole milliseconds.
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.1 + 0.5);
      },
    ),
  );
  expect(quantileOf({}, 0.5)).toBeNull();
  expect(quantileOf(addSketches({ 0: 1 }, { 0: 2 }), 0.5)).toBe(1);
});

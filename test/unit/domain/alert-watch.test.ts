import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addCounts, countsSince, NO_COUNTS } from '../../../domain/alert-counts.ts';
import type { AlertCounts } from '../../../domain/alert-counts.ts';
import { answerTo, createWatch, tellLook } from '../../../domain/alert-watch.ts';
import type { AlertWatch, ToldLook } from '../../../domain/alert-watch.ts';
import type { AlertFigures } from '../../../domain/alert-conditions.ts';
import { TIERS } from '../../../domain/tier.ts';
import { NOON_MS } from './event-samples.ts';

const EVERY_MS = 30_000;
const WELL: AlertFigures = { unserved: [], standing: { backlog: 0, destinationsOpen: 0, permits: {} } };

function told(process: string, number: number, fields: Partial<ToldLook> = {}): ToldLook {
  return { process, number, everyMs: EVERY_MS, url: 'https://alerts.example/', counts: NO_COUNTS, figures: null, absence: null, ...fields };
}

const anyCount = fc.nat({ max: 99 });
const anyCounts: fc.Arbitrary<AlertCounts> = fc.record({
  verdicts: anyCount,
  failed: anyCount,
  attempts: anyCount,
  failedAttempts: anyCount,
  calls: anyCount,
  slowCalls: anyCount,
  hostsEnded: fc.dictionary(fc.constantFrom('memory', 'exited'), fc.integer({ min: 1, max: 9 })),
  begun: fc.dictionary(fc.constantFrom(...TIERS), fc.integer({ min: 1, max: 9 })),
  begunLate: fc.dictionary(fc.constantFrom(...TIERS), fc.integer({ min: 1, max: 9 })),
});

it('adds up and takes apart what was counted', () => {
  fc.assert(
    fc.property(anyCounts, anyCounts, (one, other) => {
      expect(countsSince(one, addCounts(one, other))).toEqual(other);
      expect(addCounts(one, other)).toEqual(addCounts(other, one));
      expect(addCounts(one, NO_COUNTS)).toEqual(one);
    }),
  );
});

describe('of the processes that tell', () => {
  const first = tellLook(createWatch(NOON_MS), told('a', 1), NOON_MS);

  it('the first is asked for figures, and the others are not', () => {
    expect(answerTo(first, 'a').isLead).toBe(true);
    const both = tellLook(first, told('b', 1), NOON_MS + 1);
    expect([answerTo(both, 'a').isLead, answerTo(both, 'b').isLead]).toEqual([true, false]);
  });

  it('another goes on once the first has been silent for some looks', () => {
    const silentMs = 3 * EVERY_MS;
    expect(answerTo(tellLook(first, told('b', 1), NOON_MS + silentMs), 'b').isLead).toBe(false);
    const next = tellLook(first, told('b', 1), NOON_MS + silentMs + 1);
    expect(answerTo(next, 'b').isLead).toBe(true);
    const late = tellLook(next, told('a', 2, { figures: WELL }), NOON_MS + silentMs + 2);
    expect([answerTo(late, 'a').isLead, late.rounds]).toEqual([false, []]);
  });

  it('those that are long gone are forgotten', () => {
    expect(Object.keys(tellLook(first, told('b', 1), NOON_MS + 3_600_000).processes)).toEqual(['b']);
  });

  it('the last says where alerts are sent', () => {
    expect(tellLook(first, told('b', 1, { url: 'https://other.example/' }), NOON_MS).url).toBe('https://other.example/');
  });
});

it('counts each look of a process once, in the round after it, whatever is told again', () => {
  const anyTell = fc.record({
    process: fc.constantFrom('a', 'b', 'c'),
    counts: anyCounts,
    isRound: fc.boolean(),
    repeated: fc.nat({ max: 2 }),
    afterMs: fc.integer({ min: 0, max: 60_000 }),
  });
  fc.assert(
    fc.property(fc.array(anyTell, { maxLength: 40 }), (tells) => {
      let watch = createWatch(NOON_MS);
      let nowMs = NOON_MS;
      let sum = NO_COUNTS;
      tells.forEach(({ process, counts, isRound, repeated, afterMs }, index) => {
        nowMs += afterMs;
        const look = told(process, index + 1, { counts, figures: isRound ? WELL : null });
        for (let left = repeated; left >= 0; left -= 1) watch = tellLook(watch, look, nowMs);
        sum = addCounts(sum, counts);
      });
      expect(watch.rounds.reduce((all, { counts }) => addCounts(all, counts), watch.open)).toEqual(sum);
    }),
  );
});

it('keeps the rounds of an hour, and no more than some hundreds', () => {
  const rounds = (everyMs: number, count: number): AlertWatch =>
    Array.from({ length: count }, (_, index) => index + 1).reduce(
      (watch, number) => tellLook(watch, told('a', number, { figures: WELL }), NOON_MS + number * everyMs),
      createWatch(NOON_MS),
    );

  expect(rounds(60_000, 100).rounds).toHaveLength(60);
  expect(rounds(100, 300).rounds).toHaveLength(240);
});

it('begins a round, also where the standing is unknown, and looks at all conditions', () => {
  let watch = createWatch(NOON_MS);
  for (let number = 1; number <= 4; number += 1) {
    watch = tellLook(watch, told('a', number, { figures: { unserved: ['heavy'], standing: null } }), NOON_MS + number * EVERY_MS);
  }

  expect(watch.rounds.map(({ backlog }) => backlog)).toEqual([null, null, null, null]);
  expect(watch.board.outbox).toMatchObject([{ status: 'firing', alert: { name: 'TicklessQueueUnserved' } }]);
});

it('hears that the engine was away, also with a look that is told again', () => {
  const before = tellLook(createWatch(NOON_MS), told('a', 1), NOON_MS);
  const absence = { ...answerTo(before, 'a').absence, isTold: false, sinceMs: NOON_MS, reason: 'connection refused' };

  const after = tellLook(before, told('a', 1, { absence }), NOON_MS + 1);

  expect(after.board.outbox).toMatchObject([{ alert: { name: 'TicklessEngineUnreachable', id: absence.id } }]);
  expect(answerTo(after, 'a').absence.isTold).toBe(true);
});

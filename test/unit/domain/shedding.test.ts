import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InLine } from '../../../domain/shedding.ts';
import { firstToShed, hasRoom, inTurnOrder, mayStay, nextInLine, patienceMs } from '../../../domain/shedding.ts';
import type { Tier } from '../../../domain/tier.ts';
import { TIERS } from '../../../domain/tier.ts';

const RAISED_EVERY_MS = 400;
const NOW_MS = 100_000;

const anyTier = fc.constantFrom(...TIERS);

/** A line as it comes to be: whoever stands further back came no earlier. None has waited for more than 2 s. */
const anyLine: fc.Arbitrary<readonly InLine[]> = fc
  .array(fc.record({ tier: anyTier, waitedMs: fc.integer({ min: 0, max: 2_000 }) }), { minLength: 1, maxLength: 30 })
  .map((line) => line.toSorted((a, b) => b.waitedMs - a.waitedMs).map(({ tier, waitedMs }) => waiting(tier, waitedMs)));

it('puts all in the order in which they would be let in one by one', () => {
  fc.assert(
    fc.property(anyLine, (line) => {
      const left = [...line];
      const letIn = line.flatMap(() => left.splice(nextInLine(left, NOW_MS), 1));
      expect(inTurnOrder(line, NOW_MS)).toEqual(letIn);
    }),
  );
});

describe('hasRoom', () => {
  it.each<[Tier, number]>([
    ['bulk', 50],
    ['low', 70],
    ['normal', 85],
    ['high', 95],
    ['critical', 100],
  ])('takes %s up to %i of 100', (tier, refusedFrom) => {
    expect(hasRoom(tier, refusedFrom - 1, 100)).toBe(true);
    expect(hasRoom(tier, refusedFrom, 100)).toBe(false);
  });

  it('never refuses a tier while it takes a lower one', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), anyTier, anyTier, (count, capacity, a, b) => {
        const [higher, lower] = rankOf(a) <= rankOf(b) ? [a, b] : [b, a];
        if (hasRoom(lower, count, capacity)) expect(hasRoom(higher, count, capacity)).toBe(true);
      }),
    );
  });

  it('never lets anybody in beyond the capacity', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), anyTier, (capacity, above, tier) => {
        expect(hasRoom(tier, capacity + above, capacity)).toBe(false);
      }),
    );
  });

  it('takes any tier into a single free place, and none where there is no place', () => {
    expect(TIERS.filter((tier) => hasRoom(tier, 0, 1))).toEqual(TIERS);
    expect(TIERS.filter((tier) => hasRoom(tier, 0, 0))).toEqual([]);
  });
});

describe('nextInLine', () => {
  it('is nobody of none', () => {
    expect(nextInLine([], NOW_MS)).toBe(-1);
  });

  it('goes by tier where all have just come', () => {
    const line = TIERS.toReversed().map((tier) => waiting(tier, 0));
    expect(TIERS.map((_, served) => nextInLine(line.slice(0, line.length - served), NOW_MS))).toEqual([4, 3, 2, 1, 0]);
  });

  it('is whoever came first among equals', () => {
    expect(nextInLine([waiting('low', 30), waiting('normal', 20), waiting('normal', 10)], NOW_MS)).toBe(1);
  });

  it.each<[number, number]>([
    [0, 1],
    [399, 1],
    [400, 0],
    [799, 0],
  ])('takes the wait of %i ms of a low event before a new normal one into account: %i', (waitedMs, next) => {
    expect(nextInLine([waiting('low', waitedMs), waiting('normal', 0)], NOW_MS)).toBe(next);
  });

  it('lets a low event that has waited for a second come up to a new high one, but not to a critical one', () => {
    const low = waiting('low', 1_000);
    expect(nextInLine([low, waiting('high', 0)], NOW_MS)).toBe(0);
    expect(nextInLine([low, waiting('critical', 0)], NOW_MS)).toBe(1);
  });

  it('is of the highest tier, waiting counted in, and the first of those', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const ranks = line.map(effectiveRank);
        expect(nextInLine(line, NOW_MS)).toBe(ranks.indexOf(Math.min(...ranks)));
      }),
    );
  });

  it('never passes over one of the same or a higher tier that came before', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const next = nextInLine(line, NOW_MS);
        const before = line.slice(0, next);
        expect(before.filter(({ tier }) => rankOf(tier) <= rankOf(line[next]?.tier))).toEqual([]);
      }),
    );
  });
});

describe('firstToShed', () => {
  it('is nobody of none', () => {
    expect(firstToShed([])).toBe(-1);
  });

  it('takes bulk before low before normal before high before critical', () => {
    let line = (['high', 'bulk', 'critical', 'low', 'normal'] as const).map((tier) => waiting(tier, 0));
    const shed: (Tier | undefined)[] = [];
    while (line.length > 0) {
      const index = firstToShed(line);
      shed.push(line[index]?.tier);
      line = line.toSpliced(index, 1);
    }
    expect(shed).toEqual(['bulk', 'low', 'normal', 'high', 'critical']);
  });

  it('is of the lowest tier there is, and the last of those, however long anybody has waited', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const ranks = line.map(({ tier }) => rankOf(tier));
        expect(firstToShed(line)).toBe(ranks.lastIndexOf(Math.max(...ranks)));
      }),
    );
  });
});

describe('patienceMs', () => {
  it.each([
    ['all of it in a line that has just begun', 0, 1_000],
    ['all of it in one that may be a burst', 2_999, 1_000],
    ['a tenth of it in one that stands', 3_000, 100],
  ])('is %s', (_what, standingMs, expected) => {
    expect(patienceMs({ longestMs: 1_000, standingMs })).toBe(expected);
  });
});

describe('mayStay', () => {
  it.each([
    ['stay as long as no more wait than there are places', 200, 4_999, true],
    ['not where more wait', 201, 0, false],
    ['not where nobody has left for long', 1, 5_000, false],
  ])('lets all who wait %s', (_what, waitingNow, stillMs, stays) => {
    expect(mayStay({ waiting: waitingNow, places: 200, stillMs, longestMs: 1_000 })).toBe(stays);
  });
});

function waiting(tier: Tier, waitedMs: number): InLine {
  return { tier, sinceMs: NOW_MS - waitedMs };
}

function rankOf(tier: Tier | undefined): number {
  return tier === undefined ? Number.NaN : TIERS.indexOf(tier);
}

function effectiveRank({ tier, sinceMs }: InLine): number {
  return rankOf(tier) - Math.floor((NOW_MS - sinceMs) / RAISED_EVERY_MS);
}

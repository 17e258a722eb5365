import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../../domain/tier.ts';
import { chooseTier, priorityKey, tierFromNumber, TIERS, toPriority } from '../../../domain/tier.ts';

const anyTier = fc.constantFrom(...TIERS);
const anyShare = fc.double({ min: 0, max: 1, noNaN: true });

describe('priorityKey', () => {
  it.each<[Tier, number]>([
    ['critical', 1],
    ['high', 2],
    ['normal', 3],
    ['low', 4],
    ['bulk', 5],
  ])('of %s is %i', (tier, key) => {
    expect(priorityKey(tier)).toBe(key);
  });
});

describe('toPriority', () => {
  it('is the least number that is taken for the tier', () => {
    expect(TIERS.map(toPriority)).toEqual([1_000, 750, 500, 250, 0]);
    expect(TIERS.map((tier) => tierFromNumber(toPriority(tier)))).toEqual(TIERS);
  });

  it('of a number is that number', () => {
    expect(toPriority(333)).toBe(333);
  });
});

describe('tierFromNumber', () => {
  it.each<[number, Tier]>([
    [Infinity, 'critical'],
    [1_000, 'critical'],
    [999.9, 'high'],
    [750, 'high'],
    [749, 'normal'],
    [500, 'normal'],
    [499, 'low'],
    [250, 'low'],
    [249, 'bulk'],
    [0, 'bulk'],
    [-1_000, 'bulk'],
  ])('takes %s for %s', (priority, tier) => {
    expect(tierFromNumber(priority)).toBe(tier);
  });

  it('never gives a larger number a less urgent tier', () => {
    const anyNumber = fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -100, max: 1_200 }));
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        const larger = tierFromNumber(Math.max(a, b));
        const smaller = tierFromNumber(Math.min(a, b));

        expect(priorityKey(larger)).toBeLessThanOrEqual(priorityKey(smaller));
      }),
    );
  });
});

describe('chooseTier', () => {
  const choice = { asked: undefined, ofType: 'normal', urgency: 0, urgencyThreshold: 0.8 } as const;

  it('takes the tier of the type', () => {
    expect(chooseTier(choice)).toBe('normal');
  });

  it('takes what the caller asked for, however urgent the event is', () => {
    expect(chooseTier({ ...choice, asked: 'bulk', urgency: 1 })).toBe('bulk');
  });

  it.each<[Tier, Tier]>([
    ['low', 'normal'],
    ['normal', 'high'],
    ['high', 'critical'],
    ['critical', 'critical'],
    ['bulk', 'bulk'],
  ])('raises an urgent %s event to %s', (ofType, raised) => {
    expect(chooseTier({ ...choice, ofType, urgency: 1 })).toBe(raised);
  });

  it.each<[number, Tier]>([
    [0.79, 'normal'],
    [0.8, 'high'],
    [0.81, 'high'],
  ])('holds an urgency of %s against a threshold of 0.8: %s', (urgency, tier) => {
    expect(chooseTier({ ...choice, urgency })).toBe(tier);
  });

  it('raises by at most one, never lowers, and lets nothing beyond critical', () => {
    fc.assert(
      fc.property(anyTier, anyShare, anyShare, (ofType, urgency, urgencyThreshold) => {
        const chosen = chooseTier({ asked: undefined, ofType, urgency, urgencyThreshold });

        expect([priorityKey(ofType), Math.max(1, priorityKey(ofType) - 1)]).toContain(priorityKey(chosen));
      }),
    );
  });

  it('never gives a more urgent event a less urgent tier', () => {
    fc.assert(
      fc.property(anyTier, anyShare, anyShare, anyShare, (ofType, a, b, urgencyThreshold) => {
        const more = chooseTier({ asked: undefined, ofType, urgency: Math.max(a, b), urgencyThreshold });
        const less = chooseTier({ asked: undefined, ofType, urgency: Math.min(a, b), urgencyThreshold });

        expect(priorityKey(more)).toBeLessThanOrEqual(priorityKey(less));
      }),
    );
  });
});

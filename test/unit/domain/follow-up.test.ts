import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chainThrough, MAX_FOLLOW_UP_DEPTH } from '../../../domain/follow-up-chain.ts';
import { faultsOfOptions, followUpName, MAX_DELAY_MS } from '../../../domain/follow-up.ts';
import type { FollowUpOptions } from '../../../domain/follow-up.ts';

const stageKey = fc.string({ minLength: 1 });
const position = fc.oneof(fc.nat(99), fc.stringMatching(/^[A-Za-z0-9._:@-]{1,20}$/));

it('names each follow-up of each stage otherwise, and the same each time', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(stageKey, position), { selector: (one) => JSON.stringify(one) }), (places) => {
      const names = places.map(([key, at]) => followUpName(key, at));

      expect(new Set(names).size).toBe(places.length);
      expect(places.map(([key, at]) => followUpName(key, at))).toEqual(names);
    }),
  );
});

it('tells a position from an id that looks like one', () => {
  expect(followUpName('order-1/1/action', 0)).not.toBe(followUpName('order-1/1/action', '0'));
});

it('follows the types from the first event on, to a depth that no way leads beyond', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.constantFrom('a', 'b', 'c')), (types) => {
      let chain: readonly string[] = [];
      const taken: string[] = [];
      for (const type of types) {
        taken.push(type);
        if (taken.length > MAX_FOLLOW_UP_DEPTH) break;
        chain = chainThrough(type, chain);
        expect(chain).toEqual(taken);
      }

      expect(() => chainThrough(taken.at(-1) ?? '', chain)).toThrow(
        expect.objectContaining({ code: 'cycle', message: expect.stringContaining(taken.join(' → ')) }),
      );
    }),
  );
});

it('begins a chain with an event that no other has caused', () => {
  expect(chainThrough('order-placed')).toEqual(['order-placed']);
});

it.each<[string, FollowUpOptions]>([
  ['/id', { id: '' }],
  ['/id', { id: 'has a space' }],
  ['/id', { id: 'x'.repeat(129) }],
  ['/id', { id: 7 as never }],
  ['/delayMs', { delayMs: -1 }],
  ['/delayMs', { delayMs: 0.5 }],
  ['/delayMs', { delayMs: MAX_DELAY_MS + 1 }],
  ['/delayMs', { delayMs: '5' as never }],
  ['/subject', { subject: '' }],
  ['/subject', { subject: 'x'.repeat(256) }],
  ['/subject', { subject: 5 as never }],
])('finds a fault at %s of %j', (pointer, options) => {
  expect(faultsOfOptions(options).map((fault) => fault.pointer)).toEqual([pointer]);
});

it('finds no fault in options that hold, or in none', () => {
  expect(faultsOfOptions({})).toEqual([]);
  expect(faultsOfOptions({ id: 'a.b-1', delayMs: MAX_DELAY_MS, subject: 'order 7' })).toEqual([]);
});

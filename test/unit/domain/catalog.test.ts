import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nearestType } from '../../../domain/nearest-type.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import type { EventDefinition } from '../../../domain/define-event.ts';
import { defineEvent } from '../../../domain/define-event.ts';

function define(type: string): EventDefinition {
  return defineEvent({ type, data: z.unknown(), tier: 'normal', handler: () => null });
}

describe('a catalog', () => {
  const shop = createCatalog(['order-placed', 'order-paid', 'shipment.sent'].map(define));

  it('lists its definitions as given', () => {
    expect(shop.definitions.map(({ type }) => type)).toEqual(['order-placed', 'order-paid', 'shipment.sent']);
  });

  it('finds a type by its exact name', () => {
    expect(shop.find('order-paid')).toBe(shop.definitions[1]);
  });

  it.each(['', 'order', 'Order-Paid', 'constructor', '__proto__'])('has no type "%s"', (type) => {
    expect(shop.find(type)).toBeUndefined();
  });

  it('refuses two definitions of one type', () => {
    expect(() => createCatalog(['a', 'b', 'a'].map(define))).toThrow('event type "a" is defined twice');
  });
});

describe('the nearest type', () => {
  const shop = createCatalog(['order-placed', 'order-paid', 'shipment.sent', 'joy'].map(define));

  it.each([
    ['order-placed', 'order-placed'],
    ['order-plced', 'order-placed'],
    ['order_placed', 'order-placed'],
    ['orderplaced', 'order-placed'],
    ['order-pay', 'order-paid'],
    ['Order-Paid', 'order-paid'],
    ['shipment.send', 'shipment.sent'],
    ['boy', 'joy'],
    ['', undefined],
    ['invoice', undefined],
    ['order-approved', undefined],
    ['jo'.repeat(1_000), undefined],
  ])('to "%s" is %s', (wanted, nearest) => {
    expect(nearestType(shop, wanted)).toBe(nearest);
  });

  it('is the first of those that are equally near', () => {
    expect(nearestType(createCatalog(['bat', 'cat'].map(define)), 'rat')).toBe('bat');
  });

  it('is undefined where nothing is known', () => {
    expect(nearestType(createCatalog([]), 'joy')).toBeUndefined();
  });

  it('is the one that fewest changes of a letter lead to, if two thirds of its letters stay', () => {
    const name = fc.stringMatching(/^[a-c][a-c-]{0,5}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', '€', '🎈'), maxLength: 6 }),
        (names, wanted) => {
          const nearest = nearestType(createCatalog(names.map(define)), wanted);

          const changes = (type = '') => fewestChanges(wanted.split(''), type.split(''));
          const near = names.filter((type) => changes(type) <= Math.max(type.length, wanted.length) / 3);
          expect(nearest === undefined).toBe(near.length === 0);
          if (nearest !== undefined) expect(changes(nearest)).toBe(Math.min(...near.map(changes)));
        },
      ),
    );
  });
});

/** The definition of Levenshtein's distance, as it stands in books. */
function fewestChanges([first, ...rest]: readonly string[], other: readonly string[]): number {
  const [otherFirst, ...otherRest] = other;
  if (first === undefined) return other.length;
  if (otherFirst === undefined) return rest.length + 1;
  if (first === otherFirst) return fewestChanges(rest, otherRest);
  return 1 + Math.min(fewestChanges(rest, other), fewestChanges([first, ...rest], otherRest), fewestChanges(rest, otherRest));
}

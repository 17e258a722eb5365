import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';

const minimal = { type: 'sample', data: z.object({ host: z.string() }), tier: 'normal', handler: () => null } as const;
const event = { data: { host: 'shop.example' }, tenant: 'acme' };

describe('the limit of a type', () => {
  it('is none where the type names none', () => {
    const definition = defineEvent(minimal);

    expect(definition.limitsOf(event)).toEqual([]);
    expect(definition).toMatchObject({ weight: 'light', respondAfterRecord: false });
  });

  it('names a key and how many at once, none of them reserved', () => {
    const definition = defineEvent({ ...minimal, limit: { key: 'printer', max: 1 } });

    expect(definition.limitsOf(event)).toEqual([{ key: 'printer', capacity: 1, reserved: {} }]);
  });

  it('may keep some for critical events', () => {
    const definition = defineEvent({ ...minimal, limit: { key: 'printer', max: 5, reserved: 2 } });

    expect(definition.limitsOf(event)).toEqual([{ key: 'printer', capacity: 5, reserved: { critical: 2 } }]);
  });

  it('may keep some for tiers', () => {
    const definition = defineEvent({ ...minimal, limit: { key: 'printer', max: 5, reserved: { critical: 2, high: 1 } } });

    expect(definition.limitsOf(event)).toEqual([{ key: 'printer', capacity: 5, reserved: { critical: 2, high: 1 } }]);
    expect(() => defineEvent({ ...minimal, limit: { key: 'printer', max: 2, reserved: { critical: 2, high: 1 } } })).toThrow('0 to max');
  });

  it("may have its key from the event's data and tenant", () => {
    const definition = defineEvent({ ...minimal, limit: { key: ({ data, tenant }) => `${tenant}:${data.host}`, max: 10 } });

    expect(definition.limitsOf(event)).toEqual([{ key: 'acme:shop.example', capacity: 10, reserved: {} }]);
    expect(definition.limitsOf({ data: { host: 'other.example' }, tenant: 'beta' })).toEqual([
      { key: 'beta:other.example', capacity: 10, reserved: {} },
    ]);
  });

  it('may be several, of which an event needs all', () => {
    const definition = defineEvent({
      ...minimal,
      limit: [
        { key: 'tasks', max: 5 },
        { key: ({ data }) => `host:${data.host}`, max: 1 },
      ],
    });

    expect(definition.limitsOf(event)).toEqual([
      { key: 'tasks', capacity: 5, reserved: {} },
      { key: 'host:shop.example', capacity: 1, reserved: {} },
    ]);
  });

  it('makes the type heavy and recorded first, whatever it says of itself', () => {
    const definition = defineEvent({ ...minimal, weight: 'light', respondAfterRecord: false, limit: { key: 'printer', max: 1 } });

    expect(definition).toMatchObject({ weight: 'heavy', respondAfterRecord: true });
  });

  it('that is an empty list makes nothing heavy', () => {
    const definition = defineEvent({ ...minimal, limit: [] });

    expect(definition.limitsOf(event)).toEqual([]);
    expect(definition).toMatchObject({ weight: 'light', respondAfterRecord: false });
  });

  it.each([
    { max: 0 },
    { max: -1 },
    { max: 1.5 },
    { max: NaN },
    { max: Infinity },
    { max: 5, reserved: -1 },
    { max: 5, reserved: 0.5 },
    { max: 5, reserved: NaN },
    { max: 5, reserved: 6 },
  ])('of %o is refused', (limit) => {
    expect(() => defineEvent({ ...minimal, limit: { key: 'printer', ...limit } })).toThrow(
      'event type "sample": a limit needs a whole max of 1 or more, and 0 to max reserved',
    );
  });

  it('is refused though another one of the type is sound', () => {
    const limit = [
      { key: 'tasks', max: 5 },
      { key: 'printer', max: 0 },
    ];

    expect(() => defineEvent({ ...minimal, limit })).toThrow('event type "sample": a limit needs');
  });

  it.each([{ max: 1 }, { max: 5, reserved: 0 }, { max: 5, reserved: 5 }])('of %o is taken', (limit) => {
    const [need] = defineEvent({ ...minimal, limit: { key: 'printer', ...limit } }).limitsOf(event);

    expect(need).toMatchObject({ capacity: limit.max, reserved: limit.reserved === undefined ? {} : { critical: limit.reserved } });
  });
});

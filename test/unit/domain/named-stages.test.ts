import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import { handledEvent, handlerContext } from './event-samples.ts';

const minimal = { type: 'sample', data: z.object({ cents: z.number() }), tier: 'normal' } as const;
const event = handledEvent({ cents: 3 });

const ordered = defineEvent({
  ...minimal,
  timeouts: { ship: 500 },
  stages: [
    ['price', ({ data }, before, { attempt }) => ({ cents: data.cents, before, attempt })],
    ['ship', async (_event, { cents }) => ({ parcel: `of ${cents}` })],
    ['tell', ({ id }, { parcel }, { idempotencyKey }) => [id, parcel, idempotencyKey]],
  ],
});

describe('a type that names its stages', () => {
  it('has them in the order in which they are written down, each with its own timeout', () => {
    expect(ordered.stages).toEqual(['price', 'ship', 'tell']);
    expect(ordered.timeoutsMs).toEqual({ price: 10_000, ship: 500, tell: 10_000 });
  });

  it('hands each the event, the result before it, and the context', async () => {
    const results = { price: { cents: 4 }, ship: { parcel: 'red' } };
    const context = handlerContext({ attempt: 2 });

    expect(ordered.run('price', event, {}, context)).toEqual({ cents: 3, before: null, attempt: 2 });
    expect(await ordered.run('ship', event, results, context)).toEqual({ parcel: 'of 4' });
    expect(ordered.run('tell', event, results, context)).toEqual(['order-1', 'red', context.idempotencyKey]);
    expect(
      defineEvent({
        ...minimal,
        stages: [
          ['a', () => null],
          ['b', (_event, before) => ({ before })],
        ],
      }).run('b', event, {}, context),
    ).toEqual({
      before: null,
    });
  });

  it('results in null for a stage that it lacks', () => {
    expect(ordered.run('action', event, {}, handlerContext())).toBeNull();
  });

  it('has up to eight of them, each given what the one before it gives', () => {
    const eight = defineEvent({
      ...minimal,
      stages: [
        ['a', () => 1 as const],
        ['b', (_event, before) => [before, 2] as const],
        ['c', (_event, [, last]) => last],
        ['d', async () => ({ d: 4 })],
        ['e', (_event, { d }) => d + 1],
        ['f', (_event, before) => String(before)],
        ['g', (_event, before) => before.length],
        ['h', (_event, before) => before > 0],
      ],
    });

    expect(eight.stages).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    expectTypeOf<NonNullable<typeof eight.types>['results']>().toEqualTypeOf<{
      readonly a: 1;
      readonly b: readonly [1, 2];
      readonly c: 2;
      readonly d: { d: number };
      readonly e: number;
      readonly f: string;
      readonly g: number;
      readonly h: boolean;
    }>();
  });

  it('sees the state of its subject', () => {
    const account = defineSubject({ type: 'account', initial: () => ({ cents: 0 }), apply: (state) => state });
    const paid = defineEvent({ ...minimal, subject: account, stages: [['book', (_event, _before, { state }) => state?.cents ?? 0]] });

    expect(paid).toMatchObject({ subject: account, timeoutsMs: { book: 1_000 } });
    expectTypeOf<NonNullable<typeof paid.types>['results']>().toEqualTypeOf<{ readonly book: number }>();
  });

  it('is checked by the compiler', () => {
    expectTypeOf(ordered.type).toEqualTypeOf<'sample'>();
    expectTypeOf<NonNullable<typeof ordered.types>['data']>().toEqualTypeOf<{ cents: number }>();
    const priced = { ...minimal, stages: [['price', () => ({ cents: 1 })]] } as const;
    // @ts-expect-error -- `price` gives no weight
    defineEvent({ ...minimal, stages: [priced.stages[0], ['ship', (_event, { weight }) => weight]] });
    // @ts-expect-error -- the data has no weight
    defineEvent({ ...minimal, stages: [['price', ({ data }) => data.weight]] });
    // @ts-expect-error -- the first stage is given nothing
    expect(() => defineEvent({ ...minimal, stages: [['a', (_event, before) => before.cents]] })).not.toThrow();
    // @ts-expect-error -- there is no such stage
    expect(() => defineEvent({ ...priced, timeouts: { prize: 1 } })).toThrow(
      'event type "sample" has a timeout for "prize"; its stages are price',
    );
  });
});

describe('the names of stages', () => {
  const named = (...names: readonly string[]) => ({ ...minimal, stages: names.map((name) => [name, () => null] as const) }) as never;

  it.each(['a', 'ship-it', 'ship_2', 'end', 'action', `a${'b'.repeat(31)}`])('may be "%s"', (name) => {
    expect(defineEvent(named(name))).toMatchObject({ stages: [name] });
  });

  it.each(['', 'Ship', '2ship', '-ship', 'ship it', 'ship.it', 'runChunk', 'a\n', `a${'b'.repeat(32)}`])('may not be "%s"', (name) => {
    expect(() => defineEvent(named(name))).toThrow(`event type "sample" names a stage "${name}": a name starts with a-z`);
  });

  it.each(['callback', 'default', 'constructor', 'total'])('may not be "%s", which has a meaning already', (name) => {
    expect(() => defineEvent(named('price', name))).toThrow(`event type "sample" names a stage "${name}", which is reserved`);
  });

  it('differ', () => {
    expect(() => defineEvent(named('price', 'ship', 'price'))).toThrow('event type "sample" names two stages "price"');
  });

  it('are one to eight', () => {
    expect(() => defineEvent(named())).toThrow('event type "sample" has 1 to 8 stages, not 0');
    expect(() => defineEvent(named('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'))).toThrow('event type "sample" has 1 to 8 stages, not 9');
  });

  it.each([
    ['stages', 'price'],
    ['pairs', [['price']]],
    ['names', [[1, () => null]]],
    ['lists', ['price']],
  ])('come with functions: not as %s of %j', (_what, stages) => {
    expect(() => defineEvent({ ...minimal, stages } as never)).toThrow(
      'event type "sample" needs its stages as a list of [name, function]',
    );
  });

  it.each(['handler', 'meaning', 'decision', 'action'])('leave no place for a %s besides', (other) => {
    const both = { ...minimal, stages: [['price', () => null]], [other]: () => null };

    expect(() => defineEvent(both as never)).toThrow('event type "sample" has stages with names of its own, and a handler');
  });
});

import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import type { HandlerContext } from '../../../domain/define-event.ts';
import { on } from '../../../domain/on.ts';
import type { HandlerOptions } from '../../../domain/on.ts';
import { assertHandlers } from '../../../domain/handler-order.ts';
import { acceptedEvent } from './event-samples.ts';

const ordered = defineEvent({ type: 'ordered', data: z.object({ cents: z.int().default(5) }), tier: 'normal' });
const billed = defineEvent({ type: 'billed', data: z.object({ to: z.string() }), tier: 'normal' });
const named = (name: string, options: HandlerOptions<{ cents: number }> = {}) => on(ordered, name, () => null, options);

it('declares what is done for events of a type, with what is usual where nothing is said', () => {
  const handler = named('tell-sales');

  expect(handler).toMatchObject({
    event: ordered,
    name: 'tell-sales',
    weight: 'light',
    isChoosy: false,
    timeoutMs: 10_000,
    tier: null,
    after: [],
  });
  expect(handler.retry).toEqual({ maxAttempts: 3, initialDelayMs: 100, factor: 2, maxDelayMs: 60_000 });
  expect(handler.takes(acceptedEvent())).toBe(true);
  expect(handler.limitsOf({ data: { cents: 5 }, tenant: 'default' })).toEqual([]);
});

it('hands on what it is given', () => {
  const event = { ...acceptedEvent(), data: { cents: 7 } };
  const context = {} as HandlerContext;
  const handler = on(ordered, 'tell-sales', ({ data }, given) => [data.cents, given], {
    filter: ({ data }) => data.cents > 6,
    limit: { key: ({ data }) => `of-${data.cents}`, max: 2 },
    retry: { maxAttempts: 1 },
    timeout: 5,
    tier: 'low',
    after: 'ship',
  });

  expect(handler.run(event, context)).toEqual([7, context]);
  expect([handler.takes(event), handler.takes({ ...event, data: { cents: 6 } })]).toEqual([true, false]);
  expect(handler.limitsOf(event)).toEqual([{ key: 'of-7', capacity: 2, reserved: {} }]);
  expect(handler).toMatchObject({ weight: 'heavy', isChoosy: true, timeoutMs: 5, tier: 'low', after: ['ship'] });
  expect(handler.retry.maxAttempts).toBe(1);
});

it('knows what the data of its type is once it is checked', () => {
  on(ordered, 'typed', ({ data }) => {
    expectTypeOf(data).toEqualTypeOf<{ cents: number }>();
    // @ts-expect-error -- it has no such field
    return data.euros;
  });
});

it('has longer where it is heavy, and shorter where others share its workflow', () => {
  const shared = defineEvent({ type: 'shared', data: z.unknown(), tier: 'normal', coalesce: true });
  expect(named('tell', { weight: 'heavy' }).timeoutMs).toBe(900_000);
  expect(on(shared, 'tell', () => null).timeoutMs).toBe(1_000);
  expect(on(shared, 'tell', () => null, { weight: 'heavy' }).timeoutMs).toBe(900_000);
  expect(() => on(shared, 'tell', () => null, { timeout: 1_001 })).toThrow(
    'with coalesce a timeout is at most 1000 ms, unless it is heavy',
  );
});

it.each<[string, () => unknown]>([
  ['handler "callback" of event type "ordered": the name is reserved', () => named('callback')],
  ['handler "Tell" of event type "ordered": a name starts with a-z', () => named('Tell')],
  ['handler "tell" of event type "ordered": a timeout is above 0', () => named('tell', { timeout: 0 })],
  ['handler "tell" of event type "ordered": a timeout is above 0', () => named('tell', { timeout: Infinity })],
  ['handler "tell" of event type "ordered": retry needs', () => named('tell', { retry: { factor: 0 } })],
  ['handler "tell" of event type "ordered": a limit needs', () => named('tell', { limit: { key: 'a', max: 0 } })],
])('says "%s"', (message, define) => {
  expect(define).toThrow(message);
});

it('may have a name that another type’s has, and come after several', () => {
  const bill = on(billed, 'c', () => null);

  expect(() => assertHandlers([named('c', { after: ['a', 'b'] }), named('b', { after: 'a' }), named('a'), bill])).not.toThrow();
});

it.each<[string, readonly ReturnType<typeof named>[]]>([
  ['handler "a" of event type "ordered" is defined twice', [named('a'), named('a')]],
  [
    'handler "a" of event type "ordered" comes after "c", which its type does not have',
    [named('a', { after: 'c' }), on(billed, 'c', () => null)],
  ],
  ['handler "a" of event type "ordered" comes after itself', [named('a', { after: 'b' }), named('b', { after: 'a' })]],
])('says "%s"', (message, handlers) => {
  expect(() => assertHandlers(handlers)).toThrow(message);
});

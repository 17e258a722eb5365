import { expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { createBus, defineConfig, defineEvent, on } from '../../../index.ts';
import type { Bus, HandledEvent, HandlerContext, HandlerResult } from '../../../index.ts';

const approved = defineEvent({
  type: 'approved',
  data: z.object({ id: z.string(), cents: z.coerce.number<string>() }),
  tier: 'normal',
  handler: () => 1,
});
const sent = defineEvent({ type: 'sent', data: z.object({ to: z.string() }), tier: 'low' });

// Never called: what counts is what the compiler says of it.
async function use(bus: Bus): Promise<void> {
  const off = bus.on(approved, ({ data, id }) => {
    expectTypeOf(data).toEqualTypeOf<{ id: string; cents: number }>();
    expectTypeOf(id).toEqualTypeOf<string>();
  });
  expectTypeOf(off).toEqualTypeOf<() => void>();
  bus.once(sent, async ({ data }) => data.to, { priority: 'high', filter: ({ data }) => data.to !== '' });
  bus.on(sent, () => null, { priority: 42 });
  // @ts-expect-error -- there is no such tier
  bus.on(sent, () => null, { priority: 'highest' });
  // @ts-expect-error -- it has no such field
  bus.on(sent, ({ data }) => data.id);
  // @ts-expect-error -- nor for its filter
  bus.on(sent, () => null, { filter: ({ data }) => data.id === '' });

  expectTypeOf(bus.emit(approved, { id: 'a', cents: '5' })).resolves.toEqualTypeOf<boolean>();
  // @ts-expect-error -- callers give cents as a text
  void bus.emit(approved, { id: 'a', cents: 5 });
  // @ts-expect-error -- cents is missing
  void bus.emit(approved, { id: 'a' });
  // @ts-expect-error -- that is another type's
  void bus.emitAndWait(sent, { id: 'a', cents: '5' });
  expectTypeOf(bus.emitAndWait(sent, { to: 'a' })).resolves.toEqualTypeOf<readonly HandlerResult[]>();

  void bus.emitBatch([
    [approved, { id: 'a', cents: '5' }],
    [sent, { to: 'b' }, { id: 's-1' }],
  ]);
  void bus.emitBatch([
    [approved, { id: 'a', cents: '5' }],
    // @ts-expect-error -- that is the first one's data
    [sent, { id: 'a', cents: '5' }],
  ]);
  void bus.emitBatch(
    ['a', 'b'].map((to) => [sent, { to }] as const),
    { mode: 'sequential' },
  );
  // @ts-expect-error -- a list of one type is checked, too
  void bus.emitBatch(['a', 'b'].map((id) => [sent, { id }] as const));

  defineEvent({
    type: 'booked',
    data: z.object({ seat: z.string() }),
    tier: 'normal',
    timeouts: { total: 5_000, onCancel: 1_000 },
    stages: [['reserve', () => ({ seat: 7 })]],
    onCancel: ({ data }, context) => {
      expectTypeOf(data).toEqualTypeOf<{ seat: string }>();
      expectTypeOf(context.results).toEqualTypeOf<Readonly<Record<string, unknown>>>();
      expectTypeOf(context.stage).toEqualTypeOf<string>();
    },
  });
  // @ts-expect-error -- there is no such stage
  defineEvent({ type: 'booked', data: z.unknown(), tier: 'normal', timeouts: { reserve: 5 }, handler: () => 1 });
  bus.use(async (event, context, next) => {
    expectTypeOf(event).toEqualTypeOf<HandledEvent>();
    expectTypeOf(context).toEqualTypeOf<HandlerContext>();
    expectTypeOf(context.stage).toEqualTypeOf<string>();
    expectTypeOf(next()).toEqualTypeOf<Promise<unknown>>();
    // @ts-expect-error -- it is the event's alone
    event.data = null;
    return next();
  });
  // @ts-expect-error -- next takes nothing
  bus.use((event, _context, next) => next(event));
  createBus({ use: [(_event, _context, next) => next()] });
  defineConfig({ events: [approved], use: [async (event, { log }, next) => (log.info(event.type), next())] });
  // @ts-expect-error -- a list of functions
  defineConfig({ events: [approved], use: ['log'] });

  for await (const { data } of bus.stream(approved)) expectTypeOf(data).toEqualTypeOf<{ id: string; cents: number }>();
  const [result] = await bus.emitAndWait(sent, { to: 'a' });
  // @ts-expect-error -- one that has failed has no value
  void result?.value;
  if (result?.status === 'fulfilled') expectTypeOf(result.value).toEqualTypeOf<unknown>();

  createBus({ events: [approved, sent], handlers: [on(sent, 'a', ({ data }) => data.to), on(approved, 'b', ({ data }) => data.cents)] });
  // @ts-expect-error -- there is no such policy
  createBus({ onFull: 'block' });
}

it('is what the compiler checks', () => {
  expectTypeOf(use).returns.resolves.toEqualTypeOf<void>();
});

import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent, defineSubject } from '../../../index.ts';
import { createTestBus, testContext, testEvent } from '../../../testing.ts';

const account = defineSubject<{ readonly sum: number }>({
  type: 'account',
  initial: () => ({ sum: 0 }),
  apply: ({ sum }, { data }) => ({ sum: sum + Number(data) }),
});
const booked = defineEvent({ type: 'booked', data: z.number(), tier: 'normal', subject: account, handler: () => null });
const reminded = defineEvent({
  type: 'reminded',
  data: z.object({ at: z.coerce.date() }).transform(({ at }) => at.toISOString()),
  tier: 'normal',
  handler: (_event, { emit }) => emit(booked, 1, { subject: 'a-1' }),
});
const placed = defineEvent({
  type: 'placed',
  data: z.number(),
  tier: 'normal',
  handler: ({ data }, { emit }) => {
    emit(booked, data, { subject: 'a-1', id: 'booking' });
    emit(reminded, { at: '2026-01-02' }, { delayMs: 60_000 });
  },
});
const events = [placed, reminded, booked];

it('lists what an event has emitted, and does it', async () => {
  const bus = createTestBus({ events, nowMs: 0 });
  const run = await bus.run(placed, 5);

  expect(run.emitted).toEqual([
    { id: expect.stringMatching(/^s~account~a-1~k~/), type: 'booked', data: 5, subject: 'a-1', delayMs: 0 },
    { id: expect.stringMatching(/^k~/), type: 'reminded', data: '2026-01-02T00:00:00.000Z', subject: null, delayMs: 60_000 },
  ]);
  expect(bus.subject('account', 'a-1')).toEqual({ sum: 6 });
  expect(bus.now()).toBe(60_000);
});

it('lists nothing of an attempt that has failed', async () => {
  const failing = defineEvent({
    type: 'failing',
    data: z.unknown(),
    tier: 'normal',
    handler: (_event, { emit, attempt }) => {
      emit(booked, attempt, { subject: 'a-1' });
      if (attempt === 1) throw new Error('not yet');
    },
  });
  const run = await createTestBus({ events: [failing, booked] }).run(failing, null);
  expect(run.emitted).toMatchObject([{ type: 'booked', data: 2 }]);
});

it('does what is to follow later as the clock is moved, where time is not skipped', async () => {
  const bus = createTestBus({ events, nowMs: 0, timeSkipping: false });
  await bus.run(placed, 5);
  await bus.advance(0);
  expect(bus.subject('account', 'a-1')).toEqual({ sum: 5 });

  await bus.advance(59_999);
  expect(bus.subject('account', 'a-1')).toEqual({ sum: 5 });
  await bus.advance(1);
  expect(bus.subject('account', 'a-1')).toEqual({ sum: 6 });
});

it('fails an event that emits what the bus has no type for', async () => {
  const run = await createTestBus({ events: [placed, reminded] }).run(placed, 5);
  expect(run).toMatchObject({ status: 'failed', error: { code: 'unknown_type' }, emitted: [] });
});

it('lets a handler emit that is called by hand', () => {
  const emitted: unknown[] = [];
  const handler = ({ data }: { readonly data: number }, { emit }: ReturnType<typeof testContext>) => emit(booked, data);
  handler(testEvent(placed, 5), testContext());
  handler(testEvent(placed, 5), testContext({ emit: (event: unknown, data: unknown) => void emitted.push([event, data]) }));

  expect(emitted).toEqual([[booked, 5]]);
});

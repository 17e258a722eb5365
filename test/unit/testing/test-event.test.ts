import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import type { HandledEvent, HandlerContext } from '../../../index.ts';
import { testContext, testEvent } from '../../../testing.ts';

const account = defineSubject<{ readonly balance: number }>({
  type: 'account',
  initial: () => ({ balance: 0 }),
  apply: (state) => state,
});
const paid = defineEvent({
  type: 'paid',
  data: z.object({ cents: z.int(), currency: z.string().default('EUR') }),
  tier: ({ data }) => (data.cents > 100 ? 'high' : 'low'),
  urgency: ({ cents }) => Math.min(1, cents / 1_000),
  subject: account,
  handler: charge,
});

interface Payment {
  readonly cents: number;
  readonly currency: string;
}

function charge({ id, data }: HandledEvent<Payment>, { idempotencyKey, state }: HandlerContext<{ readonly balance: number }>) {
  return { id, text: `${data.cents} ${data.currency}`, idempotencyKey, left: (state?.balance ?? 0) - data.cents };
}

afterEach(() => vi.useRealTimers());

it('is an event of its type, as a handler is given it', () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  expect(testEvent(paid, { cents: 500 })).toEqual({
    id: 'test-1',
    type: 'paid',
    source: null,
    subject: null,
    time: '2026-01-01T00:00:00.000Z',
    data: { cents: 500, currency: 'EUR' },
    tier: 'high',
    urgency: 0.5,
    tenant: 'default',
  });
});

it('calls a handler by hand, with what the test says otherwise', () => {
  const event = testEvent(paid, { cents: 5 }, { id: 'p-1', tier: 'critical' });
  expect(event).toMatchObject({ id: 'p-1', tier: 'critical', urgency: 0.005 });
  expect(charge(event, testContext({ state: { balance: 8 } }))).toEqual({
    id: 'p-1',
    text: '5 EUR',
    idempotencyKey: 'test-1/1/action',
    left: 3,
  });
  const context = testContext({ attempt: 2 });
  context.log.info('nobody reads it');
  context.heartbeat({ step: 's', percent: 1, message: 'm' });
  expect(paid.run('action', event, {}, context)).toMatchObject({ left: -5 });
  expect([context.attempt, context.signal.aborted]).toEqual([2, false]);
});

it('is typed by its type', () => {
  const currency: string = testEvent(paid, { cents: 1 }).data.currency;
  expect(currency).toBe('EUR');
  // @ts-expect-error -- there are no cents
  expect(() => testEvent(paid, {})).toThrow('"paid" takes no such data: /data/cents');
  // @ts-expect-error -- cents is a number
  expect(() => testEvent(paid, { cents: '5' })).toThrow('/data/cents');
  // @ts-expect-error -- there is no such tier
  expect(testEvent(paid, { cents: 1 }, { tier: 'first' }).type).toBe('paid');
  // @ts-expect-error -- its data has no such field
  expect(testEvent(paid, { cents: 1 }).data.euros).toBeUndefined();
});

it('says that it cannot wait for a schema', () => {
  const looked = defineEvent({ type: 'looked', data: z.string().refine(async () => true), tier: 'low', handler: () => null });
  expect(() => testEvent(looked, 'a')).toThrow('the schema of "looked" is asynchronous: createTestBus({ events }).run() waits for it');
});

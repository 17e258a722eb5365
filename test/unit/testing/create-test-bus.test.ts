import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import { PermanentError, RetryLaterError } from '../../../domain/handler-errors.ts';
import { createTestBus } from '../../../testing/create-test-bus.ts';

const priced = defineEvent({
  type: 'priced',
  data: z.object({ cents: z.int() }),
  tier: 'normal',
  meaning: ({ data }) => ({ isLarge: data.cents > 100 }),
  decision: (_event, { isLarge }, { log }) => {
    log.info('deciding', { isLarge });
    if (isLarge) throw new PermanentError('too_large', 'too large');
    return 'buy' as const;
  },
  action: (_event, decision, { attempt }) => {
    if (attempt === 1) throw new RetryLaterError(3_600_000);
    return { decision, attempt };
  },
});
const account = defineSubject<{ readonly sum: number }>({
  type: 'account',
  initial: () => ({ sum: 0 }),
  apply: (state, event) => ({ sum: state.sum + (event.data as { add: number }).add }),
});
const deposited = defineEvent({
  type: 'deposited',
  data: z.object({ add: z.number() }),
  tier: 'normal',
  subject: account,
  handler: (_event, { state }) => state?.sum ?? null,
});
const bus = createTestBus({ events: [priced, deposited] });

it('has an event handled as the service does, without waiting for what it waits for', async () => {
  const run = await bus.run(priced, { cents: 1 });
  expect(run).toMatchObject({ status: 'completed', error: null, attempts: { meaning: 1, decision: 1, action: 2 } });
  const action: { decision: 'buy'; attempt: number } | undefined = run.result?.action;
  expect(action).toEqual({ decision: 'buy', attempt: 2 });
  expect(run.log).toEqual([{ level: 'info', message: 'deciding', fields: { isLarge: false } }]);
});

it('gives results by the names that a type gives to its stages', async () => {
  const shipped = defineEvent({
    type: 'shipped',
    data: z.object({}),
    tier: 'normal',
    stages: [
      ['price', () => 3],
      ['ship', (_event, cents) => cents + 1],
    ],
  });
  const run = await createTestBus({ events: [shipped] }).run(shipped, {});
  const ship: number | undefined = run.result?.ship;
  expect([ship, run.result, run.attempts]).toEqual([4, { price: 3, ship: 4 }, { price: 1, ship: 1 }]);
});

it('lets an attempt go on where the one before it was', async () => {
  const read = defineEvent({
    type: 'read',
    data: z.object({}),
    tier: 'normal',
    handler: (_event, { lastProgress, heartbeat }) => {
      if (lastProgress !== null) return lastProgress.percent;
      heartbeat({ step: 'pages', percent: 20, message: 'page 8 of 40' });
      throw new Error('the line is cut');
    },
  });
  expect(await createTestBus({ events: [read] }).run(read, {})).toMatchObject({ result: { action: 20 }, attempts: { action: 2 } });
});

it('says how one has failed', async () => {
  expect(await bus.run(priced, { cents: 101 })).toMatchObject({
    status: 'failed',
    result: null,
    error: { code: 'too_large', stage: 'decision' },
  });
});

it('keeps the state of subjects', async () => {
  expect((await bus.run(deposited, { add: 2 }, { subject: 'a' })).result?.action).toBe(0);
  expect((await bus.run(deposited, { add: 3 }, { subject: 'a' })).result?.action).toBe(2);
  expect(bus.subject('account', 'a')).toEqual({ sum: 5 });
  expect(bus.subject('account', 'b')).toBeNull();
});

it('takes no data that its type does not', async () => {
  // @ts-expect-error -- cents is missing
  await expect(bus.run(priced, {})).rejects.toThrow('/data/cents');
  // @ts-expect-error -- cents is no text
  await expect(bus.run(priced, { cents: 'many' })).rejects.toThrow('"priced" takes no such data: /data/cents');
});

it('processes the events of a subject one after the other, and does not wait in real time between their attempts', async () => {
  const failures = new Map<string, number>();
  const flaky = defineEvent({
    type: 'flaky',
    data: z.object({ add: z.number() }),
    tier: 'normal',
    subject: account,
    retry: { maxAttempts: 4, initialDelayMs: 200 },
    handler: (event, { attempt }) => {
      failures.set(event.id, attempt);
      if (attempt < 4) throw new Error('not yet');
    },
  });
  const own = createTestBus({ events: [flaky] });
  const before = own.now();
  await Promise.all([1, 2, 3].map((add) => own.run(flaky, { add }, { subject: 'a', id: `e-${add}` })));
  expect(own.subject('account', 'a')).toEqual({ sum: 6 });
  expect(failures).toEqual(
    new Map([
      ['s~account~a~e-1', 4],
      ['s~account~a~e-2', 4],
      ['s~account~a~e-3', 4],
    ]),
  );
  expect(own.now() - before).toBe(3 * (200 + 400 + 800));
});

it('refuses what the service would', async () => {
  await expect(bus.run(deposited, { add: 1 }, { subject: 'a b' })).rejects.toThrow('"a b" is no subject');
  await expect(bus.run(deposited, { add: 1 }, { subject: 'a', delayMs: 1 })).rejects.toThrow('has no delayMs');
  await expect(createTestBus({ events: [] }).run(priced, { cents: 1 })).rejects.toThrow('the bus has no event type "priced"');
});

it('hands on what is said of an event, and raises the tier of an urgent one', async () => {
  const shown = defineEvent({
    type: 'shown',
    data: z.object({ at: z.date(), tag: z.string().default('none') }),
    tier: 'normal',
    urgency: () => 0.9,
    handler: (event) => event,
  });
  const own = createTestBus({ events: [shown], nowMs: Date.UTC(2026, 0, 1) });
  const { result } = await own.run(shown, { at: new Date(0) }, { source: 'test', tenant: 'other' });
  expect(result?.action).toMatchObject({
    id: 'test-1',
    type: 'shown',
    source: 'test',
    tenant: 'other',
    tier: 'high',
    urgency: 0.9,
    time: '2026-01-01T00:00:00.000Z',
    // As it comes over HTTP and is stored.
    data: { at: '1970-01-01T00:00:00.000Z', tag: 'none' },
  });
  const asked = await own.run(shown, { at: new Date(0) }, { tier: 'low', urgency: 0.1, id: 'mine', time: '2026-02-01T00:00:00.000Z' });
  expect(asked.result?.action).toMatchObject({ id: 'mine', tier: 'low', urgency: 0.1, time: '2026-02-01T00:00:00.000Z' });
});

it('has nothing left of what a handler does to its event once its attempt has failed', async () => {
  const careless = defineEvent({
    type: 'careless',
    data: z.object({ list: z.array(z.number()) }),
    tier: 'normal',
    handler: ({ data }, { attempt }) => {
      data.list.push(attempt);
      if (attempt < 3) throw new Error('again');
      return data.list;
    },
  });
  const given = { list: [0] };
  const run = await createTestBus({ events: [careless] }).run(careless, given);
  expect(run.result?.action).toEqual([0, 3]);
  expect(given).toEqual({ list: [0] });
});

it('has middleware around the stages of each attempt, which changes nothing but what it gives', async () => {
  const seen: unknown[] = [];
  const run = await createTestBus({
    events: [priced],
    use: [
      async (event, { stage, attempt }, next) => {
        seen.push([stage, attempt, Object.isFrozen(event.data)]);
        const value = await next();
        return stage === 'action' ? { wrapped: value } : value;
      },
    ],
  }).run(priced, { cents: 1 });

  expect(run.status).toBe('completed');
  expect(run.result?.action).toHaveProperty('wrapped');
  expect(seen).toContainEqual(['action', 1, true]);
});

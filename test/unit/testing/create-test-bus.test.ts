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

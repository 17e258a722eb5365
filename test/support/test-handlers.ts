import { z } from 'zod';
import { defineEvent } from '../../domain/define-event.ts';
import type { HandlerContext } from '../../domain/define-event.ts';
import type { HandledEvent } from '../../domain/handled-event.ts';
import { PermanentError } from '../../domain/handler-errors.ts';
import { defineSubject } from '../../domain/define-subject.ts';
import { on } from '../../domain/on.ts';

/** What a handler does, by its name; one that isn't named gives how it was called. */
const handled = z.object({
  behave: z
    .record(z.string(), z.enum(['refuse', 'refuse-once', 'fail-once', 'fail', 'hang', 'exit', 'emit', 'emit-once-failed']))
    .default({}),
  /** Handlers that choose take only events that name them. */
  call: z.array(z.string()).default([]),
  failStage: z.boolean().default(false),
});

type Handled = z.output<typeof handled>;

const common = { data: handled, tier: 'normal', retry: { maxAttempts: 2, initialDelayMs: 20 } } as const;

/** With a stage of its own. */
const ordered = defineEvent({
  ...common,
  type: 'test-ordered',
  action: ({ data }) => {
    if (data.failStage) throw new PermanentError('refused', 'the stage refuses');
    return 'done';
  },
});

/** Handlers alone. */
const topic = defineEvent({ ...common, type: 'test-topic' });

/** They share a workflow under load. */
const together = defineEvent({ ...common, type: 'test-handled-together', coalesce: true, handler: () => 'done' });

const slow = defineEvent({ ...common, type: 'test-handled-slowly', weight: 'heavy', handler: () => 'done' });

/** Of a subject, which is a number. */
const account = defineSubject({
  type: 'test-handled-account',
  initial: () => ({ count: 0 }),
  apply: ({ count }) => ({ count: count + 1 }),
});
const ofSubject = defineEvent({ ...common, type: 'test-handled-of-subject', subject: account, handler: () => 'done' });

const behaving = [ordered, topic, together, slow, ofSubject];

/** With so many handlers that wait for some milliseconds each, besides a stage that does nothing. */
const counted = [0, 1, 3, 10].map((count) => ({
  count,
  event: defineEvent({
    type: `test-handlers-${count}`,
    data: z.object({ ms: z.number().default(0) }),
    tier: 'normal',
    handler: () => 'done',
  }),
}));

/** What each call was given, of this process. */
export const calls: { readonly event: string; readonly handler: string; readonly attempt: number; readonly idempotencyKey: string }[] = [];

const retry = { maxAttempts: 2, initialDelayMs: 20 };

const behavingHandlers = behaving.flatMap((event) => [
  on(event, 'quick', behave('quick'), { retry }),
  on(event, 'other', behave('other'), { retry }),
  on(event, 'after-quick', behave('after-quick'), { retry, after: 'quick' }),
  on(event, 'picky', behave('picky'), { retry, filter: ({ data }) => data.call.includes('picky') }),
  on(event, 'heavy', behave('heavy'), { retry, weight: 'heavy', filter: ({ data }) => data.call.includes('heavy') }),
  on(event, 'limited', behave('limited'), {
    retry,
    limit: { key: 'test-handlers', max: 1 },
    after: 'other',
    filter: ({ data }) => data.call.includes('limited'),
  }),
]);

const countedHandlers = counted.flatMap(({ count, event }) =>
  Array.from({ length: count }, (_, index) =>
    on(event, `h${index}`, ({ data }) => (data.ms === 0 ? null : new Promise((resolve) => setTimeout(resolve, data.ms, null)))),
  ),
);

export const handledDefinitions = [...behaving, ...counted.map(({ event }) => event)];
export const testHandlers = [...behavingHandlers, ...countedHandlers];

function behave(name: string) {
  return async ({ id, data }: HandledEvent<Handled>, { attempt, emit, idempotencyKey, signal }: HandlerContext): Promise<object> => {
    calls.push({ event: id, handler: name, attempt, idempotencyKey });
    const how = data.behave[name];
    if (how === 'emit' || how === 'emit-once-failed') emit('test-branch', { name, type: 'test-branch' });
    if (how === 'emit-once-failed' && attempt === 1) throw new Error(`${name} fails`);
    // In an event's first run, whose name its keys have.
    if (how === 'refuse' || (how === 'refuse-once' && idempotencyKey.includes('/1/')))
      throw new PermanentError('refused', `${name} refuses`);
    if (how === 'fail' || (how === 'fail-once' && attempt === 1)) throw new Error(`${name} fails`);
    if (how === 'exit') process.exit(3);
    if (how === 'hang') await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    return { by: name, attempt };
  };
}

import { z } from 'zod';
import { defineEvent } from '../../domain/define-event.ts';
import type { HandlerContext } from '../../domain/define-event.ts';
import { defineSubject } from '../../domain/define-subject.ts';
import { PermanentError } from '../../domain/handler-errors.ts';
import { on } from '../../domain/on.ts';

const data = z.object({ secret: z.string(), failures: z.int().default(0), refuse: z.boolean().default(false) });

type Given = z.output<typeof data>;

const common = { data, tier: 'normal', retry: { maxAttempts: 3, initialDelayMs: 10 } } as const;

/**
 * Says that it tries, and what it tries with as its progress, which the engine is told of where it fails. Fails as often as it is
 * told to, by an error whose cause tells of a URL, and gives back what it was given.
 */
function tries({ data: given }: { readonly data: Given }, { attempt, log, heartbeat }: HandlerContext): Given {
  heartbeat({ step: 'trying', percent: 10, message: given.secret });
  log.info('trying', { attempt: 'of its own', failures: given.failures });
  const url = `https://me:${given.secret}@shop.test/orders?key=${given.secret}`;
  if (attempt <= given.failures)
    throw new TypeError('fetch failed', { cause: new Error(`connect ECONNREFUSED 127.0.0.1:4000, for ${url}`) });
  if (given.refuse) throw new PermanentError('refused', `${url} says no`);
  return given;
}

const light = defineEvent({ ...common, type: 'test-logged', handler: tries });
const heavy = defineEvent({ ...common, type: 'test-logged-heavy', weight: 'heavy', handler: tries });
const together = defineEvent({ ...common, type: 'test-logged-together', coalesce: true, handler: tries });
const counted = defineSubject({ type: 'test-logged-count', initial: () => ({ count: 0 }), apply: ({ count }) => ({ count: count + 1 }) });
const ofSubject = defineEvent({ ...common, type: 'test-logged-of-subject', subject: counted, handler: tries });
const handled = defineEvent({ ...common, type: 'test-logged-handled' });

/** Types whose handlers log, fail and succeed, in every way that events are run. */
export const loggedDefinitions = [light, heavy, together, ofSubject, handled];

export const loggedHandlers = [on(handled, 'tell', tries, { retry: common.retry })];

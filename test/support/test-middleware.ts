import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';
import { defineEvent } from '../../domain/define-event.ts';
import { PermanentError } from '../../domain/handler-errors.ts';
import type { Middleware } from '../../domain/middleware.ts';

const trace = new AsyncLocalStorage<string>();

const surroundedData = z.object({ how: z.enum(['well', 'skip', 'refuse', 'twice']) });
const stage = (): { readonly traced: string | undefined } => ({ traced: trace.getStore() });

/** Light: each stage says in what it runs. */
const surrounded = defineEvent({ type: 'test-surrounded', data: surroundedData, tier: 'normal', meaning: stage, action: stage });

/** The same on a worker. */
const surroundedHeavy = defineEvent({
  type: 'test-surrounded-heavy',
  data: surroundedData,
  tier: 'normal',
  weight: 'heavy',
  meaning: stage,
  action: stage,
});

export const surroundedDefinitions = [surrounded, surroundedHeavy];

/** Does what the event says around the stages of these two, and is nowhere else to be noticed. */
export const testMiddleware: readonly Middleware[] = [
  (event, context, next) => (isSurrounded(event.type) ? trace.run(`${context.stage} of ${event.type}`, next) : next()),
  async (event, { stage: name }, next) => {
    if (!isSurrounded(event.type) || name !== 'action') return next();
    const { how } = event.data as z.infer<typeof surroundedData>;
    if (how === 'skip') return { skipped: name };
    if (how === 'refuse') throw new PermanentError('not_allowed', 'the middleware refuses it');
    if (how === 'twice') await next();
    return { ...((await next()) as object), checked: true };
  },
];

function isSurrounded(type: string): boolean {
  return type.startsWith('test-surrounded');
}

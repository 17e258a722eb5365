import { z } from 'zod';
import { defineEvent } from '../../domain/define-event.ts';
import type { HandlerContext } from '../../domain/define-event.ts';

const timed = {
  data: z.object({ how: z.enum(['well', 'slowly', 'again']) }),
  tier: 'normal',
  timeouts: { total: 600, action: 10_000 },
  retry: { maxAttempts: 5, initialDelayMs: 400, factor: 2 },
} as const;

/** Light: has 600 ms for all of its attempts. */
const timedInAll = defineEvent({ ...timed, type: 'test-timed', handler: ({ data }, context) => work(data.how, context) });

/** The same on a worker. */
const timedInAllHeavy = defineEvent({
  ...timed,
  type: 'test-timed-heavy',
  weight: 'heavy',
  handler: ({ data }, context) => work(data.how, context),
});

export const timedDefinitions = [timedInAll, timedInAllHeavy];

async function work(how: string, { attempt, signal }: HandlerContext<never>): Promise<unknown> {
  if (how === 'again') throw new Error(`attempt ${attempt} failed`);
  if (how === 'slowly') await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  return { attempt };
}

import { connect } from 'node:net';
import { once } from 'node:events';
import { z } from 'zod';
import { defineEvent } from '../../domain/define-event.ts';
import type { CancelContext, HandlerContext } from '../../domain/define-event.ts';
import { PermanentError, RetryLaterError } from '../../domain/handler-errors.ts';

const data = z.object({
  clean: z.enum(['well', 'badly', 'slowly']).default('well'),
  /** Of a recorder outside, which says when to go on. */
  port: z.int().optional(),
});
type Data = z.infer<typeof data>;

const HOUR_MS = 3_600_000;

/** Light: its second stage asks to be called again in an hour. */
const cleaned = defineEvent({
  type: 'test-cleaned',
  data,
  tier: 'normal',
  timeouts: { onCancel: 400 },
  stages: [
    ['reserve', () => ({ seat: 7 })],
    [
      'pay',
      () => {
        throw new RetryLaterError(HOUR_MS);
      },
    ],
  ],
  onCancel: (event, context) => giveBack(event, context),
});

/** Heavy: its second stage goes on until it is stopped. */
const cleanedHeavy = defineEvent({
  type: 'test-cleaned-heavy',
  data,
  tier: 'normal',
  weight: 'heavy',
  timeouts: { onCancel: 400 },
  stages: [
    ['reserve', () => ({ seat: 7 })],
    ['pay', (_event, _seat, context) => untilStopped(context)],
  ],
  onCancel: (event, context) => giveBack(event, context),
});

/** The same, with more time to clean up. */
const cleanedPatiently = defineEvent({
  type: 'test-cleaned-patiently',
  data,
  tier: 'normal',
  weight: 'heavy',
  timeouts: { onCancel: 60_000 },
  handler: (_event, context) => untilStopped(context),
  onCancel: (event, context) => giveBack(event, context),
});

export const cleanedDefinitions = [cleaned, cleanedHeavy, cleanedPatiently];

async function giveBack({ data: { clean, port } }: { readonly data: Data }, context: CancelContext<never>): Promise<unknown> {
  if (port !== undefined) await untilTold(port, context);
  if (clean === 'slowly') await untilStopped(context);
  const { stage, attempt, results, idempotencyKey } = context;
  if (clean === 'badly') throw new PermanentError('kept', JSON.stringify({ stage, attempt, results, idempotencyKey }));
  return null;
}

async function untilTold(port: number, { idempotencyKey, signal }: CancelContext<never>): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(idempotencyKey);
  await once(socket, 'data', { signal });
  const closed = once(socket, 'close');
  socket.resume().end();
  await closed;
}

function untilStopped({ signal }: HandlerContext<never>): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

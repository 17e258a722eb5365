import { proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import type { CallbackTarget } from '../domain/callback-message.ts';
import type { CallbackAttempt, CallbackEnvelope } from '../domain/delivery.ts';
import { isCounted } from '../domain/delivery.ts';
import { initialCallback, recordAttempt } from '../domain/callback-record.ts';
import type { CallbackRecord } from '../domain/callback-record.ts';
import { TASK_QUEUES } from '../domain/durable-names.ts';
import { deliveryQuery } from './messages.ts';

export interface DeliveryInput {
  readonly target: CallbackTarget;
  /** Of whatever has ended; below 1 MB. */
  readonly message: CallbackEnvelope;
  /** Those that rode in the event's own workflow; none by default. */
  readonly attempts?: readonly CallbackAttempt[];
  /** At once by default. */
  readonly firstAttemptAfterMs?: number;
}

const { sendCallback } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.delivery,
  startToCloseTimeout: '40s',
  // The outcome of an attempt is a value; what is retried here is a worker that vanished.
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** Sends a callback until it is delivered or the schedule is exhausted; its result is the record of all attempts. */
export async function deliverCallback(input: DeliveryInput): Promise<CallbackRecord> {
  const { target, message, attempts = [], firstAttemptAfterMs = 0 } = input;
  let record: CallbackRecord = { ...initialCallback(target.callback.url), attempts };
  setHandler(deliveryQuery, () => record);

  let afterMs: number | null = firstAttemptAfterMs;
  while (afterMs !== null) {
    if (afterMs > 0) await sleep(afterMs);
    const outcome = await sendCallback({ target, message, attemptsMade: record.attempts.filter(isCounted).length });
    record = recordAttempt(record, outcome);
    afterMs = outcome.nextAttemptAfterMs;
  }
  return record;
}

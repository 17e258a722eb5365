import { proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import type { CallbackResource, CallbackTarget } from '../domain/callback-message.ts';
import type { CallbackAttempt } from '../domain/delivery.ts';
import { isCounted } from '../domain/delivery.ts';
import { recordAttempt } from '../domain/callback-record.ts';
import type { CallbackRecord } from '../domain/callback-record.ts';
import { TASK_QUEUES } from '../domain/durable-names.ts';
import { deliveryQuery } from './messages.ts';

export interface DeliveryInput {
  readonly target: CallbackTarget;
  readonly resource: CallbackResource;
  /** Those that rode in the event's own workflow. */
  readonly attempts: readonly CallbackAttempt[];
  readonly firstAttemptAfterMs: number;
}

const { sendCallback } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.delivery,
  startToCloseTimeout: '40s',
  // The outcome of an attempt is a value; what is retried here is a worker that vanished.
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** Sends a callback until it is delivered or the schedule is exhausted; its result is the record of all attempts. */
export async function deliverCallback({ target, resource, attempts, firstAttemptAfterMs }: DeliveryInput): Promise<CallbackRecord> {
  let record: CallbackRecord = { ...resource.callback, attempts };
  setHandler(deliveryQuery, () => record);

  let afterMs: number | null = firstAttemptAfterMs;
  while (afterMs !== null) {
    if (afterMs > 0) await sleep(afterMs);
    const outcome = await sendCallback({ target, resource, attemptsMade: record.attempts.filter(isCounted).length });
    record = recordAttempt(record, outcome);
    afterMs = outcome.nextAttemptAfterMs;
  }
  return record;
}

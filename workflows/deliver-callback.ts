import { condition, continueAsNew, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import { attemptsMade, initialCallback, recordAttempt } from '../domain/callback-record.ts';
import type { CallbackRecord } from '../domain/callback-record.ts';
import type { DeliveryInput } from '../domain/delivery-input.ts';
import { TASK_QUEUES } from '../domain/durable-names.ts';
import { deliveryQuery, redeliverSignal } from './messages.ts';

const { sendCallback } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.delivery,
  startToCloseTimeout: '40s',
  // The outcome of an attempt is a value; what is retried here is a worker that vanished.
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

// Whoever asks for a redelivery reads the record first, and passes it on. For longer than that may take the next one still
// finds this run, so that no two of them go on from the same record.
const LINGER_MS = 10_000;

/**
 * Sends a callback until it is delivered or the schedule is exhausted, and again whenever asked to; its result is the
 * record of all attempts.
 */
export async function deliverCallback(input: DeliveryInput): Promise<CallbackRecord> {
  const { target, message } = input;
  let record: CallbackRecord = { ...initialCallback(target.callback.url), attempts: input.attempts ?? [] };
  let afterMs = input.firstAttemptAfterMs === undefined ? 0 : input.firstAttemptAfterMs;
  let asked = input.redeliveries ?? 0;
  let lingerMs = afterMs === null ? LINGER_MS : 0;
  const isAsked = (): boolean => asked > 0;
  setHandler(deliveryQuery, () => record);
  setHandler(redeliverSignal, () => {
    asked += 1;
  });

  for (;;) {
    const waitMs = afterMs ?? lingerMs;
    if (waitMs > 0) await condition(isAsked, waitMs);
    if (afterMs === null && !isAsked()) return record;

    const reason = isAsked() ? 'redelivery' : undefined;
    if (reason !== undefined) {
      asked -= 1;
      lingerMs = LINGER_MS;
      record = { ...record, status: 'pending' };
    }
    const made = reason === undefined ? attemptsMade(record) : 0;
    const outcome = await sendCallback({ target, message, attemptsMade: made, ...(reason !== undefined && { reason }) });
    record = recordAttempt(record, outcome);
    afterMs = outcome.nextAttemptAfterMs;
    if (workflowInfo().continueAsNewSuggested) {
      if (afterMs === null && !isAsked()) return record;
      const { attempts } = record;
      await continueAsNew<typeof deliverCallback>({ target, message, attempts, firstAttemptAfterMs: afterMs, redeliveries: asked });
    }
  }
}

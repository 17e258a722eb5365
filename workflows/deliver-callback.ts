import { condition, continueAsNew, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import { attemptsMade, initialCallback, recordAttempt } from '../domain/callback-record.ts';
import type { CallbackOutcome, CallbackRecord } from '../domain/callback-record.ts';
import type { DeliveryInput } from '../domain/delivery-input.ts';
import { TASK_QUEUES } from '../domain/durable-names.ts';
import { attemptEndedSignal, deliveryQuery, redeliverSignal } from './messages.ts';

const { sendCallback } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.delivery,
  startToCloseTimeout: '40s',
  // The outcome of an attempt is a value; what is retried here is a worker that vanished.
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

// An attempt has 30 s, and its process a few to tell of it; without its word the process is taken for dead.
const REPORT_WITHIN_MS = 40_000;
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
  let reports: readonly CallbackOutcome[] = [];
  let lingerMs = afterMs === null ? LINGER_MS : 0;
  setHandler(deliveryQuery, () => record);
  setHandler(redeliverSignal, () => {
    asked += 1;
  });
  setHandler(attemptEndedSignal, (outcome) => {
    reports = [...reports, outcome];
  });

  if (input.handedOver === true) await condition(() => reports.length > 0, REPORT_WITHIN_MS);
  for (;;) {
    const [report] = reports;
    if (report !== undefined) {
      reports = reports.slice(1);
      note(report);
      continue;
    }
    const waitMs = asked > 0 ? 0 : (afterMs ?? lingerMs);
    // Something else came up: it is looked at first.
    if (waitMs > 0 && (await condition(() => asked > 0 || reports.length > 0, waitMs))) continue;
    if (afterMs === null && asked === 0) return record;
    await send();
    if (!workflowInfo().continueAsNewSuggested || reports.length > 0) continue;
    if (afterMs === null && asked === 0) return record;
    const { attempts } = record;
    await continueAsNew<typeof deliverCallback>({ target, message, attempts, firstAttemptAfterMs: afterMs, redeliveries: asked });
  }

  async function send(): Promise<void> {
    const due = { target, message, attemptsMade: attemptsMade(record) };
    if (asked === 0) return note(await sendCallback(due));
    asked -= 1;
    lingerMs = LINGER_MS;
    record = { ...record, status: 'pending' };
    note(await sendCallback({ ...due, attemptsMade: 0, reason: 'redelivery' }));
  }

  function note(outcome: CallbackOutcome): void {
    record = recordAttempt(record, outcome);
    afterMs = outcome.nextAttemptAfterMs;
  }
}

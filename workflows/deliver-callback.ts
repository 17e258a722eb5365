import { condition, continueAsNew, proxyActivities, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import { attemptsMade, initialCallback, isSettled, joinRecords, recordAttempt } from '../domain/callback-record.ts';
import type { CallbackOutcome, CallbackRecord } from '../domain/callback-record.ts';
import type { VerdictEnvelope } from '../domain/delivery.ts';
import { ASK_AGAIN_MS } from '../domain/delivery-input.ts';
import type { AnyDeliveryInput } from '../domain/delivery-input.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { deliveryQuery, redeliverSignal, wakeSignal } from './messages.ts';
import { askSender } from './ask-sender.ts';
import { parkedAttributes } from './parked-attributes.ts';
import { WATCHED } from './watched.ts';

const { callback } = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '40s',
  // The outcome of an attempt is a value; what is retried here is a worker that vanished.
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

const { readMessage } = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '10s',
  // The event goes on for as long as it is tried again, which is only after a crash.
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

// Whoever asks for a redelivery reads the record first, and passes it on. For longer than that may take the next one still
// finds this run, so that no two of them go on from the same record.
const LINGER_MS = 10_000;

/**
 * Sends a callback until it is delivered or the schedule is exhausted, and again whenever asked to; its result is the
 * record of all attempts. While its destination is parked it waits to be woken, and is found by `Destination`.
 */
export async function deliverCallback(input: AnyDeliveryInput): Promise<CallbackRecord> {
  const { target } = input;
  let record: CallbackRecord = { ...initialCallback(target.callback.url), attempts: input.attempts ?? [] };
  let afterMs = input.firstAttemptAfterMs === undefined ? 0 : input.firstAttemptAfterMs;
  let asked = input.redeliveries ?? 0;
  let woken: { readonly isProbe: boolean } | null = null;
  let lingerMs = afterMs === null ? LINGER_MS : 0;
  // Whoever starts it parked puts it on the index; as a new run of its own it may not be there.
  let parkedAt = 'Destination' in workflowInfo().searchAttributes ? input.parkedAt : undefined;
  let dueAtMs: number | null = null;
  let waitedMs = 0;
  if (input.isDelayed === true) {
    // Whoever wakes it comes before its first task.
    noteParked();
    waitedMs = Date.now() - workflowInfo().startTime.getTime();
  }
  setHandler(deliveryQuery, () => ({ ...record, ...(dueAtMs !== null && { nextAttemptAt: new Date(dueAtMs).toISOString() }) }));
  setHandler(redeliverSignal, () => {
    asked += 1;
  });
  setHandler(wakeSignal, (wake) => {
    if (record.status === 'parked') woken = wake;
  });

  if (input.isDelayed !== true) noteParked();
  const message = 'message' in input ? input.message : await readFrom(input.messageOf);
  // Of what was ended by force there is nothing to tell.
  if (message === null) return { ...record, status: 'failed' };
  if (input.sender !== undefined) {
    const outcome = await askSender(input.sender, { target, recordedAt: message.recordedAt });
    if (outcome !== null) note(outcome);
  }
  for (;;) {
    const waitMs = dueInMs();
    dueAtMs = record.status === 'pending' && afterMs !== null && waitMs > 0 ? Date.now() + waitMs : null;
    // Something else came up: it is looked at first.
    if (waitMs > 0 && (await condition(() => asked > 0 || woken !== null, waitMs))) continue;
    if (afterMs === null && asked === 0) return record;
    await send(message);
    if (!workflowInfo().continueAsNewSuggested) continue;
    if (afterMs === null && asked === 0) return record;
    await continueAsNew<typeof deliverCallback>({
      target,
      message,
      attempts: record.attempts,
      firstAttemptAfterMs: afterMs,
      redeliveries: asked,
      ...(record.status === 'parked' && parkedAt !== undefined && { parkedAt }),
    });
  }

  function noteParked(): void {
    if (input.parkedAt !== undefined) note({ attempt: null, nextAttemptAfterMs: 0, parkedAt: input.parkedAt });
  }

  function dueInMs(): number {
    if (asked > 0 || woken !== null) return 0;
    return (record.status === 'parked' ? ASK_AGAIN_MS : (afterMs ?? lingerMs)) - waitedMs;
  }

  /** What its event's run left on record to be sent; that may be more than it began with. */
  async function readFrom(workflow: WorkflowReference): Promise<VerdictEnvelope | null> {
    const recorded = await readMessage({ workflow, target, isDue: asked === 0 && woken === null });
    if (recorded === null) return null;
    record = joinRecords(record, recorded.callback);
    if (isSettled(record)) afterMs = null;
    if (recorded.parked !== undefined) note(recorded.parked);
    return recorded.message;
  }

  async function send(message: VerdictEnvelope): Promise<void> {
    const due = { target, message, attemptsMade: attemptsMade(record) };
    if (asked > 0) {
      asked -= 1;
      lingerMs = LINGER_MS;
      record = { ...record, status: 'pending' };
      note(await callback({ ...due, attemptsMade: 0, reason: 'redelivery', destination: 'troubled' }));
    } else if (woken === null) {
      note(await callback(due));
    } else {
      const { isProbe } = woken;
      woken = null;
      record = { ...record, status: 'pending' };
      note(await callback({ ...due, destination: 'troubled', ...(isProbe && { reason: 'probe' }) }));
    }
  }

  function note(outcome: CallbackOutcome): void {
    record = recordAttempt(record, outcome);
    afterMs = outcome.nextAttemptAfterMs;
    waitedMs = 0;
    // One that has ended is found no more, and needn't be taken off the index.
    if (outcome.parkedAt === parkedAt || afterMs === null) return;
    ({ parkedAt } = outcome);
    upsertSearchAttributes(parkedAttributes(target.tenant, parkedAt));
  }
}

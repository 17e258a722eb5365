import { condition, continueAsNew, proxyActivities, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { CallbackOutcome, CallbackRecord } from '../domain/callback-record.ts';
import { causeKey, causeOfDelivery } from '../domain/dead-letter.ts';
import type { VerdictEnvelope } from '../domain/delivery.ts';
import type { AnyDeliveryInput } from '../domain/delivery-input.ts';
import * as delivery from '../domain/delivery-state.ts';
import type { DeliveryState } from '../domain/delivery-state.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { deliveryQuery, redeliverSignal, wakeSignal } from './messages.ts';
import { askSender } from './ask-sender.ts';
import { parkedAttributes } from './parked-attributes.ts';
import { toKeyword } from '../temporal/durable/keyword.ts';
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

/**
 * Sends a callback until it is delivered or the schedule is exhausted, and again whenever asked to; its result is the
 * record of all attempts. While its destination is parked it waits to be woken, and is found by `Destination`.
 */
export async function deliverCallback(input: AnyDeliveryInput): Promise<CallbackRecord> {
  const { target, begin } = input;
  // Whoever wakes one whose first task is kept back comes before that.
  let state = delivery.beginDelivery(input, workflowInfo().startTime.getTime());
  // Whoever starts it suspended puts it on the index; as a new run of its own it may not be there.
  let indexed = 'Destination' in workflowInfo().searchAttributes ? originOf(state) : undefined;
  setHandler(deliveryQuery, () => delivery.shownRecord(state, Date.now()));
  setHandler(redeliverSignal, () => {
    state = delivery.requestAttempt(state);
  });
  setHandler(wakeSignal, (wake) => {
    state = delivery.wakeDelivery(state, wake);
  });

  index();
  const message = 'message' in input ? input.message : await readFrom(input.messageOf);
  // Of what was ended by force there is nothing to tell.
  if (message === null) return { ...state.record, status: 'failed' };
  if (begin.kind === 'awaiting-report') note(await askSender(begin.sender, { target, recordedAt: message.recordedAt }));
  for (;;) {
    const waitMs = delivery.nextAtMs(state, Date.now()) - Date.now();
    // Something else came up: it is looked at first.
    if (waitMs > 0 && (await condition(() => delivery.isPressed(state), waitMs))) continue;
    if (delivery.isDone(state)) return end(message);
    await attempt(message);
    if (!workflowInfo().continueAsNewSuggested) continue;
    if (delivery.isDone(state)) return end(message);
    await continueAsNew<typeof deliverCallback>({ target, message, ...delivery.toContinue(state, Date.now()) });
  }

  /** One that was given up is found by its cause. */
  function end({ data }: VerdictEnvelope): CallbackRecord {
    const type = 'type' in data ? String(data.type) : target.kind;
    const cause = causeOfDelivery(target, type, state.record);
    if (cause !== null) upsertSearchAttributes({ Cause: [toKeyword(causeKey(cause))] });
    return state.record;
  }

  /** What its event's run left on record to be sent; that may be more than it began with. */
  async function readFrom(workflow: WorkflowReference): Promise<VerdictEnvelope | null> {
    const recorded = await readMessage({ workflow, target, isDue: !delivery.isPressed(state) });
    if (recorded === null) return null;
    state = delivery.joinRecorded(state, recorded.callback, Date.now());
    if (recorded.parked !== undefined) note(recorded.parked);
    return recorded.message;
  }

  async function attempt(message: VerdictEnvelope): Promise<void> {
    const next = delivery.beginNextAttempt(state);
    ({ state } = next);
    note(await callback({ target, message, ...next.attempt }));
  }

  function note(outcome: CallbackOutcome | null): void {
    state = delivery.noteOutcome(state, outcome, Date.now());
    index();
  }

  /** One that has ended is found no more, and needn't be taken off. */
  function index(): void {
    const origin = originOf(state);
    if (origin === indexed || state.phase.kind === 'settled') return;
    indexed = origin;
    upsertSearchAttributes(parkedAttributes(target.tenant, origin));
  }
}

function originOf({ phase }: DeliveryState): string | undefined {
  return phase.kind === 'suspended' ? phase.origin : undefined;
}

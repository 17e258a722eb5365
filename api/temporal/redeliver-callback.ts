import { monotonicMs } from '../../runtime/monotonic.ts';
import { deliveryStart } from '../../temporal/durable/delivery-start.ts';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { WorkflowIdReusePolicy } from '@temporalio/common';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { eventMessage, eventTarget, toCallbackResource } from '../../domain/callback-message.ts';
import { causeDigest, causeOfDelivery, replacedKey } from '../../domain/dead-letter.ts';
import { initialCallback, isSettled } from '../../domain/callback-record.ts';
import type { AnyDeliveryInput } from '../../domain/delivery-input.ts';
import { REDELIVER_SIGNAL, WORKFLOWS } from '../../temporal/durable/names.ts';
import { ownerId } from '../../domain/event-id.ts';
import { deliveryWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { Redelivery } from '../event-service.ts';
import { callEngine, isNotFound } from '../../temporal/engine-call.ts';
import { readWorkflowEnd, readWorkflowInput } from '../../temporal/history.ts';
import type { WorkflowEnd } from '../../temporal/history.ts';
import { isCallbackRecord } from '../../temporal/read-record.ts';

const CALL_TIMEOUT_MS = 1_500;
// An event that rides its callback is closed within a second of its stages' end.
const CLOSES_WITHIN_MS = 2_000;
const LOOK_AGAIN_MS = 50;

export interface RedeliverOptions {
  /** The event, with all that is known of its callback; null when there is none. */
  readonly read: () => Promise<EventResource | null>;
  /** What its run was given; null where that isn't known. */
  readonly accepted: () => Promise<AcceptedEvent | null>;
}

/**
 * Sends an event's terminal message again, in a delivery that goes on with the record of the attempts so far. Two who ask
 * at once are both heard: a delivery lingers for longer than it takes to read its record and to start the next one.
 * @throws EngineUnavailableError
 */
export async function redeliverCallback(client: Client, { read, accepted }: RedeliverOptions): Promise<Redelivery> {
  const found = await read();
  if (found === null) return 'not_found';
  if (found.completedAt === null || found.callback.url === null) return 'nothing_sent';
  const { type } = found;
  const workflowId = deliveryWorkflowId({ owner: ownerId(found), run: found.run });
  const deadlineMs = monotonicMs() + CLOSES_WITHIN_MS;

  for (;;) {
    const end = await readWorkflowEnd(client, { workflowId });
    if (end?.kind === 'open' && (await signalled())) return 'redelivering';
    const next = end?.kind === 'open' ? null : end === null ? await afterRide(found) : await afterDelivery(end);
    if (next !== null) {
      await start(next);
      return 'redelivering';
    }
    // It has ended just now, or its first attempt is under way, whose outcome belongs on the record before any other.
    if (monotonicMs() > deadlineMs) return 'nothing_sent';
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }

  /** What is sent after a first attempt that was the only one; null while that may be under way. */
  async function afterRide({ workflow, version }: EventResource): Promise<AnyDeliveryInput | null> {
    // Asked first: what is read of a workflow that was closed by then is all that it has recorded.
    const wasClosed = version === null && (await isClosed(workflow.id));
    const [resource, event] = await Promise.all([read(), accepted()]);
    if (resource === null || event === null || event.callback === null) return null;
    // A subject's workflow goes on, as a unit of a batch may, and has on record what became of each.
    if (!isSettled(resource.callback) && !wasClosed) return null;
    return {
      target: eventTarget({ ...event, run: resource.run }, event.callback),
      message: eventMessage(toCallbackResource({ ...resource, callback: initialCallback(event.callback.url) })),
      begin: { kind: 'on-request' },
      attempts: resource.callback.attempts,
    };
  }

  async function isClosed(ranIn: string): Promise<boolean> {
    const end = await readWorkflowEnd(client, { workflowId: ranIn });
    return end !== null && end.kind !== 'open';
  }

  async function afterDelivery(end: WorkflowEnd): Promise<AnyDeliveryInput> {
    const input = await readInput();
    const { target, attempts } = input;
    const record = end.kind === 'completed' && isCallbackRecord(end.result) ? end.result : null;
    const what = 'message' in input ? { message: input.message } : { messageOf: input.messageOf };
    const cause = record && causeOfDelivery(target, type, record);
    const replaces = cause && end.kind === 'completed' ? { replaces: replacedKey(causeDigest(cause), end.atMs) } : {};
    return { target, ...what, ...replaces, begin: { kind: 'on-request' }, attempts: record?.attempts ?? attempts };
  }

  function readInput(): Promise<AnyDeliveryInput> {
    return readWorkflowInput(client, { workflowId });
  }

  async function start(input: AnyDeliveryInput): Promise<void> {
    await signalWithStart(input, 'ALLOW_DUPLICATE');
  }

  async function signalWithStart(input: AnyDeliveryInput, workflowIdReusePolicy: WorkflowIdReusePolicy): Promise<void> {
    await callEngine(client, CALL_TIMEOUT_MS, () =>
      client.workflow.signalWithStart(WORKFLOWS.deliverCallback, {
        ...deliveryStart(input),
        workflowIdReusePolicy,
        signal: REDELIVER_SIGNAL,
      }),
    );
  }

  /** False when it has ended meanwhile. */
  async function signalled(): Promise<boolean> {
    try {
      // A plain signal would let the engine keep its first task back for as long as before, where it is kept back.
      await signalWithStart(await readInput(), 'REJECT_DUPLICATE');
      return true;
    } catch (error) {
      if (isNotFound(error) || error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }
}

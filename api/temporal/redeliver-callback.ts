import type { Client } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { eventMessage, withoutLargeData } from '../../domain/callback-message.ts';
import type { CallbackTarget } from '../../domain/callback-message.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import type { DeliveryInput } from '../../domain/delivery-input.ts';
import { REDELIVER_SIGNAL, TASK_QUEUES } from '../../domain/durable-names.ts';
import { deliveryWorkflowId } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { Redelivery } from '../event-service.ts';
import { callEngine, isNotFound } from './engine-call.ts';
import { readWorkflowEnd, readWorkflowInput } from './history.ts';
import { isCallbackRecord } from './read-record.ts';

const CALL_TIMEOUT_MS = 1_500;
// An event that rides its callback is closed within a second of its stages' end.
const CLOSES_WITHIN_MS = 2_000;
const LOOK_AGAIN_MS = 50;

/**
 * Sends an event's terminal message again, in a delivery that goes on with the record of the attempts so far. Two who ask
 * at once are both heard: a delivery lingers for longer than it takes to read its record and to start the next one.
 * @throws EngineUnavailableError
 */
export async function redeliverCallback(client: Client, read: () => Promise<EventResource | null>): Promise<Redelivery> {
  const found = await read();
  if (found === null) return 'not_found';
  if (found.completedAt === null || found.callback.url === null) return 'nothing_sent';
  const execution = { workflowId: found.workflow.id, runId: found.workflow.runId };
  // Its first attempt may be under way, whose outcome belongs on the record before any other.
  const resource = (await closes()) ? await read() : null;
  if (resource === null) return 'nothing_sent';
  const event = (await readWorkflowInput(client, execution)) as AcceptedEvent;
  if (event.callback === null) return 'nothing_sent';
  const target = { kind: 'event', tenant: event.tenant, owner: execution.workflowId, run: event.run, callback: event.callback } as const;
  await sendAgain(client, target, resource);
  return 'redelivering';

  async function closes(): Promise<boolean> {
    const deadlineMs = Date.now() + CLOSES_WITHIN_MS;
    while ((await readWorkflowEnd(client, execution))?.kind === 'open') {
      if (Date.now() > deadlineMs) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    return true;
  }
}

/** The same for an event of a subject, whose delivery has everything but what was left out of it. */
export async function redeliverFromSubject(client: Client, owner: string, resource: EventResource | null): Promise<Redelivery> {
  if (resource === null) return 'not_found';
  const delivery = { workflowId: deliveryWorkflowId({ owner, run: resource.run }) };
  if ((await readWorkflowEnd(client, delivery)) === null) return 'nothing_sent';
  const { target } = (await readWorkflowInput(client, delivery)) as DeliveryInput;
  await sendAgain(client, target, resource);
  return 'redelivering';
}

async function sendAgain(client: Client, target: CallbackTarget, resource: EventResource): Promise<void> {
  const workflowId = deliveryWorkflowId(target);
  for (;;) {
    const end = await readWorkflowEnd(client, { workflowId });
    if (end?.kind === 'open') {
      if (await signalled()) return;
      continue;
    }
    const attempts = end?.kind === 'completed' && isCallbackRecord(end.result) ? end.result.attempts : resource.callback.attempts;
    const message = eventMessage(withoutLargeData({ ...resource, callback: initialCallback(target.callback.url) }));
    const input: DeliveryInput = { target, message, attempts, firstAttemptAfterMs: null };
    await callEngine(client, CALL_TIMEOUT_MS, () =>
      client.workflow.signalWithStart('deliverCallback', {
        workflowId,
        taskQueue: TASK_QUEUES.heavy,
        args: [input],
        signal: REDELIVER_SIGNAL,
      }),
    );
    return;
  }

  /** False when it has ended meanwhile. */
  async function signalled(): Promise<boolean> {
    try {
      await callEngine(client, CALL_TIMEOUT_MS, () => client.workflow.getHandle(workflowId).signal(REDELIVER_SIGNAL));
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}

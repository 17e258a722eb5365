import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import { eventMessage, withoutLargeData } from '../domain/callback-message.ts';
import type { CallbackTarget } from '../domain/callback-message.ts';
import { recordAttempt } from '../domain/callback-record.ts';
import type { CallbackOutcome, CallbackRecord } from '../domain/callback-record.ts';
import { eventWorkflowId } from '../domain/event-id.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { EventRun } from '../domain/event-run.ts';
import { startDelivery } from './start-delivery.ts';

// An attempt has 30 s and cuts itself off; the rest is for a process that can't.
const { sendCallback } = proxyLocalActivities<Activities>({ startToCloseTimeout: '40s', retry: { maximumAttempts: 1 } });

/**
 * Sends an ended event's callback, if it has one. A light event's first attempt rides in this workflow task; whatever is
 * left to do after it goes on in a workflow of its own, so that this one can end. Nothing rides for an event that records
 * first, nor for a cancelled one: whoever cancelled it waits for this very task.
 */
export async function callBack(run: EventRun, resource: EventResource): Promise<CallbackRecord> {
  const { tenant, run: number, callback, plan } = run.event;
  const record = resource.callback;
  if (callback === null) return record;
  const target: CallbackTarget = { kind: 'event', tenant, owner: eventWorkflowId(run.event), run: number, callback };
  if (plan.recordFirst || resource.status === 'cancelled') {
    await startDelivery({ target, message: eventMessage(withoutLargeData(resource)) });
    return record;
  }
  const outcome = await ride();
  const next = outcome === null ? record : recordAttempt(record, outcome);
  const firstAttemptAfterMs = outcome === null ? 0 : outcome.nextAttemptAfterMs;
  if (firstAttemptAfterMs !== null) {
    await startDelivery({ target, message: eventMessage(withoutLargeData(resource)), attempts: next.attempts, firstAttemptAfterMs });
  }
  return next;

  /** Null if nothing is known of the attempt: its process couldn't end it. The event has its verdict whatever becomes of it. */
  async function ride(): Promise<CallbackOutcome | null> {
    try {
      return await sendCallback({ target, message: eventMessage(resource), attemptsMade: 0, ended: { run, workflow: resource.workflow } });
    } catch {
      return null;
    }
  }
}

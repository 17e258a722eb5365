import { eventMessage, eventTarget, withoutLargeData } from '../../domain/callback-message.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import type { DeliveryInput } from '../../domain/delivery-input.ts';
import { toEventResource } from '../../domain/event-resource.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import { isEnded } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';

/** The delivery of an item's callback; null where it has none, or none yet. `version` is its subject's. */
export function itemDelivery(run: EventRun, workflow: WorkflowReference, version: number | null = null): DeliveryInput | null {
  const { event } = run;
  if (event.callback === null || !isEnded(run.phase)) return null;
  const resource = { ...toEventResource(run, initialCallback(event.callback.url), workflow), version };
  return {
    target: eventTarget(event, event.callback),
    message: eventMessage(withoutLargeData(resource)),
  };
}

import { eventMessage, eventTarget, toCallbackResource } from './callback-message.ts';
import { initialCallback } from './callback-record.ts';
import { FROM_THE_BEGINNING } from './delivery-input.ts';
import type { DeliveryInput } from './delivery-input.ts';
import { toEventResource } from './event-resource.ts';
import type { WorkflowReference } from './event-resource.ts';
import { isEnded } from './event-run.ts';
import type { EventRun } from './event-run.ts';

/** The delivery of a run's terminal message; null where it has no callback, or none yet. */
export function eventDelivery(run: EventRun, workflow: WorkflowReference): DeliveryInput | null {
  const { event } = run;
  if (event.callback === null || !isEnded(run.phase)) return null;
  const resource = toEventResource(run, initialCallback(event.callback.url), workflow);
  return { target: eventTarget(event, event.callback), message: eventMessage(toCallbackResource(resource)), ...FROM_THE_BEGINNING };
}

import type { AcceptedEvent } from './accepted-event.ts';
import type { EventDefinition } from './define-event.ts';
import { newEventId } from './event-id.ts';
import { NOTHING_SAID } from './handled-event.ts';
import { toRunPlan } from './run-plan.ts';
import { subjectEventId } from './subject-id.ts';
import type { SubjectKey } from './subject-id.ts';

/** A tick as its subject gets it. */
export function toTickEvent(
  key: SubjectKey,
  definition: EventDefinition,
  made: { readonly uuid: string; readonly atMs: number },
): AcceptedEvent {
  const { type } = definition;
  const data = definition.data.parse({});
  return {
    id: subjectEventId(key, newEventId(made.uuid)),
    ownId: null,
    run: 1,
    type,
    ...NOTHING_SAID,
    subject: key.id,
    time: new Date(made.atMs).toISOString(),
    data,
    tier: definition.tierOf({ data }),
    urgency: definition.urgencyOf(data),
    tenant: key.tenant,
    acceptedAtMs: made.atMs,
    delayMs: 0,
    callback: null,
    plan: toRunPlan(definition, { type, limits: [], subjectType: key.type }),
  };
}

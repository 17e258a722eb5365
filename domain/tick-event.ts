import type { AcceptedEvent } from './accepted-event.ts';
import type { EventDefinition } from './define-event.ts';
import { newEventId } from './event-id.ts';
import { NOTHING_SAID } from './handled-event.ts';
import type { Acceptance } from './question.ts';
import { toRunPlan } from './run-plan.ts';
import { subjectEventId } from './subject-id.ts';
import type { SubjectKey } from './subject-id.ts';

/** Makes ticks, each as its subject gets it. @param accepted what the type says of an event without data */
export function toTickEvent(definition: EventDefinition, { data, tier, urgency }: Extract<Acceptance, { ok: true }>) {
  const { type } = definition;
  return (key: SubjectKey, made: { readonly uuid: string; readonly atMs: number }): AcceptedEvent => ({
    id: subjectEventId(key, newEventId(made.uuid)),
    ownId: null,
    run: 1,
    type,
    ...NOTHING_SAID,
    subject: key.id,
    time: new Date(made.atMs).toISOString(),
    data,
    tier,
    urgency,
    tenant: key.tenant,
    acceptedAtMs: made.atMs,
    delayMs: 0,
    callback: null,
    plan: toRunPlan(definition, { type, limits: [], subjectType: key.type }),
  });
}

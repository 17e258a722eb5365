import type { AcceptSettings } from '../domain/accept-event.ts';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { NOTHING_SAID } from '../domain/handled-event.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import { toRunPlan } from '../domain/run-plan.ts';
import { isSubjectId, subjectEventId } from '../domain/subject-id.ts';
import { chooseTier } from '../domain/tier.ts';
import { createAnswer } from '../handlers/answer.ts';
import { asRecorded } from './as-recorded.ts';
import { refuseData } from './refuse-data.ts';

/** What else is said of an event, as its sender would. */
export interface TestRunOptions extends Partial<Omit<HandledEvent, 'type' | 'data' | 'subject'>> {
  /** Of a type with subjects: the one that processes it, and whose state it changes. */
  readonly subject?: string;
  /** It isn't begun before so many milliseconds have passed. */
  readonly delayMs?: number;
}

/** @throws Error where the service would refuse it */
export type AcceptEvent = (definition: EventDefinition, data: unknown, said: TestRunOptions) => Promise<AcceptedEvent>;

export const TENANT = 'default';
/** The service's defaults. */
export const ACCEPT_SETTINGS: AcceptSettings = { urgencyThreshold: 0.8, defaultLimit: { key: 'tasks', capacity: 5, reserved: {} } };

/** Accepts events as the service does, but for what only matters where there is a network, a queue or another process. */
export function createAcceptEvent(catalog: Catalog, now: () => number): AcceptEvent {
  const answer = createAnswer(catalog);
  let count = 0;

  return async function acceptEvent(definition, data, { delayMs = 0, urgency: givenUrgency, tier: asked, tenant = TENANT, ...said }) {
    const { type } = definition;
    if (catalog.find(type) === undefined) throw new Error(`the bus has no event type "${type}": createTestBus({ events: [ … ] })`);
    const subjectType = said.subject === undefined ? undefined : definition.subject?.type;
    const accepted = await answer({ kind: 'accept', type, tenant, envelope: { type, data } });
    if (!accepted.ok) refuseData(type, accepted.faults);
    count += 1;
    const { id = `test-${count}` } = said;
    const urgency = givenUrgency ?? accepted.urgency;
    const handlers = catalog.handlersOf(type);
    const event: AcceptedEvent = {
      ...NOTHING_SAID,
      time: new Date(now()).toISOString(),
      ...said,
      id: subjectType === undefined ? id : subjectEventId({ type: subjectType, id: toSubjectId(said.subject, delayMs) }, id),
      tenant,
      ownId: said.id ?? null,
      run: 1,
      type,
      data: asRecorded(accepted.data),
      tier: chooseTier({ asked, ofType: accepted.tier, urgency, urgencyThreshold: ACCEPT_SETTINGS.urgencyThreshold }),
      urgency,
      acceptedAtMs: now(),
      delayMs,
      callback: null,
      plan: toRunPlan(definition, { type, limits: [], subjectType, handlers }),
    };
    const { plan: _plan, ...handled } = event;
    if (!handlers.some(({ isChoosy }) => isChoosy)) return event;
    return { ...event, takenBy: await answer({ kind: 'handlers', type, event: handled }) };
  };
}

function toSubjectId(subject = '', delayMs: number): string {
  if (!isSubjectId(subject)) throw new Error(`"${subject}" is no subject: one has 1 to 80 of A-Z, a-z, 0-9, ".", "_", ":", "@" and "-"`);
  if (delayMs > 0) throw new Error('an event that its subject processes has no delayMs: it is processed as it comes');
  return subject;
}

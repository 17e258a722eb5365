import type { AcceptedEvent, HandlerNeed, PermitNeed } from './accepted-event.ts';
import type { EventDefinition } from './define-event.ts';
import { isLimitKey } from './event-id.ts';
import type { Fault } from './fault.ts';
import { NOTHING_SAID } from './handled-event.ts';
import type { HandedOn } from './handled-event.ts';
import { isInline } from './is-inline.ts';
import type { LongestWaits } from './permits.ts';
import type { HandlerDefinition } from './on.ts';
import type { Acceptance, Ask } from './question.ts';
import { toRunPlan } from './run-plan.ts';
import { isSubjectId, subjectEventId } from './subject-id.ts';
import type { SubjectName } from './subject-id.ts';
import { chooseTier } from './tier.ts';
import type { Tier } from './tier.ts';

/** What an operator says of every event. JSON. */
export interface AcceptSettings {
  readonly urgencyThreshold: number;
  /** The permits of heavy types that name no limit of their own. */
  readonly defaultLimit: PermitNeed;
  /** Where an operator set other longest waits than the defaults. */
  readonly longestWaitMs?: LongestWaits | undefined;
}

/** What is said of an event, once its form was checked. What isn't said is left out. */
export interface SaidOfEvent extends Pick<AcceptedEvent, 'type' | 'ownId' | 'tenant' | 'acceptedAtMs' | 'delayMs' | 'callback'> {
  /** Its id, or of a subject's event the part of it that says which of the subject's it is. */
  readonly key: string;
  readonly handedOn: { readonly [Field in keyof HandedOn]?: HandedOn[Field] | undefined };
  /** ISO 8601, with any offset. */
  readonly time?: string | undefined;
  readonly tier?: Tier | undefined;
  readonly urgency?: number | undefined;
  readonly expectedVersion?: number | undefined;
}

/** What may be told of what is said besides, whatever the type's functions say. */
export function faultsOfSaid(
  definition: EventDefinition,
  { handedOn: { subject }, expectedVersion, delayMs }: SaidOfEvent,
): readonly Fault[] {
  const key = subjectOf(definition, subject);
  if (key === null) {
    if (expectedVersion === undefined) return [];
    return [{ pointer: '/expectedVersion', detail: 'only an event that its subject processes can expect a version' }];
  }
  const faults: Fault[] = [];
  if (!isSubjectId(key.id)) {
    faults.push({ pointer: '/subject', detail: 'a subject has 1 to 80 of A-Z, a-z, 0-9, ".", "_", ":", "@" and "-"' });
  }
  if (delayMs > 0) faults.push({ pointer: '/delayMs', detail: "a subject's events are processed as they come" });
  return faults;
}

export interface AcceptEventOptions {
  readonly settings: AcceptSettings;
  /** Those of its type that are called once its stages are complete. */
  readonly handlers: readonly HandlerDefinition[];
  readonly ask: Ask;
}

type Accepted = { readonly ok: true; readonly event: AcceptedEvent } | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * The event that is made of what is said of it and of what the functions of its type and of its handlers say: the only way to one, whoever
 * says it.
 * @param said without faults
 * @throws what asking throws
 */
export async function acceptEvent(
  definition: EventDefinition,
  accepted: Extract<Acceptance, { readonly ok: true }>,
  said: SaidOfEvent,
  { settings, handlers, ask }: AcceptEventOptions,
): Promise<Accepted> {
  const { key, type, ownId, tenant, acceptedAtMs, delayMs, callback, time, tier, urgency = accepted.urgency } = said;
  const handedOn = toHandedOn(said.handedOn);
  const subject = subjectOf(definition, handedOn.subject);
  const limits = permitNeeds(definition, accepted.limits, settings);
  const unusable = unusableKeys(limits);
  if (unusable.length > 0) return { ok: false, faults: unusable };
  const event: AcceptedEvent = {
    id: subject === null ? key : subjectEventId(subject, key),
    ownId,
    run: 1,
    type,
    ...handedOn,
    time: new Date(time ?? acceptedAtMs).toISOString(),
    data: accepted.data,
    tier: chooseTier({ asked: tier, ofType: accepted.tier, urgency, urgencyThreshold: settings.urgencyThreshold }),
    urgency,
    tenant,
    acceptedAtMs,
    delayMs,
    callback,
    plan: toRunPlan(definition, { type, limits, subjectType: subject?.type, handlers }),
  };
  const takenBy = await handlerNeeds(definition, event, { settings, handlers, ask });
  const unusableOfHandlers = unusableKeys(takenBy?.flatMap(({ limits: needs = [] }) => needs) ?? []);
  if (unusableOfHandlers.length > 0) return { ok: false, faults: unusableOfHandlers };
  return { ok: true, event: takenBy === null ? event : { ...event, takenBy } };
}

/**
 * Which handlers take the event, and what they need; null where that is the same for every event of its type.
 * @throws what asking throws
 */
export async function handlerNeeds(
  { type }: EventDefinition,
  event: AcceptedEvent,
  { settings, handlers, ask }: AcceptEventOptions,
): Promise<readonly HandlerNeed[] | null> {
  if (!handlers.some((handler) => handler.isChoosy || !isInline(handler))) return null;
  const { plan: _plan, ...handled } = event;
  const needs = handlers.some(({ isChoosy }) => isChoosy)
    ? await ask({ kind: 'handlers', type, event: handled })
    : handlers.map(({ name }) => ({ name, limits: [] }));
  return needs.map(({ name, limits = [] }) => {
    const handler = handlers.find((one) => one.name === name);
    const all = handler === undefined ? limits : permitNeeds(handler, limits, settings);
    return { name, ...(all.length > 0 && { limits: all }) };
  });
}

/**
 * The permits that an event, or a handler of one, needs.
 * @param named those that its type names for it
 */
export function permitNeeds(
  definition: Pick<EventDefinition, 'weight'>,
  named: readonly PermitNeed[],
  { defaultLimit, longestWaitMs }: Pick<AcceptSettings, 'defaultLimit' | 'longestWaitMs'>,
): readonly PermitNeed[] {
  const needs = named.length === 0 && !isInline(definition) ? [defaultLimit] : named;
  return longestWaitMs === undefined ? needs : needs.map((need) => ({ ...need, longestWaitMs }));
}

/** What is wrong with the keys of limits. */
export function unusableKeys(limits: readonly PermitNeed[]): readonly Fault[] {
  return limits
    .filter(({ key }) => !isLimitKey(key))
    .map(({ key }) => ({ pointer: '/data', detail: `it makes the limit's key "${key}", which has other characters than a key may` }));
}

/** The one that processes the event; null where none does. */
function subjectOf({ subject: kind }: EventDefinition, id: string | null | undefined): SubjectName | null {
  return kind === null || id === undefined || id === null ? null : { type: kind.type, id };
}

/** What isn't said is null. */
function toHandedOn(said: SaidOfEvent['handedOn']): HandedOn {
  return { ...NOTHING_SAID, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) };
}

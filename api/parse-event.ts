import { z } from '@hono/zod-openapi';
import type { AcceptedEvent, HandlerNeed, PermitNeed } from '../domain/accepted-event.ts';
import { CLOUD_EVENTS } from '../domain/callback-format.ts';
import type { Catalog } from '../domain/catalog.ts';
import { nearestType } from '../domain/nearest-type.ts';
import type { EventDefinition, RawEnvelope } from '../domain/define-event.ts';
import type { CallbackRequest } from '../domain/delivery.ts';
import { isLimitKey, isOwnId, newEventId, OWN_ID_PATTERN } from '../domain/event-id.ts';
import { isInline } from '../domain/is-inline.ts';
import { NOTHING_SAID } from '../domain/handled-event.ts';
import type { HandedOn } from '../domain/handled-event.ts';
import type { LongestWaits } from '../domain/permits.ts';
import { toRunPlan } from '../domain/run-plan.ts';
import { isSubjectId, subjectEventId } from '../domain/subject-id.ts';
import type { Ask } from '../domain/question.ts';
import { chooseTier, TIERS, tierFromNumber } from '../domain/tier.ts';
import { fitsKeyword } from '../temporal/durable/keyword.ts';
import { digest } from './digest.ts';
import { faultySummary } from './faulty-summary.ts';
import { idOfKey } from './id-of-key.ts';
import type { IdempotencyKey } from './id-of-key.ts';
import type { Fault } from '../domain/fault.ts';
import { toFaults } from '../domain/to-faults.ts';

const YEAR_MS = 365 * 24 * 3_600_000;

export const ownId = z
  .string()
  .refine(isOwnId, 'an id has 1 to 128 of A-Z, a-z, 0-9, ".", "_", ":", "@" and "-"')
  .openapi({ pattern: OWN_ID_PATTERN });

export const callbackRequest = z.strictObject({
  url: z.string().min(1).max(2_048).openapi({ format: 'uri', pattern: '^[Hh][Tt][Tt][Pp][Ss]?://' }),
  headers: z.record(z.string(), z.string()).optional(),
  progress: z.boolean().optional(),
  format: z.enum([CLOUD_EVENTS], `it is "${CLOUD_EVENTS}", or left out`).optional(),
});

const TOO_LONG = 'it is too long: quotes, "%", "\\\\" and control characters count for three of 255';
export const typeName = z.string().min(1).max(128, { abort: true }).refine(fitsKeyword, TOO_LONG);

/** What a caller may say of an event that is only handed on. */
export const handedOn = {
  source: z.string().min(1).max(255),
  subject: z.string().min(1).max(255, { abort: true }).refine(fitsKeyword, TOO_LONG),
} satisfies Record<keyof HandedOn, z.ZodType>;

/** The envelope of `POST /v1/events`; `data` is its type's own affair. */
export const eventEnvelope = z
  .strictObject({
    type: typeName,
    id: ownId.optional(),
    ...z.object(handedOn).partial().shape,
    time: z.iso.datetime({ offset: true, abort: true }).refine(hasWritableYear, 'in UTC the year is from 0000 to 9999').optional(),
    data: z.unknown().optional(),
    tier: z.union([z.enum(TIERS), z.number()], `a tier is one of ${TIERS.join(', ')}, or a number`).optional(),
    urgency: z.number().min(0).max(1).optional(),
    expectedVersion: z.int().min(0).optional(),
    delayMs: z.int().min(0).max(YEAR_MS).optional(),
    callback: callbackRequest.optional(),
  })
  .openapi('Event');

export interface ParseEventDependencies {
  readonly catalog: Catalog;
  /** Accepts every type that the catalog lacks; null to reject them. */
  readonly fallback: EventDefinition | null;
  readonly urgencyThreshold: number;
  /** The permits of heavy types that name no limit of their own. */
  readonly defaultLimit: PermitNeed;
  /** Where an operator set other longest waits than the defaults. */
  readonly longestWaitMs?: LongestWaits | undefined;
  readonly now: () => number;
  /** A UUID, ordered by time. */
  readonly newUuid: () => string;
  readonly ask: Ask;
  /** What is wrong with a callback by its text alone; pointers are relative to it. */
  readonly checkCallback: (callback: CallbackRequest) => readonly Fault[];
}

/** What an event has from its request, besides the body. */
export interface ParseEventContext extends Pick<AcceptedEvent, 'tenant'> {
  readonly idempotencyKey: IdempotencyKey | null;
}

export type ParsedEvent =
  | {
      readonly ok: true;
      readonly event: AcceptedEvent;
      readonly fingerprint: string | null;
      readonly expectedVersion: number | undefined;
      /** Whether it may share a workflow with others. */
      readonly coalesce: boolean;
    }
  | { readonly ok: false; readonly code: 'invalid_event' | 'unknown_type'; readonly detail: string; readonly errors: readonly Fault[] };

/**
 * Creates the one check that every submitted event passes: envelope, type, what the type itself says of it, callback.
 * It throws TypeBlockedError where that is not to be had.
 */
export function createParseEvent(dependencies: ParseEventDependencies) {
  const { catalog, fallback, urgencyThreshold, defaultLimit, longestWaitMs, now, newUuid, ask, checkCallback } = dependencies;

  return async function parseEvent(body: unknown, { idempotencyKey, ...given }: ParseEventContext): Promise<ParsedEvent> {
    if (!isEnvelope(body)) return invalid([{ pointer: '', detail: 'an event is a JSON object' }]);
    const named = withTypeName(body);
    const definition = typeof named['type'] === 'string' ? (catalog.find(named['type']) ?? fallback) : undefined;
    // Of a type that isn't known nobody can say what its other fields mean.
    const unknown = definition === null ? typeName.safeParse(named['type']) : undefined;
    if (unknown?.success) return unknownType(unknown.data);
    const { tenant } = given;
    const accepted = definition && (await ask({ kind: 'accept', type: definition.type, envelope: named, tenant }));
    const envelope = eventEnvelope.safeParse(accepted?.adapted ?? named);
    const faults = [...toFaults(envelope.error?.issues, ''), ...(accepted?.ok === false ? accepted.faults : [])];
    if (!envelope.success || !definition) return invalid(faults);
    const { type, id, time, tier, urgency, expectedVersion, delayMs = 0, callback: called, data: _raw, ...said } = envelope.data;
    const { subject } = said;
    const callback = toCallbackRequest(called);
    const callbackFaults = callback === null ? [] : checkCallback(callback);
    faults.push(...callbackFaults.map(({ pointer, detail }) => ({ pointer: `/callback${pointer}`, detail })));
    const subjectType = subject === undefined ? undefined : definition.subject?.type;
    faults.push(...subjectFaults({ subject, subjectType, expectedVersion, delayMs }));
    if (!accepted?.ok || faults.length > 0) return invalid(faults);

    const limits = needsOf(definition, accepted.limits);
    const unusable = unusableKeys(limits);
    if (unusable.length > 0) return invalid(unusable);

    const actualUrgency = urgency ?? accepted.urgency;
    const askedTier = typeof tier === 'number' ? tierFromNumber(tier) : tier;
    const acceptedAtMs = now();
    const key = id ?? (idempotencyKey === null ? newEventId(newUuid()) : idOfKey(idempotencyKey));
    const event: AcceptedEvent = {
      id: subjectType === undefined || subject === undefined ? key : subjectEventId({ type: subjectType, id: subject }, key),
      ownId: id ?? null,
      run: 1,
      type,
      ...toHandedOn(said),
      time: new Date(time ?? acceptedAtMs).toISOString(),
      data: accepted.data,
      tier: chooseTier({
        asked: askedTier,
        ofType: accepted.tier,
        urgency: actualUrgency,
        urgencyThreshold,
      }),
      urgency: actualUrgency,
      ...given,
      acceptedAtMs,
      delayMs,
      callback,
      plan: toRunPlan(definition, { type, limits, subjectType, handlers: catalog.handlersOf(definition.type) }),
    };
    const takenBy = await askHandlers(definition, event);
    const unusableOfHandlers = unusableKeys(takenBy?.flatMap(({ limits: needs = [] }) => needs) ?? []);
    if (unusableOfHandlers.length > 0) return invalid(unusableOfHandlers);
    const repeatable = id !== undefined || idempotencyKey !== null;
    // All that was asked for: a field left out would make two different requests one.
    const { id: _name, expectedVersion: _condition, ...asked } = envelope.data;
    const content = { ...asked, data: event.data, tier: askedTier, delayMs, callback };
    const coalesce = definition.coalesce && !repeatable && delayMs === 0 && subject === undefined;
    return {
      ok: true,
      event: takenBy === null ? event : { ...event, takenBy },
      fingerprint: repeatable ? digest(content) : null,
      expectedVersion,
      coalesce,
    };
  };

  /** Which handlers take the event, and what they need; null where that is the same for every event of its type. */
  async function askHandlers(definition: EventDefinition, event: AcceptedEvent): Promise<readonly HandlerNeed[] | null> {
    const handlers = catalog.handlersOf(definition.type);
    if (!handlers.some((handler) => handler.isChoosy || !isInline(handler))) return null;
    const { plan: _plan, ...handled } = event;
    const needs = handlers.some(({ isChoosy }) => isChoosy)
      ? await ask({ kind: 'handlers', type: definition.type, event: handled })
      : handlers.map(({ name }) => ({ name, limits: [] }));
    return needs.map(({ name, limits = [] }) => {
      const handler = handlers.find((one) => one.name === name);
      const all = handler === undefined ? limits : needsOf(handler, limits);
      return { name, ...(all.length > 0 && { limits: all }) };
    });
  }

  function needsOf(definition: Pick<EventDefinition, 'weight'>, named: readonly PermitNeed[]): readonly PermitNeed[] {
    const needs = named.length === 0 && !isInline(definition) ? [defaultLimit] : named;
    return longestWaitMs === undefined ? needs : needs.map((need) => ({ ...need, longestWaitMs }));
  }

  function unknownType(type: string): ParsedEvent {
    const nearest = nearestType(catalog, type);
    const detail = `there is no event type "${type}"${nearest === undefined ? '' : `; the nearest is "${nearest}"`}`;
    return { ok: false, code: 'unknown_type', detail, errors: [{ pointer: '/type', detail }] };
  }
}

export function toCallbackRequest(asked: z.output<typeof callbackRequest> | undefined): CallbackRequest | null {
  if (asked === undefined) return null;
  const { url, headers = {}, progress = false, format } = asked;
  return { url, headers, progress, ...(format !== undefined && { format: { kind: format } }) };
}

function unusableKeys(limits: readonly PermitNeed[]): readonly Fault[] {
  return limits
    .filter(({ key }) => !isLimitKey(key))
    .map(({ key }) => ({ pointer: '/data', detail: `it makes the limit's key "${key}", which has other characters than a key may` }));
}

interface SubjectFields {
  readonly subject: string | undefined;
  readonly subjectType: string | undefined;
  readonly expectedVersion: number | undefined;
  readonly delayMs: number;
}

/** What is wrong with an event as one of a subject, or as one of none. */
function subjectFaults({ subject, subjectType, expectedVersion, delayMs }: SubjectFields): readonly Fault[] {
  if (subjectType === undefined || subject === undefined) {
    if (expectedVersion === undefined) return [];
    return [{ pointer: '/expectedVersion', detail: 'only an event that its subject processes can expect a version' }];
  }
  const faults: Fault[] = [];
  if (!isSubjectId(subject)) {
    faults.push({ pointer: '/subject', detail: 'a subject has 1 to 80 of A-Z, a-z, 0-9, ".", "_", ":", "@" and "-"' });
  }
  if (delayMs > 0) faults.push({ pointer: '/delayMs', detail: "a subject's events are processed as they come" });
  return faults;
}

function isEnvelope(body: unknown): body is RawEnvelope {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

/** What isn't said is null. */
function toHandedOn(said: { readonly [Field in keyof HandedOn]?: HandedOn[Field] | undefined }): HandedOn {
  return { ...NOTHING_SAID, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) };
}

/** Years of four digits are all that is taken; with an offset a time may be in another one than is written. */
function hasWritableYear(time: string): boolean {
  const year = new Date(time).getUTCFullYear();
  return year >= 0 && year <= 9_999;
}

/** Older clients name the type `event_type`. */
function withTypeName(body: RawEnvelope): RawEnvelope {
  const { event_type: olderName, ...rest } = body;
  return olderName === undefined || rest['type'] !== undefined ? body : { ...rest, type: olderName };
}

function invalid(errors: readonly Fault[]): ParsedEvent {
  return { ok: false, code: 'invalid_event', detail: faultySummary(errors), errors };
}

import { z } from '@hono/zod-openapi';
import { acceptEvent, faultsOfSaid } from '../domain/accept-event.ts';
import type { AcceptSettings } from '../domain/accept-event.ts';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { CLOUD_EVENTS } from '../domain/callback-format.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { EventDefinition, RawEnvelope } from '../domain/define-event.ts';
import type { CallbackRequest } from '../domain/delivery.ts';
import { isOwnId, newEventId, OWN_ID_PATTERN } from '../domain/event-id.ts';
import { MAX_DELAY_MS } from '../domain/follow-up.ts';
import type { HandedOn } from '../domain/handled-event.ts';
import type { Ask } from '../domain/question.ts';
import { TIERS, tierFromNumber } from '../domain/tier.ts';
import { fitsKeyword } from '../temporal/durable/keyword.ts';
import { digest } from './digest.ts';
import { faultySummary } from './faulty-summary.ts';
import { unknownType } from './unknown-type.ts';
import { idOfKey } from './id-of-key.ts';
import type { IdempotencyKey } from './id-of-key.ts';
import type { Fault } from '../domain/fault.ts';
import { toFaults } from '../domain/to-faults.ts';

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
    delayMs: z.int().min(0).max(MAX_DELAY_MS).optional(),
    callback: callbackRequest.optional(),
  })
  .openapi('Event');

export interface ParseEventDependencies extends AcceptSettings {
  readonly catalog: Catalog;
  /** Accepts every type that the catalog lacks; null to reject them. */
  readonly fallback: EventDefinition | null;
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
  const { catalog, fallback, now, newUuid, ask, checkCallback } = dependencies;

  return async function parseEvent(body: unknown, { idempotencyKey, ...given }: ParseEventContext): Promise<ParsedEvent> {
    if (!isEnvelope(body)) return invalid([{ pointer: '', detail: 'an event is a JSON object' }]);
    const named = withTypeName(body);
    const definition = typeof named['type'] === 'string' ? (catalog.find(named['type']) ?? fallback) : undefined;
    // Of a type that isn't known nobody can say what its other fields mean.
    const unknown = definition === null ? typeName.safeParse(named['type']) : undefined;
    if (unknown?.success) return { ok: false, ...unknownType(unknown.data, catalog) };
    const { tenant } = given;
    const accepted = definition && (await ask({ kind: 'accept', type: definition.type, envelope: named, tenant }));
    const envelope = eventEnvelope.safeParse(accepted?.adapted ?? named);
    const faults = [...toFaults(envelope.error?.issues, ''), ...(accepted?.ok === false ? accepted.faults : [])];
    if (!envelope.success || !definition) return invalid(faults);
    const { type, id, time, tier, urgency, expectedVersion, delayMs = 0, callback: called, data: _raw, ...said } = envelope.data;
    const callback = toCallbackRequest(called);
    const callbackFaults = callback === null ? [] : checkCallback(callback);
    faults.push(...callbackFaults.map(({ pointer, detail }) => ({ pointer: `/callback${pointer}`, detail })));
    const askedTier = typeof tier === 'number' ? tierFromNumber(tier) : tier;
    const saidOfEvent = {
      ...given,
      key: id ?? (idempotencyKey === null ? newEventId(newUuid()) : idOfKey(idempotencyKey)),
      ownId: id ?? null,
      type,
      handedOn: said,
      time,
      tier: askedTier,
      urgency,
      acceptedAtMs: now(),
      delayMs,
      callback,
      expectedVersion,
    };
    faults.push(...faultsOfSaid(definition, saidOfEvent));
    if (!accepted?.ok || faults.length > 0) return invalid(faults);
    const handlers = catalog.handlersOf(definition.type);
    const made = await acceptEvent(definition, accepted, saidOfEvent, { settings: dependencies, handlers, ask });
    if (!made.ok) return invalid(made.faults);
    const { event } = made;
    const repeatable = id !== undefined || idempotencyKey !== null;
    // All that was asked for: a field left out would make two different requests one.
    const { id: _name, expectedVersion: _condition, ...asked } = envelope.data;
    const content = { ...asked, data: event.data, tier: askedTier, delayMs, callback };
    const coalesce = definition.coalesce && !repeatable && delayMs === 0 && said.subject === undefined;
    return { ok: true, event, fingerprint: repeatable ? digest(content) : null, expectedVersion, coalesce };
  };
}

export function toCallbackRequest(asked: z.output<typeof callbackRequest> | undefined): CallbackRequest | null {
  if (asked === undefined) return null;
  const { url, headers = {}, progress = false, format } = asked;
  return { url, headers, progress, ...(format !== undefined && { format: { kind: format } }) };
}

function isEnvelope(body: unknown): body is RawEnvelope {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
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

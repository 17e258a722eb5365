import type { AcceptedEvent } from './accepted-event.ts';
import { commonMessage } from './common-message.ts';
import type { CallbackRecord } from './callback-record.ts';
import type { CallbackTarget } from './callback-message.ts';
import type { EventError } from './event-error.ts';
import type { EventResource } from './event-resource.ts';
import type { EventRun } from './event-run.ts';
import { failedHandlers } from './handler-runs.ts';
import { shortDigest } from './short-digest.ts';

// A dead letter is what ended badly and stays so: an event that failed, or some of whose handlers did; an item of a batch; an event of a
// subject; a callback that was given up. Dead letters are grouped by their cause.

export type DeadKind = 'event' | 'item' | 'subject' | 'callback';

/** Why something ended badly, as far as others that did have it in common. */
export interface Cause {
  readonly kind: DeadKind;
  readonly tenant: string;
  readonly type: string;
  /** The stage or the handler that failed; null where none had begun, and of a callback. */
  readonly stage: string | null;
  readonly code: string;
  /** Without numbers, ids and quotes; empty of items, which batches count without it. */
  readonly message: string;
}

// With the digest it fits a keyword of the engine's index.
const READABLE_CHARACTERS = 200;
const DAY_MS = 86_400_000;
const ORIGIN = /^https?:\/\/[^/?#]*/i;
const DIGEST = /~([0-9a-f]{16})$/;

/** What a cause is known by in the API: it tells tenants apart, too. */
export function causeDigest({ kind, tenant, type, stage, code, message }: Cause): string {
  return shortDigest(JSON.stringify([tenant, kind, type, stage, code, message]));
}

/**
 * What the engine's index knows a cause by, as in `invoice:action:card_declined~a1b2c3d4e5f60718`. Events that are counted by it have no
 * word before the type; any other says what it is.
 */
export function causeKey(cause: Cause, what: DeadKind | 'handler' = cause.kind): string {
  const { type, stage, code } = cause;
  const readable = `${what === 'event' ? '' : `${what}/`}${type}:${stage ?? 'none'}:${code}`;
  return `${readable.slice(0, READABLE_CHARACTERS)}~${causeDigest(cause)}`;
}

/** The digest in such a key; null where it is none. */
export function digestOfKey(key: string): string | null {
  return DIGEST.exec(key)?.[1] ?? null;
}

/** What kind of dead letter an event becomes. */
export function deadKindOf({ batchId, plan }: Pick<AcceptedEvent, 'batchId' | 'plan'>): DeadKind {
  if (batchId !== undefined) return 'item';
  return plan.subjectType === undefined ? 'event' : 'subject';
}

type EndedRun = Pick<EventRun, 'event' | 'phase' | 'handlers'>;

/** Why a run ended badly: by its own error, or by that of the first of its handlers that failed. Null where it ended well. */
export function causeOfRun(run: EndedRun): Cause | null {
  const { event, phase } = run;
  if (phase.status === 'failed') return causeOf(event, phase.error);
  if (phase.status !== 'partial') return null;
  const [first] = failedHandlers(run);
  const failed = first && run.handlers?.[first.name]?.phase;
  return failed?.status === 'failed' ? causeOf(event, failed.error) : null;
}

function causeOf(event: AcceptedEvent, error: EventError): Cause {
  const { tenant, type } = event;
  return toCause({ kind: deadKindOf(event), tenant, type }, error);
}

function toCause(of: Pick<Cause, 'kind' | 'tenant' | 'type'>, { stage, code, message }: EventError): Cause {
  return { ...of, stage, code, message: of.kind === 'item' ? '' : commonMessage(message) };
}

/** The same by what is shown of an event; null of a handler's run, too, which is a part of its event. */
export function causeOfResource({ tenant, type, status, error, handlers, batchId, version, handlerOf }: EventResource): Cause | null {
  if (handlerOf !== undefined) return null;
  const failed = status === 'partial' ? Object.values(handlers).find((handler) => handler.status === 'failed')?.error : error;
  if (!failed) return null;
  const kind = batchId !== null ? 'item' : version === null ? 'event' : 'subject';
  return toCause({ kind, tenant, type }, failed);
}

/** By which the index finds a run that has ended badly; a handler's run is a part of its event, which is counted. */
export function causeKeyOfRun(run: EndedRun): string | null {
  const cause = causeOfRun(run);
  return cause && causeKey(cause, run.event.handlerOf === undefined ? cause.kind : 'handler');
}

/** Why a callback was given up; null of one that wasn't. */
export function causeOfDelivery({ tenant, callback }: CallbackTarget, type: string, { status, attempts }: CallbackRecord): Cause | null {
  if (status !== 'failed') return null;
  const error = attempts.at(-1)?.error ?? 'unknown';
  // As it was checked when it was accepted: http or https, without user info.
  const [destination = ''] = ORIGIN.exec(callback.url) ?? [];
  return { kind: 'callback', tenant, type, stage: null, code: error, message: `${destination.toLowerCase()} answers ${error}` };
}

/** Whether such a message is of a destination. */
export function isOfOrigin(message: string, origin: string): boolean {
  return message.startsWith(`${origin} answers `);
}

/**
 * By which the index finds what makes up for a dead letter: its cause, and the day on which that ended. So long as the engine knows that
 * day's it knows the dead letter too, from whose number this is taken away.
 */
export function replacedKey(digest: string, endedAtMs: number): string {
  return `${digest}@${Math.floor(endedAtMs / DAY_MS)}`;
}

/** All such keys of dead letters that the engine still knows. */
export function replacedKeys(digest: string, { nowMs, retentionMs }: { readonly nowMs: number; readonly retentionMs: number }): string[] {
  const last = Math.floor(nowMs / DAY_MS);
  const first = Math.floor((nowMs - retentionMs) / DAY_MS);
  // The engine's clock may be on either side of midnight.
  return Array.from({ length: last - first + 2 }, (_, index) => `${digest}@${first + index}`);
}

import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { LegacyFormat } from '../../events/sessions/legacy-format.ts';
import type { AppDependencies } from '../app.ts';
import type { Fault } from '../../domain/fault.ts';
import { submitEvent } from '../submit-event.ts';
import type { Submitted } from '../submit-event.ts';

/** A session as `/v1/events` would take it, and what only older clients can ask for. */
export interface SessionRequest {
  readonly envelope: Readonly<Record<string, unknown>>;
  /** Names the event where its `event_id` has characters that an id may not have. */
  readonly idempotencyKey: string | null;
  /** Of its callback; the envelope where there is none. */
  readonly format: LegacyFormat | null;
}

export interface SubmitSessionOptions {
  readonly tenant: string;
  readonly waitMs: number;
}

export type SubmittedSession =
  | { readonly kind: 'invalid'; readonly errors: readonly Fault[] }
  | (Submitted & { readonly event: AcceptedEvent });

/** Submits a session that came by one of the older routes. */
export async function submitSession(
  dependencies: Pick<AppDependencies, 'events' | 'admit' | 'metrics' | 'parseEvent'>,
  { envelope, idempotencyKey, format }: SessionRequest,
  { tenant, waitMs }: SubmitSessionOptions,
): Promise<SubmittedSession> {
  const parsed = await dependencies.parseEvent(envelope, { tenant, idempotencyKey });
  if (!parsed.ok) return { kind: 'invalid', errors: parsed.errors };
  const { callback } = parsed.event;
  const event = { ...parsed.event, callback: callback && { ...callback, ...(format && { format }) } };
  return { ...(await submitEvent(dependencies, event, { fingerprint: parsed.fingerprint, waitMs })), event };
}

import type { Core, SubmittedEnvelope } from 'tickless/server';
import type { LegacyFormat } from '../legacy-format.ts';

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

/** Submits a session that came by one of the older routes. */
export function submitSession(
  { events }: Pick<Core, 'events'>,
  { envelope, idempotencyKey, format }: SessionRequest,
  { tenant, waitMs }: SubmitSessionOptions,
): Promise<SubmittedEnvelope> {
  return events.submit(envelope, { tenant, idempotencyKey, callbackFormat: format, waitMs });
}

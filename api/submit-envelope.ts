import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { CallbackFormat } from '../domain/delivery.ts';
import type { Fault } from '../domain/fault.ts';
import type { AppDependencies } from './app.ts';
import { submitEvent } from './submit-event.ts';
import type { Submitted } from './submit-event.ts';

export interface SubmitEnvelopeOptions {
  readonly tenant: string;
  /** What its id is made of; null where the envelope names it, or none is asked for. */
  readonly idempotencyKey?: string | null;
  /** Of its callback; by default the envelope. */
  readonly callbackFormat?: CallbackFormat | null;
  /** How long to wait for its end; 0, the default, not to. */
  readonly waitMs?: number;
}

/** `errors` are at places of the envelope. */
export type SubmittedEnvelope =
  | { readonly kind: 'invalid'; readonly errors: readonly Fault[] }
  | (Submitted & { readonly event: AcceptedEvent });

/** Submits an event as `POST /v1/events` does. @throws EngineUnavailableError */
export async function submitEnvelope(
  dependencies: Pick<AppDependencies, 'events' | 'admit' | 'metrics' | 'parseEvent'>,
  envelope: Readonly<Record<string, unknown>>,
  { tenant, idempotencyKey = null, callbackFormat = null, waitMs = 0 }: SubmitEnvelopeOptions,
): Promise<SubmittedEnvelope> {
  const parsed = await dependencies.parseEvent(envelope, { tenant, idempotencyKey });
  if (!parsed.ok) return { kind: 'invalid', errors: parsed.errors };
  const { callback } = parsed.event;
  const event = { ...parsed.event, callback: callback && { ...callback, ...(callbackFormat && { format: callbackFormat }) } };
  return { ...(await submitEvent(dependencies, event, { fingerprint: parsed.fingerprint, waitMs })), event };
}

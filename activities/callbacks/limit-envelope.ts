import type { CallbackEnvelope } from '../../domain/delivery.ts';

export interface LimitedEnvelope {
  readonly envelope: CallbackEnvelope;
  /** The envelope written out: the text to sign and send. */
  readonly body: string;
}

/** Receivers tend to take 256 KiB; a reader finds the rest at the event's own address. */
export const MAX_BODY_BYTES = 256 * 1024;

/** In this order: the receiver knows the event's `data` already, its `result` not yet, and `status` says whether some handler failed. */
const LEFT_OUT_FIRST = ['data', 'result', 'handlers'];

export interface LimitEnvelopeOptions {
  readonly maxBytes?: number;
  /** By default as JSON. */
  readonly write?: (envelope: CallbackEnvelope) => string;
}

/**
 * Serialises an envelope, and leaves out the resource's `data`, then its `result`, then its `handlers`, while the body is too large.
 * The resource then lists what it lacks in `omitted`. Without them it goes out whatever its size.
 */
export function limitEnvelope(
  envelope: CallbackEnvelope,
  { maxBytes = MAX_BODY_BYTES, write = JSON.stringify }: LimitEnvelopeOptions = {},
): LimitedEnvelope {
  let limited = { envelope, body: write(envelope) };
  const omitted: string[] = 'omitted' in envelope.data && Array.isArray(envelope.data.omitted) ? [...envelope.data.omitted] : [];
  for (const name of LEFT_OUT_FIRST) {
    if (Buffer.byteLength(limited.body) <= maxBytes) break;
    if (!(name in envelope.data)) continue;
    omitted.push(name);
    const kept = Object.entries(envelope.data).filter(([field]) => !omitted.includes(field));
    const smaller = { ...envelope, data: { ...Object.fromEntries(kept), omitted: [...omitted] } };
    limited = { envelope: smaller, body: write(smaller) };
  }
  return limited;
}

import { createHmac, timingSafeEqual } from 'node:crypto';

/** The key bytes of a `whsec_…` secret. */
export type WebhookSecret = Uint8Array;

export interface SignInput {
  /** Every live secret, newest first; during a rotation a receiver finds the signature of the one it knows. */
  readonly secrets: readonly WebhookSecret[];
  readonly id: string;
  /** Unix seconds of the attempt, not of the message. */
  readonly timestampSeconds: number;
  /** The exact bytes that are sent; a string counts as UTF-8. */
  readonly body: string | Uint8Array;
}

export interface VerifyInput {
  readonly secrets: readonly WebhookSecret[];
  /** The three headers as they came. */
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: string | Uint8Array;
  readonly nowSeconds: number;
}

export type Verification = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** A receiver takes a message for a replayed one outside of this window (Standard Webhooks). */
const TOLERANCE_SECONDS = 300;
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** The `webhook-signature` header: `v1,<base64 of HMAC-SHA256>` for each secret, separated by spaces. */
export function signWebhook({ secrets, id, timestampSeconds, body }: SignInput): string {
  return secrets.map((secret) => `v1,${hmac(secret, id, timestampSeconds, body).toString('base64')}`).join(' ');
}

/** What a receiver does. One valid `v1` signature is enough; other versions are skipped. */
export function verifyWebhook({ secrets, id, timestamp, signature, body, nowSeconds }: VerifyInput): Verification {
  if (!/^\d{1,12}$/.test(timestamp)) return { ok: false, reason: 'the timestamp is not a number of seconds' };
  const timestampSeconds = Number(timestamp);
  if (nowSeconds - timestampSeconds > TOLERANCE_SECONDS) return { ok: false, reason: 'the timestamp is too old' };
  if (timestampSeconds - nowSeconds > TOLERANCE_SECONDS) return { ok: false, reason: 'the timestamp is too new' };
  const expected = secrets.map((secret) => hmac(secret, id, timestampSeconds, body));
  const given = signature
    .split(' ')
    .filter((item) => item.startsWith('v1,'))
    .map((item) => Buffer.from(item.slice('v1,'.length), 'base64'));
  const matches = given.some((bytes) => expected.some((wanted) => isSame(bytes, wanted)));
  return matches ? { ok: true } : { ok: false, reason: 'no signature matches' };
}

/**
 * Parses `whsec_` and 24 to 64 bytes in base64.
 * @throws Error without the secret's text
 */
export function parseSecret(text: string): WebhookSecret {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const secret = Buffer.from(encoded ?? '', 'base64');
  if (secret.length >= MIN_SECRET_BYTES && secret.length <= MAX_SECRET_BYTES) return secret;
  throw new Error('A webhook secret is "whsec_" and 24 to 64 bytes in base64');
}

function hmac(secret: WebhookSecret, id: string, timestampSeconds: number, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${id}.${timestampSeconds}.`).update(body).digest();
}

function isSame(given: Buffer, wanted: Buffer): boolean {
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

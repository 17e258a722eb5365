import { fromBase64, fromSignatureHeader, parseSecret, signedHead } from '../domain/webhook-signature.ts';

export interface VerifyWebhookInput {
  /** `whsec_…`, every one that is live. */
  readonly secrets: readonly string[];
  /** As they came; names in any case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The exact bytes that came, before anything parsed them; a string counts as UTF-8. */
  readonly body: string | Uint8Array;
  /** Milliseconds since 1970; default: now. */
  readonly nowMs?: number;
  /** How far the timestamp may be from now; default: 300 (Standard Webhooks). */
  readonly toleranceSeconds?: number;
}

/** What is wrong with a delivery. The signature comes before the timestamp: `too_old` and `too_new` are signed well. */
export type WebhookFault =
  | 'missing_header'
  | 'malformed_timestamp'
  | 'no_signature'
  | 'body_rewritten'
  | 'no_signature_matches'
  | 'too_old'
  | 'too_new';

export type Verification =
  | { readonly ok: true; readonly id: string; readonly timestampSeconds: number }
  | { readonly ok: false; readonly fault: WebhookFault; readonly reason: string };

/**
 * Checks a delivery as its receiver should: one valid signature, by one of the secrets, of these bytes, made lately.
 * The caller still has to skip ids that it has seen before.
 * @throws Error when a secret is malformed
 */
export async function verifyWebhook(input: VerifyWebhookInput): Promise<Verification> {
  const { body, nowMs = Date.now(), toleranceSeconds = 300 } = input;
  const keys = await Promise.all(input.secrets.map(toKey));
  const headers = new Map(Object.entries(input.headers).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]));
  const [id = '', timestamp = '', signature = ''] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headers.get(name)?.trim(),
  );
  const missing = [id === '' && 'webhook-id', timestamp === '' && 'webhook-timestamp', signature === '' && 'webhook-signature'].filter(
    (name) => name !== false,
  );
  if (missing.length > 0) return wrong('missing_header', `there is no ${missing.join(' and no ')} header`);
  if (!/^\d{1,12}$/.test(timestamp)) return wrong('malformed_timestamp', `the timestamp "${timestamp}" is not a number of seconds`);

  const timestampSeconds = Number(timestamp);
  const given = fromSignatureHeader(signature)
    .map(fromBase64)
    .filter((bytes) => bytes !== null);
  if (given.length === 0) return wrong('no_signature', 'the webhook-signature header has no "v1,…" signature');
  const matches = (bytes: Uint8Array): Promise<boolean> => anyMatches(keys, given, concat(signedHead(id, timestampSeconds), bytes));

  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  if (!(await matches(bytes))) {
    const original = rewritten(bytes);
    return original !== null && (await matches(original))
      ? wrong('body_rewritten', 'the body was parsed and written anew, or reformatted: check the bytes as they came')
      : wrong('no_signature_matches', 'no signature matches: another secret signed it, or the body, the id or the timestamp was changed');
  }
  const ageSeconds = Math.floor(nowMs / 1_000) - timestampSeconds;
  const signed = `the signature is right, but the timestamp is ${Math.abs(ageSeconds)} s`;
  if (ageSeconds > toleranceSeconds) return wrong('too_old', `${signed} old, and at most ${toleranceSeconds} s is taken`);
  if (-ageSeconds > toleranceSeconds) return wrong('too_new', `${signed} in the future, and at most ${toleranceSeconds} s is taken`);
  return { ok: true, id, timestampSeconds };
}

function wrong(fault: WebhookFault, reason: string): Verification {
  return { ok: false, fault, reason };
}

function toKey(secret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', parseSecret(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Compares in constant time. */
async function anyMatches(
  keys: readonly CryptoKey[],
  given: readonly Uint8Array<ArrayBuffer>[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const pairs = keys.flatMap((key) => given.map((signature) => crypto.subtle.verify('HMAC', key, signature, signed)));
  return (await Promise.all(pairs)).includes(true);
}

/** What the bytes may have been before a framework or an editor had them: JSON on one line. Null when they are that already, or no JSON. */
function rewritten(bytes: Uint8Array): Uint8Array | null {
  const text = new TextDecoder().decode(bytes);
  try {
    const compact = JSON.stringify(JSON.parse(text));
    return compact === text ? null : new TextEncoder().encode(compact);
  } catch {
    return null;
  }
}

function concat(head: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = new TextEncoder().encode(head);
  const all = new Uint8Array(start.length + body.length);
  all.set(start);
  all.set(body, start.length);
  return all;
}

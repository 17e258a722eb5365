/** The key bytes of a `whsec_…` secret. */
export type WebhookSecret = Uint8Array<ArrayBuffer>;

const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;
const SCHEME = 'v1,';

/** What a signature of Standard Webhooks signs: this, and after it the body's exact bytes. */
export function signedHead(id: string, timestampSeconds: number): string {
  return `${id}.${timestampSeconds}.`;
}

/** The `webhook-signature` header of HMAC-SHA256 signatures in base64. */
export function toSignatureHeader(signatures: readonly string[]): string {
  return signatures.map((signature) => `${SCHEME}${signature}`).join(' ');
}

/** The HMAC-SHA256 signatures of the header, in base64; other schemes are skipped. */
export function fromSignatureHeader(header: string): readonly string[] {
  return header
    .split(' ')
    .filter((item) => item.startsWith(SCHEME))
    .map((item) => item.slice(SCHEME.length));
}

/**
 * Parses `whsec_` and 24 to 64 bytes in base64.
 * @throws Error without the secret's text
 */
export function parseSecret(text: string): WebhookSecret {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const secret = encoded === undefined ? null : fromBase64(encoded);
  if (secret !== null && secret.length >= MIN_SECRET_BYTES && secret.length <= MAX_SECRET_BYTES) return secret;
  throw new Error('A webhook secret is "whsec_" and 24 to 64 bytes in base64');
}

/** Null where it isn't base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

import { parseSecret, signedHead, toSignatureHeader } from '../domain/webhook-signature.ts';

export interface SignWebhookInput {
  /** `whsec_…`, every one that is live, the newest first. */
  readonly secrets: readonly string[];
  readonly id: string;
  /** Unix seconds. */
  readonly timestampSeconds: number;
  /** The exact bytes that are sent; a string counts as UTF-8. */
  readonly body: string | Uint8Array;
}

/**
 * The headers of a delivery as the service sends it (Standard Webhooks), for tests of receivers.
 * @throws Error when a secret is malformed
 */
export async function signWebhook({ secrets, id, timestampSeconds, body }: SignWebhookInput): Promise<Readonly<Record<string, string>>> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const head = new TextEncoder().encode(signedHead(id, timestampSeconds));
  const signed = new Uint8Array(head.length + bytes.length);
  signed.set(head);
  signed.set(bytes, head.length);
  const signatures = secrets.map(async (secret) => {
    const key = await crypto.subtle.importKey('raw', parseSecret(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign('HMAC', key, signed))));
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': toSignatureHeader(await Promise.all(signatures)),
  };
}

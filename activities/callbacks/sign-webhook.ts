import { createHmac } from 'node:crypto';
import { signedHead, toSignatureHeader } from '../../domain/webhook-signature.ts';
import type { WebhookSecret } from '../../domain/webhook-signature.ts';

export interface SignInput {
  /** Every live secret, newest first; during a rotation a receiver finds the signature of the one it knows. */
  readonly secrets: readonly WebhookSecret[];
  readonly id: string;
  /** Unix seconds of the attempt, not of the message. */
  readonly timestampSeconds: number;
  /** The exact bytes that are sent; a string counts as UTF-8. */
  readonly body: string | Uint8Array;
}

/** The `webhook-signature` header, with a signature by each secret. */
export function signWebhook({ secrets, id, timestampSeconds, body }: SignInput): string {
  const head = signedHead(id, timestampSeconds);
  return toSignatureHeader(secrets.map((secret) => createHmac('sha256', secret).update(head).update(body).digest('base64')));
}

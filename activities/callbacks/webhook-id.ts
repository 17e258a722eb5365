import { createHash } from 'node:crypto';
import type { CallbackTarget } from '../../domain/callback-message.ts';

const PREFIXES = { event: 'evt', batch: 'bat', alert: 'alt' } as const;

/**
 * The receiver's idempotency key: the same for the same identity, of one length whatever the event's id, and made of
 * `[A-Za-z0-9_-]` only, since the text that is signed separates it by a dot.
 */
export function webhookId({ kind }: Pick<CallbackTarget, 'kind'>, identity: string): string {
  return `${PREFIXES[kind]}_${createHash('sha256').update(identity).digest('base64url')}`;
}

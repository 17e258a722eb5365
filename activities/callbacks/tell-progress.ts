import type { ProgressMessage } from '../../domain/callback-message.ts';
import { progressIdentity } from '../../domain/message-identity.ts';
import { limitEnvelope } from './limit-envelope.ts';
import { originOf } from './origins.ts';
import type { Origins } from './origins.ts';
import type { PostCallback } from './post-callback.ts';
import { webhookId } from './webhook-id.ts';

export interface TellProgressDependencies {
  readonly post: PostCallback;
  readonly origins: Pick<Origins, 'admit'>;
}

// The terminal message waits for it.
const POST_TIMEOUT_MS = 5_000;

/** Sends a progress message, once: not on record, not to an origin that has trouble enough, and its failure is nobody's. */
export function createTellProgress({ post, origins }: TellProgressDependencies) {
  return async function tellProgress({ target, message, number }: ProgressMessage): Promise<void> {
    const { url, headers } = target.callback;
    if (origins.admit(originOf(url), 'progress') === 'skip') return;
    const { body } = limitEnvelope(message);
    const id = webhookId(target, progressIdentity(target, number));
    await post({ url, headers, webhookId: id, body }, AbortSignal.timeout(POST_TIMEOUT_MS));
  };
}

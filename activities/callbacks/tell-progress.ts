import type { ProgressMessage } from '../../domain/callback-message.ts';
import { progressIdentity } from '../../domain/message-identity.ts';
import { originOf } from './origins.ts';
import type { Origins } from './origins.ts';
import type { PostCallback } from './post-callback.ts';
import type { RenderBody } from './render-body.ts';
import { webhookId } from './webhook-id.ts';

export interface TellProgressDependencies {
  readonly post: PostCallback;
  readonly renderBody: RenderBody;
  readonly origins: Pick<Origins, 'admit'>;
}

// The terminal message waits for it.
const POST_TIMEOUT_MS = 5_000;

/** Sends a progress message, once: not on record, not to an origin that has trouble enough, and its failure is nobody's. */
export function createTellProgress({ post, renderBody, origins }: TellProgressDependencies) {
  return async function tellProgress({ target, message, number }: ProgressMessage): Promise<void> {
    const { url, headers } = target.callback;
    if (origins.admit(originOf(url), 'progress') === 'skip') return;
    const id = webhookId(target, progressIdentity(target, number));
    const rendered = await renderBody({ target, message, webhookId: id });
    await post({ url, headers, webhookId: id, ...rendered }, AbortSignal.timeout(POST_TIMEOUT_MS));
  };
}

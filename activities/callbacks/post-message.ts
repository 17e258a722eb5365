import type { CallbackMessage } from '../../domain/callback-message.ts';
import type { CallbackAttempt } from '../../domain/delivery.ts';
import { verdictIdentity } from '../../domain/message-identity.ts';
import type { PostCallback } from './post-callback.ts';
import type { RenderBody } from './render-body.ts';
import { webhookId } from './webhook-id.ts';

/** Writes out, signs and posts a terminal message. */
export type PostMessage = (
  message: Pick<CallbackMessage, 'target' | 'message'>,
  signal?: AbortSignal,
  begins?: () => boolean,
) => Promise<CallbackAttempt>;

export function createPostMessage(post: PostCallback, renderBody: RenderBody): PostMessage {
  return async ({ target, message }, signal, begins) => {
    const { url, headers } = target.callback;
    const id = webhookId(target, verdictIdentity(target, message.data));
    const rendered = await renderBody({ target, message, webhookId: id });
    return post({ url, headers, webhookId: id, ...rendered, tenant: target.tenant }, signal, begins);
  };
}

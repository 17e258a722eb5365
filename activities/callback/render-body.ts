import type { CallbackMessage, CallbackResource } from '../../domain/callback-message.ts';
import { legacyCallback } from '../../domain/legacy-callback.ts';
import type { ReadDocument } from '../../events/sessions/read-document.ts';
import { limitEnvelope } from './limit-envelope.ts';

/** The text that is signed and sent. */
export type RenderBody = (message: Pick<CallbackMessage, 'target' | 'message'>) => Promise<string>;

export interface RenderBodyOptions {
  readonly readDocument: ReadDocument;
  readonly now: () => number;
}

/** Writes a message out in the format that its callback asks for: the envelope, or what the older routes' clients know. */
export function createRenderBody({ readDocument, now }: RenderBodyOptions): RenderBody {
  return async ({ target, message }) => {
    const { format } = target.callback;
    if (format === undefined) return limitEnvelope(message).body;
    // Only events of the older routes have a format.
    const resource = message.data as CallbackResource;
    const action = resource.result?.action;
    const isWanted = format.includeMarkdown && typeof action === 'object' && action !== null && 'markdown_file' in action;
    const markdown = isWanted ? await readDocument(String(action.markdown_file)) : null;
    return JSON.stringify(legacyCallback({ resource, format, markdown, sentAt: new Date(now()).toISOString() }));
  };
}

import type { CallbackFormats } from '../../domain/callback-format.ts';
import type { CallbackResource, CallbackTarget } from '../../domain/callback-message.ts';
import type { CallbackEnvelope } from '../../domain/delivery.ts';
import { limitEnvelope } from './limit-envelope.ts';

/**
 * The text that is signed and sent.
 * @throws Error where this process doesn't have the format that is asked for
 */
export type RenderBody = (message: { readonly target: CallbackTarget; readonly message: CallbackEnvelope }) => Promise<string>;

export interface RenderBodyOptions {
  readonly formats: CallbackFormats;
  readonly now: () => number;
}

/** Writes a message out in the format that its callback asks for, or else as the envelope. */
export function createRenderBody({ formats, now }: RenderBodyOptions): RenderBody {
  return async ({ target, message }) => {
    const { format } = target.callback;
    if (format === undefined) return limitEnvelope(message).body;
    const write = formats.get(format.kind);
    if (write === undefined) throw new Error(`there is no callback format "${format.kind}" here`);
    // Only an event's callback has a format.
    const resource = message.data as CallbackResource;
    return write({ type: message.type, resource, format, sentAt: new Date(now()).toISOString() });
  };
}

import { CLOUD_EVENTS } from '../../domain/callback-format.ts';
import type { CallbackBody, CallbackFormats } from '../../domain/callback-format.ts';
import type { CallbackResource, CallbackTarget } from '../../domain/callback-message.ts';
import { CLOUD_EVENT_TYPE, toCloudEvent } from '../../domain/to-cloud-event.ts';
import type { CallbackEnvelope } from '../../domain/delivery.ts';
import { limitEnvelope } from './limit-envelope.ts';

export interface MessageToRender {
  readonly target: CallbackTarget;
  readonly message: CallbackEnvelope;
  readonly webhookId: string;
}

/**
 * What is signed and sent.
 * @throws Error where this process doesn't have the format that is asked for
 */
export type RenderBody = (message: MessageToRender) => Promise<CallbackBody>;

export interface RenderBodyOptions {
  readonly formats: CallbackFormats;
  readonly now: () => number;
}

/** Writes a message out in the format that its callback asks for, or else as the envelope. */
export function createRenderBody({ formats, now }: RenderBodyOptions): RenderBody {
  return async ({ target, message, webhookId }) => {
    const { format } = target.callback;
    if (format === undefined) return { body: limitEnvelope(message).body };
    if (format.kind === CLOUD_EVENTS) {
      const write = (envelope: CallbackEnvelope): string => JSON.stringify(toCloudEvent(envelope, { kind: target.kind, id: webhookId }));
      return { body: limitEnvelope(message, { write }).body, contentType: CLOUD_EVENT_TYPE };
    }
    const write = formats.get(format.kind);
    if (write === undefined) throw new Error(`there is no callback format "${format.kind}" here`);
    // Only an event's callback has one of these formats.
    const resource = message.data as CallbackResource;
    const written = await write({ type: message.type, resource, format, sentAt: new Date(now()).toISOString() });
    return typeof written === 'string' ? { body: written } : written;
  };
}

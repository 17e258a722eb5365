import type { BatchResource } from './batch-resource.ts';
import type { CallbackResource, CallbackTarget } from './callback-message.ts';
import type { CallbackEnvelope } from './delivery.ts';

export const CLOUD_EVENT_TYPE = 'application/cloudevents+json';

/** What a message is called as a CloudEvent. */
export interface CloudEventNames extends Pick<CallbackTarget, 'kind'> {
  /** The `webhook-id`. */
  readonly id: string;
}

const SOURCE = { event: '/v1/events', batch: '/v1/batches', alert: '/alerts' } as const;

/**
 * A callback's message as a CloudEvent, structured: `tickless.event.completed` and so on, with the same `data`. The extensions of
 * an event that came as a CloudEvent are its own, too.
 */
export function toCloudEvent(message: CallbackEnvelope, { kind, id }: CloudEventNames): Readonly<Record<string, unknown>> {
  // Whoever sends messages has made them of one or the other.
  const data = message.data as CallbackResource | BatchResource;
  const extensions = 'cloudEvent' in data ? data.cloudEvent?.extensions : undefined;
  return {
    ...extensions,
    ...('recordedAt' in message && { recordedat: message.recordedAt }),
    specversion: '1.0',
    id,
    source: SOURCE[kind],
    type: `tickless.${message.type}`,
    subject: data.id,
    time: message.timestamp,
    datacontenttype: 'application/json',
    data,
  };
}

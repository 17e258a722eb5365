import type { Context } from 'hono';
import { REQUIRED_ATTRIBUTES } from '../../domain/cloud-event.ts';
import { CLOUD_EVENT_TYPE } from '../../domain/to-cloud-event.ts';
import { parseMediaType } from '../media-type.ts';

export const CLOUD_EVENT_BATCH_TYPE = 'application/cloudevents-batch+json';

/** What `POST /v1/events` takes as its body; that of a binary CloudEvent is its data, of other JSON types too. */
export const EVENT_BODY_TYPES = ['application/json', CLOUD_EVENT_TYPE, CLOUD_EVENT_BATCH_TYPE];

/** How a request brings CloudEvents (HTTP binding, section 3); null where it brings none. */
export type CloudEventMode = 'structured' | 'batched' | 'binary';

export function cloudEventMode({ req }: Context): CloudEventMode | null {
  const { type } = parseMediaType(req.header('content-type'));
  if (type === CLOUD_EVENT_TYPE) return 'structured';
  if (type === CLOUD_EVENT_BATCH_TYPE) return 'batched';
  return REQUIRED_ATTRIBUTES.some((name) => req.header(`ce-${name}`) !== undefined) ? 'binary' : null;
}

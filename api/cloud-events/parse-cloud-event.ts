import type { Catalog } from '../../domain/catalog.ts';
import { contextKey, toAttributePointer } from '../../domain/cloud-event.ts';
import type { CloudEventReading } from '../../domain/cloud-event.ts';
import { createFindCloudEventType } from '../../domain/cloud-event-types.ts';
import { digest } from '../digest.ts';
import { faultySummary } from '../faulty-summary.ts';
import type { createParseEvent, ParsedEvent } from '../parse-event.ts';

export interface ParseCloudEventDependencies {
  readonly catalog: Pick<Catalog, 'definitions'>;
  readonly parseEvent: ReturnType<typeof createParseEvent>;
}

export interface ParseCloudEventContext {
  readonly tenant: string;
}

/**
 * Creates the check of what was read as a CloudEvent: the same that every event passes. Pointers of faults are to attributes.
 * @throws Error, at once, where event types stand for CloudEvents that they can't stand for
 */
export function createParseCloudEvent({ catalog, parseEvent }: ParseCloudEventDependencies) {
  const findType = createFindCloudEventType(catalog.definitions);

  return async function parseCloudEvent(read: CloudEventReading, { tenant }: ParseCloudEventContext): Promise<ParsedEvent> {
    if (!read.ok) return { ok: false, code: 'invalid_event', detail: faultySummary(read.errors), errors: read.errors };
    const { id, source, context, envelope } = read.event;
    const type = findType(context.type) ?? context.type;
    const parsed = await parseEvent({ ...envelope, type }, { tenant, idempotencyKey: [source, id] });
    if (!parsed.ok) {
      const errors = parsed.errors.map(({ pointer, detail }) => ({ pointer: toAttributePointer(pointer), detail }));
      return { ...parsed, ...(parsed.code === 'invalid_event' && { detail: faultySummary(errors) }), errors };
    }
    const event = { ...parsed.event, ownId: id, cloudEvent: context };
    return { ...parsed, event, fingerprint: digest([parsed.fingerprint, contextKey(context)]) };
  };
}

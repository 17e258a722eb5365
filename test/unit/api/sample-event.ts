import { createParseEvent } from '../../../api/parse-event.ts';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { eventDefinitions } from '../../../events/index.ts';

/** An accepted event with this id. */
export function sampleEvent(id: string): AcceptedEvent {
  const parseEvent = createParseEvent({
    catalog: createCatalog(eventDefinitions),
    fallback: null,
    urgencyThreshold: 0.8,
    defaultLimit: { key: 'tasks', capacity: 5, reserved: 0 },
    now: () => 1_000,
    newUuid: () => 'uuid',
    checkCallback: () => [],
  });
  const body = { type: 'joy', id, data: { intensity: 0.3 }, callback: { url: 'https://example.org/' } };
  const parsed = parseEvent(body, { tenant: 'default', idempotencyKey: null });
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.event;
}

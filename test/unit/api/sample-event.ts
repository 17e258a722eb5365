import { createParseEvent } from '../../../api/parse-event.ts';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { ownDefinitions } from '../../support/own-definitions.ts';
import { createAskHere } from '../../support/ask-here.ts';

const catalog = createCatalog(ownDefinitions);
const parseEvent = createParseEvent({
  catalog,
  ask: createAskHere(catalog),
  fallback: null,
  urgencyThreshold: 0.8,
  defaultLimit: { key: 'tasks', capacity: 5, reserved: {} },
  now: () => 1_000,
  newUuid: () => 'uuid',
  checkCallback: () => [],
});
const body = { type: 'joy', id: 'a', data: { intensity: 0.3 }, callback: { url: 'https://example.org/' } };
const parsed = await parseEvent(body, { tenant: 'default', idempotencyKey: null });

/** An accepted event with this id. */
export function sampleEvent(id: string): AcceptedEvent {
  if (!parsed.ok) throw new Error(parsed.detail);
  return { ...parsed.event, id, ownId: id };
}

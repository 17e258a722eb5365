import type { Context } from 'hono';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { rawEntries } from '../batches/raw-items.ts';
import { createSubmitBatch } from '../batches/submit-batch.ts';
import { createToItem } from '../batches/to-item.ts';
import { problem } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { CLOUD_EVENT_BATCH_TYPE, EVENT_BODY_TYPES } from './cloud-event-mode.ts';
import { createParseCloudEvent } from './parse-cloud-event.ts';
import { readStructured } from './read-structured.ts';

/** Creates what makes a batch of CloudEvents that came together (JSON batch format), each of which is an item. */
export function createSubmitBatched({
  catalog,
  batches,
  parseBatch,
  parseEvent,
}: Pick<AppDependencies, 'catalog' | 'batches' | 'parseBatch' | 'parseEvent'>) {
  const parseCloudEvent = createParseCloudEvent({ catalog, parseEvent });
  const toItem = createToItem((value, { tenant }) => parseCloudEvent(readStructured(value), { tenant }));
  const submitBatch = createSubmitBatch({ batches, parseBatch });

  return async function submitBatched(context: Context<AppEnvironment>, idempotencyKey: string | null): Promise<Response> {
    const read = await readJson(context, { taken: EVENT_BODY_TYPES, isJson: (type) => type === CLOUD_EVENT_BATCH_TYPE, list: null });
    if (!read.ok) return problem(context, read.problem);
    const events: unknown = read.body;
    if (!Array.isArray(events) || events.length === 0) {
      const detail = 'a batch of CloudEvents is a list of at least one';
      return problem(context, { code: 'invalid_event', detail, errors: [{ pointer: '', detail }] });
    }
    const items = rawEntries(events, read.lossy);
    return submitBatch(context, { batch: {}, idempotencyKey: idempotencyKey ?? namesOf(events), isStrict: false, items, toItem });
  };
}

/** By which a batch that is sent again is known: what its events are called. Null where one has no name. */
function namesOf(events: readonly unknown[]): readonly unknown[] | null {
  const names = events.map((event) => {
    const read = readStructured(event);
    return read.ok ? [read.event.source, read.event.id] : null;
  });
  return names.includes(null) ? null : names;
}

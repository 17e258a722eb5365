import type { BatchItem, Rejection } from '../../domain/batch-item.ts';
import type { CallbackRequest } from '../../domain/delivery.ts';
import { itemId } from '../../domain/event-id.ts';
import { CALLBACK_FIELDS } from '../../events/sessions/legacy-callback.ts';
import { rejectedEvent } from '../../domain/rejected-item.ts';
import type { AppDependencies } from '../app.ts';
import type { BatchSettings } from '../batch-service.ts';
import { createToItem } from '../batches/to-item.ts';
import { digest } from '../digest.ts';
import type { EventKey } from '../event-service.ts';
import type { Fault } from '../../domain/fault.ts';
import { fieldOf, invalidInput, toLegacyError } from './legacy-error.ts';
import type { LegacyError } from './legacy-error.ts';
import { idempotencyKeyOf } from './known-as.ts';
import type { LegacyBatch, LegacyItem } from './legacy-input.ts';

export type SubmittedBatch = { readonly ok: true; readonly key: EventKey } | { readonly ok: false; readonly error: LegacyError };

/**
 * Submits sessions as one batch that runs one after the other, and in which each calls back for itself. What is no session
 * is an item that fails, and calls back too.
 */
export function createSubmitBatch({ batches, parseBatch, parseEvent }: Pick<AppDependencies, 'batches' | 'parseBatch' | 'parseEvent'>) {
  const toItem = createToItem(parseEvent);

  return async function submitBatch({ batchId, callback, items }: LegacyBatch, tenant: string): Promise<SubmittedBatch> {
    const idempotencyKey = idempotencyKeyOf('batch_id', batchId);
    const parsed = parseBatch(
      { id: idempotencyKey === null ? batchId : undefined, mode: 'sequential', callback: callback ?? undefined },
      { tenant, idempotencyKey },
    );
    if (!parsed.ok) return { ok: false, error: invalidInput(parsed.errors) };
    const { settings } = parsed;
    const submission = await batches.submit({
      // Older clients hear of each item, and expect nothing of the batch itself.
      settings: { ...settings, callback: null },
      items: each(await Promise.all(items.map((item, index) => toBatchItem(item, index, settings)))),
      fingerprint: () => digest({ callback, items }),
    });
    if (submission.kind === 'conflict') {
      return {
        ok: false,
        error: toLegacyError({ code: 'id_conflict', detail: `the id "${batchId}" was used before, with other content` }),
      };
    }
    return { ok: true, key: { tenant, id: settings.id } };
  };

  async function toBatchItem(item: LegacyItem, index: number, settings: BatchSettings): Promise<BatchItem> {
    const { tenant, id: batchId, acceptedAtMs, callback } = settings;
    const checked: BatchItem = item.ok
      ? await toItem({ ok: true, value: item.envelope }, index, { tenant, batchId, acceptedAtMs })
      : { kind: 'rejected', rejection: { type: 'session', errors: item.errors, atMs: acceptedAtMs } };
    const withFormat = (asked: CallbackRequest | null): CallbackRequest | null => asked && { ...asked, format: item.format };
    if (checked.kind === 'event') return { ...checked, event: { ...checked.event, callback: withFormat(checked.event.callback) } };
    const rejection = { ...checked.rejection, errors: underClientsNames(checked.rejection) };
    const ids = { tenant, id: itemId(batchId, index), batchId };
    const event = { ...rejectedEvent(rejection, ids), data: readableFields(item.data), callback: withFormat(callback) };
    return { kind: 'rejected', rejection: { ...rejection, event } };
  }
}

// A list can be wrong at each of its places; a callback says the first few.
const MAX_ERRORS = 20;

function underClientsNames({ errors }: Rejection): readonly Fault[] {
  return errors.slice(0, MAX_ERRORS).map(({ pointer, detail }) => ({ pointer: fieldOf(pointer), detail }));
}

const MAX_CHARACTERS = 1_000;

/** What the callback of an invalid item says of it, as far as it was readable. */
function readableFields(data: unknown): Readonly<Record<string, string>> {
  const given = Object.entries(typeof data === 'object' && data !== null ? data : {});
  const texts = given.filter((field): field is [string, string] => CALLBACK_FIELDS.includes(field[0]) && typeof field[1] === 'string');
  return Object.fromEntries(texts.map(([name, value]) => [name, value.slice(0, MAX_CHARACTERS)]));
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield value;
}

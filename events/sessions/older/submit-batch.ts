import type { Core, EventKey, Fault, SubmittedItem } from 'tickless/server';
import { CALLBACK_FIELDS } from '../legacy-callback.ts';
import { fieldOf, invalidInput, toLegacyError } from './legacy-error.ts';
import type { LegacyError } from './legacy-error.ts';
import { idempotencyKeyOf } from './known-as.ts';
import type { LegacyBatch, LegacyItem } from './legacy-input.ts';

export type SubmittedBatch = { readonly ok: true; readonly key: EventKey } | { readonly ok: false; readonly error: LegacyError };

/**
 * Submits sessions as one batch that runs one after the other, and in which each calls back for itself. What is no session
 * is an item that fails, and calls back too.
 */
export async function submitBatch(
  { batches }: Pick<Core, 'batches'>,
  { batchId, callback, items }: LegacyBatch,
  tenant: string,
): Promise<SubmittedBatch> {
  const idempotencyKey = idempotencyKeyOf('batch_id', batchId);
  const submitted = await batches.submit({
    tenant,
    idempotencyKey,
    batch: { ...(idempotencyKey === null && { id: batchId }), mode: 'sequential' },
    callback,
    items: items.map(toItem),
    content: { callback, items },
    toFault: ({ pointer, detail }: Fault) => ({ pointer: fieldOf(pointer), detail }),
  });
  if (submitted.kind === 'invalid') return { ok: false, error: invalidInput(submitted.errors) };
  if (submitted.kind === 'conflict') {
    const detail = `the id "${batchId}" was used before, with other content`;
    return { ok: false, error: toLegacyError({ code: 'id_conflict', detail }) };
  }
  return { ok: true, key: { tenant, id: submitted.id } };
}

function toItem(item: LegacyItem): SubmittedItem {
  const common = { callbackFormat: item.format, shown: readableFields(item.data) };
  return item.ok ? { ...common, envelope: item.envelope } : { ...common, type: 'session', errors: item.errors };
}

const MAX_CHARACTERS = 1_000;

/** What the callback of an invalid item says of it, as far as it was readable. */
function readableFields(data: unknown): Readonly<Record<string, string>> {
  const given = Object.entries(typeof data === 'object' && data !== null ? data : {});
  const texts = given.filter((field): field is [string, string] => CALLBACK_FIELDS.includes(field[0]) && typeof field[1] === 'string');
  return Object.fromEntries(texts.map(([name, value]) => [name, value.slice(0, MAX_CHARACTERS)]));
}

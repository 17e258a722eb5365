import type { BatchItem } from '../domain/batch-item.ts';
import type { CallbackFormat, CallbackRequest } from '../domain/delivery.ts';
import { itemId } from '../domain/event-id.ts';
import type { Fault } from '../domain/fault.ts';
import { rejectedEvent } from '../domain/rejected-item.ts';
import type { AppDependencies } from './app.ts';
import type { BatchSettings } from './batch-service.ts';
import { createToItem } from './batches/to-item.ts';
import type { AskedBatch } from './batches/parse-batch.ts';
import { digest } from './digest.ts';

/** An event of a batch, as `POST /v1/batches` takes it, or what is wrong with it. */
export type SubmittedItem = {
  /** Of its callback; null for the envelope. */
  readonly callbackFormat: CallbackFormat | null;
  /** What it shows as its data where it is no event. */
  readonly shown: unknown;
} & (
  | { readonly envelope: Readonly<Record<string, unknown>>; readonly errors?: never }
  | { readonly envelope?: never; readonly type: string; readonly errors: readonly Fault[] }
);

export interface SubmitItemsOptions {
  readonly tenant: string;
  /** What its id is made of; null where `batch` names it, or none is asked for. */
  readonly idempotencyKey: string | null;
  readonly batch: Pick<AskedBatch, 'id' | 'name' | 'mode' | 'maxParallel'>;
  /** Where items call back that are no events; events name their own. The batch itself doesn't. */
  readonly callback: (Partial<Pick<CallbackRequest, 'headers' | 'progress'>> & Pick<CallbackRequest, 'url'>) | null;
  readonly items: readonly SubmittedItem[];
  /** What is called the same where the batch comes again. */
  readonly content: unknown;
  /** A fault of an item as its sender is told of it. */
  readonly toFault?: (fault: Fault) => Fault;
}

export type SubmittedItems =
  | { readonly kind: 'accepted' | 'joined' | 'conflict'; readonly id: string }
  | { readonly kind: 'invalid'; readonly errors: readonly Fault[] };

// A list can be wrong at each of its places; a callback says the first few.
const MAX_ERRORS = 20;

/** Submits a batch whose items call back each for itself, those too that are no events, and fail. @throws EngineUnavailableError */
export async function submitItems(
  { batches, parseBatch, parseEvent }: Pick<AppDependencies, 'batches' | 'parseBatch' | 'parseEvent'>,
  { tenant, idempotencyKey, batch, callback, items, content, toFault = (fault) => fault }: SubmitItemsOptions,
): Promise<SubmittedItems> {
  const toItem = createToItem(parseEvent);
  const parsed = parseBatch({ ...batch, callback: callback ?? undefined }, { tenant, idempotencyKey });
  if (!parsed.ok) return { kind: 'invalid', errors: parsed.errors };
  const { settings } = parsed;
  const { kind } = await batches.submit({
    settings: { ...settings, callback: null },
    items: each(await Promise.all(items.map((item, index) => toBatchItem(item, index, settings)))),
    fingerprint: () => digest(content),
  });
  return { kind, id: settings.id };

  async function toBatchItem(
    item: SubmittedItem,
    index: number,
    { id: batchId, acceptedAtMs, callback: asked }: BatchSettings,
  ): Promise<BatchItem> {
    const checked: BatchItem =
      item.envelope === undefined
        ? { kind: 'rejected', rejection: { type: item.type, errors: item.errors, atMs: acceptedAtMs } }
        : await toItem({ ok: true, value: item.envelope }, index, { tenant, batchId, acceptedAtMs });
    const { callbackFormat: format } = item;
    const withFormat = (request: CallbackRequest | null): CallbackRequest | null => request && { ...request, ...(format && { format }) };
    if (checked.kind === 'event') return { ...checked, event: { ...checked.event, callback: withFormat(checked.event.callback) } };
    const rejection = { ...checked.rejection, errors: checked.rejection.errors.slice(0, MAX_ERRORS).map(toFault) };
    const event = {
      ...rejectedEvent(rejection, { tenant, id: itemId(batchId, index), batchId }),
      data: item.shown,
      callback: withFormat(asked),
    };
    return { kind: 'rejected', rejection: { ...rejection, event } };
  }
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield value;
}

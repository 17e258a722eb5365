import { createHash } from 'node:crypto';
import { kindOf, wayOf } from '../../domain/item-kind.ts';
import type { BatchItem } from '../../domain/batch-item.ts';
import type { BatchSettings } from '../batch-service.ts';
import { mapAhead } from '../../domain/map-ahead.ts';
import { digest } from '../digest.ts';
import type { Fault } from '../../domain/fault.ts';
import type { createToItem, RawItem } from './to-item.ts';

// A batch's state, a mark an item and a few more for each that is started by itself, is one payload of the engine.
const MAX_ITEMS = 1_000_000;
const MAX_OWN_ITEMS = 100_000;
// What types say of their items is asked in another process, several at a time.
const CHECKED_AT_ONCE = 64;
// The first so many are in the answer; all of them are items.
const REJECTED_SHOWN = 1_000;

/** Checks a batch's items as they pass, and remembers what the answer says of them. */
export interface ItemCheck {
  /** @throws RefusedBatch or TooManyItems, once it is clear that there is to be no such batch */
  of(raws: AsyncIterable<RawItem>): AsyncIterable<BatchItem>;
  readonly fingerprint: () => string | null;
  readonly total: number;
  readonly rejectedCount: number;
  readonly rejected: readonly { readonly index: number; readonly errors: readonly Fault[] }[];
}

export interface ItemCheckOptions {
  readonly settings: BatchSettings;
  /** Whether the batch may come a second time, by which it is to be known. */
  readonly isRepeatable: boolean;
  /** Whether an invalid item refuses the whole. */
  readonly isStrict: boolean;
  readonly toItem: ReturnType<typeof createToItem>;
}

export function createItemCheck({ settings, isRepeatable, isStrict, toItem }: ItemCheckOptions): ItemCheck {
  const { id: batchId, tenant, acceptedAtMs, name, mode, maxParallel, callback } = settings;
  const hash = createHash('sha256').update(digest({ name, mode, maxParallel, callback }));
  const rejected: { index: number; errors: readonly Fault[] }[] = [];
  const counts = { total: 0, own: 0, rejected: 0 };
  return {
    rejected,
    fingerprint: () => (isRepeatable ? hash.copy().digest('base64url') : null),
    get total() {
      return counts.total;
    },
    get rejectedCount() {
      return counts.rejected;
    },
    async *of(raws) {
      const checked = mapAhead(raws, CHECKED_AT_ONCE, async (raw, index) => ({
        raw,
        index,
        item: await toItem(raw, index, { tenant, batchId, acceptedAtMs }),
      }));
      for await (const { raw, index, item } of checked) {
        counts.total += 1;
        if (isCostly(item)) counts.own += 1;
        if (counts.total > MAX_ITEMS || counts.own > MAX_OWN_ITEMS) throw new TooManyItems();
        if (isRepeatable) hash.update(digest(raw));
        if (item.kind === 'rejected') {
          counts.rejected += 1;
          const { errors } = item.rejection;
          if (isStrict) throw new RefusedBatch(errors.map(({ pointer, detail }) => ({ pointer: `/events/${index}${pointer}`, detail })));
          if (rejected.length < REJECTED_SHOWN) rejected.push({ index, errors });
        }
        yield item;
      }
      if (counts.total === 0) throw new RefusedBatch([{ pointer: '/events', detail: 'a batch has at least one event' }]);
    },
  };
}

/** Thrown into the upload, which then never becomes a batch. */
export class TooManyItems extends Error {
  override readonly name = 'TooManyItems';

  constructor() {
    super(`a batch has at most ${MAX_ITEMS} items, of them ${MAX_OWN_ITEMS} that are heavy or delayed`);
  }
}

/** Likewise. */
export class RefusedBatch extends Error {
  override readonly name = 'RefusedBatch';
  readonly errors: readonly Fault[];

  constructor(errors: readonly Fault[]) {
    super('the batch is refused as a whole');
    this.errors = errors;
  }
}

/** Whether an item is started by itself, or may be. */
function isCostly(item: BatchItem): boolean {
  const { workflow, isDelayed } = wayOf(kindOf(item, 0));
  return isDelayed || workflow === 'own';
}

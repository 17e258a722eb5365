import { calledBack } from './batch-item.ts';
import type { BatchItem } from './batch-item.ts';
import type { CallbackRequest } from './delivery.ts';
import { kindOf, wayOf } from './item-kind.ts';
import type { ItemKind } from './item-kind.ts';

export const BATCH_MODES = ['concurrent', 'sequential'] as const;
export type BatchMode = (typeof BATCH_MODES)[number];

/** Items running at once in a concurrent batch that doesn't say. */
export const DEFAULT_MAX_PARALLEL = 50;

export interface PagePlan {
  readonly size: number;
  /** Null where a page has several, or any that is delayed: it is read before its items are started. */
  readonly kind: ItemKind | null;
  /** Present where any of its items is to be called back. */
  readonly calls?: true;
}

export function planPage(items: readonly BatchItem[]): PagePlan {
  const kinds = new Set(items.map((item) => kindOf(item, 0)));
  const [kind = null] = kinds;
  return {
    size: items.length,
    kind: kinds.size === 1 && kind !== null && !wayOf(kind).isDelayed ? kind : null,
    ...(items.some((item) => calledBack(item) !== null) && { calls: true }),
  };
}

/**
 * A batch once it is durable: the input of its workflow. Its items are in pages, workflows of their own.
 * Stored in histories: fields may be added, never renamed or removed.
 */
export interface AcceptedBatch {
  readonly id: string;
  readonly tenant: string;
  readonly name: string | null;
  readonly mode: BatchMode;
  /** Items running at once, inside of shared workflows too. */
  readonly maxParallel: number;
  readonly callback: CallbackRequest | null;
  readonly acceptedAtMs: number;
  /** The pages' names contain it, so that two uploads of one batch don't meet. */
  readonly upload: string;
  readonly pages: readonly PagePlan[];
}

import type { AcceptedEvent } from './accepted-event.ts';
import type { CallbackRequest } from './delivery.ts';

export const BATCH_MODES = ['concurrent', 'sequential'] as const;
export type BatchMode = (typeof BATCH_MODES)[number];

/** Items running at once in a concurrent batch that doesn't say. */
export const DEFAULT_MAX_PARALLEL = 50;

/** One line of a batch: an event, or what was wrong with it. Stored in pages. */
export type BatchItem =
  | { readonly kind: 'event'; readonly event: AcceptedEvent }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

export interface Rejection {
  /** As far as it was readable. */
  readonly type: string | null;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  readonly atMs: number;
  /** What is known of it as an event, where its failure is called back. */
  readonly event?: AcceptedEvent;
}

/** How an item runs: among others in one workflow, or as a workflow of its own. */
export type ItemKind = 'shared' | 'own';

/** Heavy work waits for permits, and a delay for its time: neither can share a workflow with others. */
export function kindOf(item: BatchItem): ItemKind {
  return item.kind === 'event' && (item.event.plan.weight === 'heavy' || item.event.delayMs > 0) ? 'own' : 'shared';
}

export interface PagePlan {
  readonly size: number;
  /** Null where a page has both: it is read before its items are started. */
  readonly kind: ItemKind | null;
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

import type { AcceptedEvent } from './accepted-event.ts';
import type { CallbackRequest } from './delivery.ts';
import { priorityKey } from './tier.ts';

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

/**
 * How an item runs, as a letter, since a batch has one for each: `s`hared, among others in one workflow; shared and `i`n order,
 * as its subject takes it; `d`elayed, which it is until its time has come; or as a workflow of its own, which is the priority
 * that this has in the engine, 1 (first) to 5.
 */
export type ItemKind = 's' | 'i' | 'd' | OwnKind;
export type OwnKind = '1' | '2' | '3' | '4' | '5';

export function kindOf(item: BatchItem, nowMs: number): ItemKind {
  if (item.kind === 'rejected') return 's';
  const { plan, tier, delayMs } = item.event;
  // An item of a long upload is accepted after its batch, and isn't delayed by that.
  if (delayMs > 0 && dueAtMs(item) > nowMs) return 'd';
  // Heavy work waits for permits, so that it can't share a workflow with others.
  if (plan.weight === 'heavy') return `${priorityKey(tier)}` as OwnKind;
  return plan.subjectType === undefined ? 's' : 'i';
}

/** When an item may be started at the earliest. */
export function dueAtMs(item: BatchItem): number {
  return item.kind === 'event' ? item.event.acceptedAtMs + item.event.delayMs : item.rejection.atMs;
}

export function isOwnKind(kind: ItemKind): kind is OwnKind {
  return kind !== 's' && kind !== 'i' && kind !== 'd';
}

/** What is known of an item that is to be called back; null where it isn't. */
export function calledBack(item: BatchItem): AcceptedEvent | null {
  const event = item.kind === 'event' ? item.event : item.rejection.event;
  return event?.callback ? event : null;
}

export interface PagePlan {
  readonly size: number;
  /** Null where a page has several, or any that is delayed: it is read before its items are started. */
  readonly kind: ItemKind | null;
  /** Present where any of its items is to be called back. */
  readonly calls?: true;
}

export function planPage(items: readonly BatchItem[], nowMs: number): PagePlan {
  const kinds = new Set(items.map((item) => kindOf(item, nowMs)));
  const [kind = null] = kinds;
  return {
    size: items.length,
    kind: kinds.size === 1 && kind !== 'd' ? kind : null,
    ...(items.some((item) => calledBack(item) !== null) && { calls: true }),
  };
}

/** The kinds of a page's items at a moment, and when the first of those that are delayed is due. */
export interface PageKinds {
  readonly kinds: string;
  readonly dueAtMs: number | null;
}

export function kindsOf(items: readonly BatchItem[], nowMs: number): PageKinds {
  const kinds = items.map((item) => kindOf(item, nowMs));
  const due = items.filter((_, offset) => kinds[offset] === 'd').map(dueAtMs);
  return { kinds: kinds.join(''), dueAtMs: due.length === 0 ? null : Math.min(...due) };
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

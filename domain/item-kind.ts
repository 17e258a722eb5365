import type { BatchItem } from './batch-item.ts';
import { isInline } from './is-inline.ts';
import { priorityKey } from './tier.ts';
import type { PriorityKey } from './tier.ts';

/** How an item runs, kept as a character, since a batch has one for each of its items. `wayOf` says what it means. */
export type ItemKind = 's' | 'i' | 'd' | `${PriorityKey}`;

export interface ItemWay {
  /** The workflow that runs it: one that it shares with others of its page, or its own. */
  readonly workflow: 'shared' | 'own';
  /** Its subject processes it, in the order in which the batch has them. */
  readonly isOfSubject: boolean;
  /** Its time has yet to come; only then is it known how it runs. */
  readonly isDelayed: boolean;
  /** Of its workflow in the engine, 1 (first) to 5. */
  readonly priority: number;
}

// What shares a workflow is over soon.
const SHARED: ItemWay = { workflow: 'shared', isOfSubject: false, isDelayed: false, priority: 3 };

const WAYS: Readonly<Record<ItemKind, ItemWay>> = {
  s: SHARED,
  i: { ...SHARED, isOfSubject: true },
  d: { ...SHARED, isDelayed: true },
  1: ownWay(1),
  2: ownWay(2),
  3: ownWay(3),
  4: ownWay(4),
  5: ownWay(5),
};

export function wayOf(kind: ItemKind): ItemWay {
  return WAYS[kind];
}

function ownWay(priority: number): ItemWay {
  return { workflow: 'own', isOfSubject: false, isDelayed: false, priority };
}

/** @param waitedMs how long its batch has been there, by the engine's clock: that is what a delay counts from */
export function kindOf(item: BatchItem, waitedMs: number): ItemKind {
  if (item.kind === 'rejected') return 's';
  const { plan, tier, delayMs } = item.event;
  if (delayMs > waitedMs) return 'd';
  // Heavy work waits for permits, so that it can't share a workflow with others.
  if (!isInline(plan)) return `${priorityKey(tier)}`;
  return plan.subjectType === undefined ? 's' : 'i';
}

/** The kinds of a page's items at a moment, and when the first of those that are delayed is due. */
export interface PageKinds {
  readonly kinds: string;
  readonly dueAtMs: number | null;
}

/** A moment in a batch's life, by the clock that says when it started. */
export interface BatchMoment {
  readonly startedAtMs: number;
  readonly nowMs: number;
}

export function kindsOf(items: readonly BatchItem[], { startedAtMs, nowMs }: BatchMoment): PageKinds {
  const kinds = items.map((item) => kindOf(item, nowMs - startedAtMs));
  const due = items.flatMap((item, index) => (kinds[index] === 'd' && item.kind === 'event' ? [startedAtMs + item.event.delayMs] : []));
  return { kinds: kinds.join(''), dueAtMs: due.length === 0 ? null : Math.min(...due) };
}

/** How an item of a page runs whose kinds are known: one for each of its items, or one for all. */
export function kindAt(kinds: string, offset: number): ItemKind {
  return (kinds.length === 1 ? kinds : kinds[offset]) as ItemKind;
}

export function wayAt(kinds: string, offset: number): ItemWay {
  return wayOf(kindAt(kinds, offset));
}

import type { BatchItem } from '../../domain/batch-item.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';
import { itemId } from '../../domain/event-id.ts';
import { kindOf, wayAt, wayOf } from '../../domain/item-kind.ts';
import type { Why } from '../../domain/why.ts';
import type { ItemKey } from '../batch-service.ts';

export interface PendingItem {
  readonly key: ItemKey;
  readonly item: BatchItem;
  /** Of its page, as its batch knows them, and where it is there. */
  readonly kinds: string | null;
  readonly offset: number;
  /** Among those of its batch that have not been started, from 1. */
  readonly position: number;
  readonly batch: BatchResource | null;
  readonly nowMs: number;
}

/** Says what an item waits for that its batch has not started yet. */
export function explainItem({ key, item, kinds, offset, position, batch, nowMs }: PendingItem): Why {
  const base = { id: itemId(key.id, key.index), status: 'accepted', since: batch?.startedAt ?? null } as const;
  const place = `at position ${position} of those that wait`;
  if (batch?.status === 'paused') {
    return { ...base, reason: 'paused', summary: `Its batch "${key.id}" is paused; it is ${place}.`, details: { key: key.id, position } };
  }
  const { isDelayed } = kinds === null ? wayOf(kindOf(item, 0)) : wayAt(kinds, offset);
  if (isDelayed && item.kind === 'event' && batch !== null) {
    const { delayMs } = item.event;
    const dueMs = Date.parse(batch.startedAt) + delayMs;
    const nextAttemptAt = new Date(dueMs).toISOString();
    const summary = `It was asked to wait until ${nextAttemptAt}.`;
    // By a clock that may differ from the one it waits by.
    const etaMs = Math.min(Math.max(0, dueMs - nowMs), delayMs);
    return { ...base, reason: 'delay', summary, details: { nextAttemptAt, etaMs } };
  }
  const { ratePerSecond = null, counts, maxParallel } = batch ?? {};
  const summary = `It waits for one of the ${maxParallel} places of its batch "${key.id}", ${place}; ${counts?.running} run.`;
  const etaMs = ratePerSecond ? Math.ceil((position / ratePerSecond) * 1_000) : null;
  return { ...base, reason: 'permit', summary, details: { key: key.id, position, etaMs } };
}

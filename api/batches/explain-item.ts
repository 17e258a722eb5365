import { dueAtMs } from '../../domain/accepted-event.ts';
import type { BatchItem } from '../../domain/batch-item.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';
import { itemId } from '../../domain/event-id.ts';
import type { Why } from '../../domain/why.ts';
import type { ItemKey } from '../batch-service.ts';

export interface PendingItem {
  readonly key: ItemKey;
  readonly item: BatchItem;
  /** Among those of its batch that have not been started, from 1. */
  readonly position: number;
  readonly batch: BatchResource | null;
  readonly nowMs: number;
}

/** Says what an item waits for that its batch has not started yet. */
export function explainItem({ key, item, position, batch, nowMs }: PendingItem): Why {
  const base = { id: itemId(key.id, key.index), status: 'accepted', since: batch?.startedAt ?? null } as const;
  const place = `at position ${position} of those that wait`;
  if (batch?.status === 'paused') {
    return { ...base, reason: 'paused', summary: `Its batch "${key.id}" is paused; it is ${place}.`, details: { key: key.id, position } };
  }
  const dueMs = item.kind === 'event' ? dueAtMs(item.event) : 0;
  if (dueMs > nowMs) {
    const nextAttemptAt = new Date(dueMs).toISOString();
    const summary = `It was asked to wait until ${nextAttemptAt}.`;
    return { ...base, reason: 'delay', summary, details: { nextAttemptAt, etaMs: dueMs - nowMs } };
  }
  const { ratePerSecond = null, counts, maxParallel } = batch ?? {};
  const summary = `It waits for one of the ${maxParallel} places of its batch "${key.id}", ${place}; ${counts?.running} run.`;
  const etaMs = ratePerSecond ? Math.ceil((position / ratePerSecond) * 1_000) : null;
  return { ...base, reason: 'permit', summary, details: { key: key.id, position, etaMs } };
}

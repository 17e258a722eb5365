import { setTimeout as delay } from 'node:timers/promises';
import { EngineUnavailableError } from 'tickless/server';
import type { BatchService, EventKey, ItemResource } from 'tickless/server';

export interface WaitForBatchOptions {
  readonly waitMs: number;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** The items of a batch in order, once all of them have ended; null when that isn't so in time. */
export async function waitForBatch(
  batches: Pick<BatchService, 'get' | 'items'>,
  key: EventKey,
  { waitMs, signal }: WaitForBatchOptions,
): Promise<readonly ItemResource[] | null> {
  const deadlineMs = performance.now() + waitMs;
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted && performance.now() < deadlineMs; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    if (await hasEnded()) return readItems();
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return null;

  /** An engine that is away is only asked again. */
  async function hasEnded(): Promise<boolean> {
    try {
      const batch = await batches.get(key);
      return batch !== null && batch.completedAt !== null;
    } catch (error) {
      if (error instanceof EngineUnavailableError) return false;
      throw error;
    }
  }

  async function readItems(): Promise<readonly ItemResource[]> {
    const items: ItemResource[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await batches.items({ ...key, limit: 200, cursor });
      items.push(...(page?.items ?? []));
      cursor = page?.nextCursor ?? null;
    }
    return items;
  }
}

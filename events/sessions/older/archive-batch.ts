import { hasEnded, itemId } from 'tickless/server';
import type { BatchResource, Core } from 'tickless/server';

const AT_ONCE = 16;
const PAGE = 200;

type Archiving = Pick<Core, 'archive' | 'batches'>;

/**
 * Archives an ended batch: its jobs one by one, and itself at last, so that an archived batch has all of them there. Done again
 * after it broke off, it keeps nothing twice. False where the archive has another of its id, or of one of theirs.
 */
export async function archiveBatch({ archive, batches }: Archiving, batch: BatchResource): Promise<boolean> {
  const { tenant, id } = batch;
  let cursor: string | undefined;
  do {
    const page = await batches.items({ tenant, id, limit: PAGE, cursor });
    const jobs = (page?.items ?? []).filter((item) => item.type === 'session' && hasEnded(item));
    const kept = await each(jobs, ({ index: _place, ...job }) => archive.events.put(job));
    if (kept.includes(false)) return false;
    cursor = page?.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return archive.batches.put(batch);
}

/** Takes a batch out of the archive, after its jobs. */
export async function takeOutBatch({ archive }: Pick<Core, 'archive'>, { tenant, id, counts }: BatchResource): Promise<void> {
  const jobs = Array.from({ length: counts.total }, (_, index) => ({ tenant, id: itemId(id, index) }));
  await each(jobs, archive.events.takeOut);
  await archive.batches.takeOut({ tenant, id });
}

/** A few at once. */
async function each<Item, Result>(items: readonly Item[], act: (item: Item) => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let done = 0; done < items.length; done += AT_ONCE) results.push(...(await Promise.all(items.slice(done, done + AT_ONCE).map(act))));
  return results;
}

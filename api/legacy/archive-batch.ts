import type { BatchResource } from '../../domain/batch-resource.ts';
import { itemId } from '../../domain/event-id.ts';
import { hasEnded } from '../../domain/event-resource.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { AppDependencies } from '../app.ts';

const AT_ONCE = 16;
const PAGE = 200;

type Dependencies = Pick<AppDependencies, 'archive' | 'batches'>;

/**
 * Archives an ended batch: its jobs one by one, and itself at last, so that an archived batch has all of them there. Done again
 * after it broke off, it keeps nothing twice. False where the archive has another of its id, or of one of theirs.
 */
export async function archiveBatch({ archive, batches }: Dependencies, batch: BatchResource): Promise<boolean> {
  const { tenant, id } = batch;
  let cursor: string | undefined;
  do {
    const page = await batches.items({ tenant, id, limit: PAGE, cursor });
    const jobs = (page?.items ?? []).filter((item) => item.type === 'session' && hasEnded(item));
    const kept = await mapAtMost(jobs, AT_ONCE, ({ index: _place, ...job }) => archive.jobs.put(job));
    if (kept.includes(false)) return false;
    cursor = page?.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return archive.batches.put(batch);
}

/** Takes a batch out of the archive, after its jobs. */
export async function takeOutBatch({ archive }: Pick<Dependencies, 'archive'>, { tenant, id, counts }: BatchResource): Promise<void> {
  const jobs = Array.from({ length: counts.total }, (_, index) => ({ tenant, id: itemId(id, index) }));
  await mapAtMost(jobs, AT_ONCE, archive.jobs.takeOut);
  await archive.batches.takeOut({ tenant, id });
}

import type { Core, EventResource, Page, PageRequest } from 'tickless/server';
import { knownAs } from './known-as.ts';
import { toJob } from './to-job.ts';
import type { Job } from './to-job.ts';
import { withoutArchived } from './without-archived.ts';

export interface JobFilter extends PageRequest {
  readonly tenant: string;
  readonly status?: Job['status'] | undefined;
  /** As its client named it. */
  readonly batch?: string | undefined;
  /** Lists what is in the archive, and nothing else. */
  readonly isArchived: boolean;
}

const READS_AT_ONCE = 8;
const NOTHING = { items: [], nextCursor: null };

/** A page of jobs, which may be short. @throws InvalidCursorError */
export async function listJobs(
  { events, batches, archive }: Pick<Core, 'events' | 'batches' | 'archive'>,
  { tenant, status, batch, isArchived, limit, cursor }: JobFilter,
): Promise<Page<Job>> {
  const batchId = batch === undefined ? undefined : knownAs('batch_id', batch);
  // What is open is told apart by the jobs themselves: the engine and the batch know less of it.
  const ended = status === 'pending' || status === 'processing' ? undefined : status;
  const isOpen = status !== undefined && ended === undefined;
  const { items, nextCursor } = await listSessions();
  const jobs = items.filter(({ type }) => type === 'session').map((resource) => toJob(resource, isArchived));
  return { items: jobs.filter((job) => status === undefined || job.status === status), nextCursor };

  async function listSessions(): Promise<Page<EventResource>> {
    if (isArchived) return archive.events.list({ tenant, batchId, limit, cursor });
    if (batchId !== undefined) {
      const page = await batches.items({ tenant, id: batchId, status: ended, limit, cursor });
      return page === null ? NOTHING : { ...page, items: await withoutArchived(archive.events, tenant, page.items) };
    }
    const page = await events.list({ tenant, type: 'session', status: isOpen ? 'running' : ended, limit, cursor });
    const shown = await withoutArchived(archive.events, tenant, page.items);
    return { ...page, items: await readAll(shown.map(({ id }) => id)) };
  }

  /** A job shows parameters and results, which lists of events leave out. */
  async function readAll(ids: readonly string[]): Promise<readonly EventResource[]> {
    const found: EventResource[] = [];
    for (let from = 0; from < ids.length; from += READS_AT_ONCE) {
      const resources = await Promise.all(ids.slice(from, from + READS_AT_ONCE).map((id) => events.get({ tenant, id })));
      found.push(...resources.filter((resource) => resource !== null));
    }
    return found;
  }
}

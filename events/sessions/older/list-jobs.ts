import type { Core, Page, PageRequest } from 'tickless/server';
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

/** A page of jobs, which may be short. @throws InvalidCursorError */
export async function listJobs(
  { events, batches, archive }: Pick<Core, 'events' | 'batches' | 'archive'>,
  { tenant, status, batch, isArchived, limit, cursor }: JobFilter,
): Promise<Page<Job>> {
  const batchId = batch === undefined ? undefined : knownAs('batch_id', batch);
  // What is open is told apart by the jobs themselves: the engine and the batch know less of it.
  const ended = status === 'pending' || status === 'processing' ? undefined : status;
  const isOpen = status !== undefined && ended === undefined;
  const page = isArchived
    ? await archive.events.list({ tenant, batchId, limit, cursor })
    : batchId === undefined
      ? await events.list({ tenant, type: 'session', status: isOpen ? 'running' : ended, limit, cursor })
      : await batches.items({ tenant, id: batchId, status: ended, limit, cursor });
  const sessions = (page?.items ?? []).filter(({ type }) => type === 'session');
  const shown = isArchived ? sessions : await withoutArchived(archive.events, tenant, sessions);
  const jobs = shown.map((resource) => toJob(resource, isArchived));
  return { items: jobs.filter((job) => status === undefined || job.status === status), nextCursor: page?.nextCursor ?? null };
}

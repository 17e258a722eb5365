import type { BatchResource, BatchStatus } from 'tickless/server';

/** A batch in the words of older clients; times in ISO 8601. */
export interface JobBatch {
  readonly id: string;
  readonly name: string | null;
  readonly status: BatchStatus;
  readonly archived: boolean;
  readonly counts: Readonly<Record<'total' | 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled', number>>;
  /** Of the jobs that have ended. */
  readonly percent: number;
  /** What jobs failed of, the most frequent first. */
  readonly failures: BatchResource['failures'];
  readonly created_at: string;
  readonly started_at: string;
  readonly completed_at: string | null;
  /** From its beginning to its end. */
  readonly seconds: number | null;
  readonly eta_seconds: number | null;
  readonly links: { readonly self: string; readonly jobs: string };
}

export function toJobBatch(resource: BatchResource, isArchived: boolean): JobBatch {
  const { id, name, status, counts, percent, failures, acceptedAt, startedAt, completedAt, etaSeconds } = resource;
  const { total, pending, running, completed, failed, cancelled } = counts;
  const query = `batch_id=${encodeURIComponent(id)}${isArchived ? '&archived=true' : ''}`;
  return {
    ...{ id, name, status, archived: isArchived },
    counts: { total, pending, processing: running, completed, failed, cancelled },
    ...{ percent, failures, created_at: acceptedAt, started_at: startedAt, completed_at: completedAt },
    seconds: completedAt === null ? null : (Date.parse(completedAt) - Date.parse(startedAt)) / 1_000,
    eta_seconds: etaSeconds,
    links: { self: `/api/batches/${encodeURIComponent(id)}`, jobs: `/api/jobs?${query}` },
  };
}

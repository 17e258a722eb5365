import type { EventResource, EventStatus, Progress } from 'tickless/server';
import { restartOf } from './job-input.ts';
import { documentOf, failureOf } from './legacy-answer.ts';
import { toLogs } from './to-logs.ts';
import type { LogLine } from './to-logs.ts';

export const JOB_STATUSES = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;
type JobStatus = (typeof JOB_STATUSES)[number];

const JOB_STATUS: Readonly<Record<EventStatus, JobStatus>> = {
  accepted: 'pending',
  waiting: 'pending',
  running: 'processing',
  completed: 'completed',
  // Its session is there: what failed is another's doing.
  partial: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** A session as a job, in the words of older clients; times in ISO 8601. */
export interface Job {
  readonly id: string;
  readonly job_type: 'session';
  readonly batch_id: string | null;
  /** The job that it repeats. */
  readonly restart_of: string | null;
  /** It is out of the way, and kept whatever becomes of its event. */
  readonly archived: boolean;
  readonly status: JobStatus;
  readonly progress: Progress | null;
  /** Of the stage that needed most. */
  readonly attempts: number;
  readonly parameters: unknown;
  readonly results: unknown;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly logs: readonly LogLine[];
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly links: { readonly self: string; readonly stream: string; readonly files: string; readonly archive: string };
}

export function toJob(resource: EventResource, isArchived: boolean): Job {
  const { id, batchId, status, progress, attempts, data, result, acceptedAt, startedAt, completedAt } = resource;
  const self = `/api/jobs/${encodeURIComponent(id)}`;
  return {
    id,
    job_type: 'session',
    batch_id: batchId,
    restart_of: restartOf(resource.source),
    archived: isArchived,
    status: JOB_STATUS[status],
    progress,
    attempts: Math.max(...Object.values(attempts)),
    parameters: data,
    results: documentOf(resource) === null ? null : result?.['action'],
    error: status === 'failed' || status === 'cancelled' ? failureOf(resource) : null,
    logs: toLogs(resource),
    created_at: acceptedAt,
    started_at: startedAt,
    completed_at: completedAt,
    links: { self, stream: `${self}/stream`, files: `${self}/files`, archive: `${self}/archive` },
  };
}

export function hasJobEnded({ status }: Pick<Job, 'status'>): boolean {
  return status !== 'pending' && status !== 'processing';
}

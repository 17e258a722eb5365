import type { Client } from '@temporalio/client';
import type { AcceptedBatch } from '../../domain/accepted-batch.ts';
import type { Batch } from '../../domain/batch.ts';
import { createBatch } from '../../domain/batch.ts';
import { toBatchResource } from '../../domain/batch-resource.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { BatchInput, BatchResult, PagesAnswer, PagesQueryInput } from '../../domain/batch-work.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import { BATCH_PAGES_QUERY, BATCH_QUERY } from '../../domain/durable-names.ts';
import { callEngine, isNotFound } from './engine-call.ts';
import { readWorkflowEnd, readWorkflowInput } from './history.ts';
import type { WorkflowEnd } from './history.ts';
import { withRecord } from './read-record.ts';

// Its tasks are short, but those of a large one may be several in a row.
const QUERY_TIMEOUT_MS = 1_000;

/** Reads a batch: what it left, else what its workflow answers, else what it began with. Null when there is none. */
export async function readBatch(client: Client, workflowId: string): Promise<BatchResource | null> {
  const end = await readWorkflowEnd(client, { workflowId });
  if (end === null) return null;
  if (end.kind === 'completed') return withDelivery(client, workflowId, (end.result as BatchResult).resource);
  const asked = end.kind === 'open' ? await query<BatchResource>(client, workflowId, BATCH_QUERY) : null;
  if (asked !== null) return asked;
  const { accepted, batch, startedAtMs } = await readBegun(client, workflowId);
  const times = { startedAtMs, endedAtMs: null, pace: [], nowMs: Date.now() };
  const resource = toBatchResource(accepted, batch, times, initialCallback(accepted.callback?.url ?? null));
  return end.kind === 'open' ? resource : endedByForce(resource, end);
}

/** The state of a batch's pages. */
export async function readPages(client: Client, workflowId: string, asked: PagesQueryInput): Promise<PagesAnswer | null> {
  const end = await readWorkflowEnd(client, { workflowId });
  if (end === null) return null;
  const answer = end.kind === 'open' ? await query<PagesAnswer>(client, workflowId, BATCH_PAGES_QUERY, asked) : null;
  if (answer !== null) return answer;
  const { accepted, batch: begun } = await readBegun(client, workflowId);
  const { pages, isPaused } = end.kind === 'completed' ? (end.result as BatchResult).batch : begun;
  return {
    sizes: pages.map(({ letters }) => letters.length),
    pages: pages.slice(asked.from, asked.from + asked.count),
    upload: accepted.upload,
    isPaused,
  };
}

async function withDelivery(client: Client, workflowId: string, resource: BatchResource): Promise<BatchResource> {
  const callback = await withRecord(client, { owner: workflowId, run: resource.run }, resource.callback);
  return { ...resource, callback };
}

/** What its last run began with. */
async function readBegun(
  client: Client,
  workflowId: string,
): Promise<{ readonly accepted: AcceptedBatch; readonly batch: Batch; readonly startedAtMs: number }> {
  const { accepted, progress } = (await readWorkflowInput(client, { workflowId })) as BatchInput;
  return { accepted, batch: progress?.batch ?? createBatch(accepted), startedAtMs: progress?.startedAtMs ?? accepted.acceptedAtMs };
}

/** Nothing was left to say what became of the items: those without a verdict count as failed, so that the counts add up. */
function endedByForce(resource: BatchResource, end: Exclude<WorkflowEnd, { kind: 'open' | 'completed' }>): BatchResource {
  const { total, completed, cancelled } = resource.counts;
  const failed = total - completed - cancelled;
  return {
    ...resource,
    status: 'failed',
    counts: { ...resource.counts, pending: 0, running: 0, failed },
    percent: 100,
    completedAt: new Date(end.atMs).toISOString(),
    failures: [{ cause: end.kind, count: failed, example: `${resource.id}_0` }],
  };
}

async function query<T>(client: Client, workflowId: string, name: string, ...args: readonly unknown[]): Promise<T | null> {
  try {
    return await callEngine(client, QUERY_TIMEOUT_MS, () => client.workflow.getHandle(workflowId).query<T, unknown[]>(name, ...args));
  } catch (error) {
    if (isNotFound(error)) throw error;
    return null;
  }
}

import type { Client } from '@temporalio/client';
import { TASK_QUEUES } from '../../temporal/durable/names.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { parseMemberId } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { RunState } from '../../domain/event-run.ts';
import { showHolders } from '../../domain/limit-resource.ts';
import { estimateWaitMs, waitingOrder } from '../../domain/permits.ts';
import type { Why } from '../../domain/why.ts';
import { explainRun } from '../explain-run.ts';
import { readWaitingStage } from '../../temporal/read-waiting-stage.ts';
import { askRun } from '../../temporal/read-chunk.ts';
import { lackingWorker } from './lacking-worker.ts';
import { readBreaker } from './temporal-destination-service.ts';
import { readPermits } from './temporal-limit-service.ts';

const QUERY_TIMEOUT_MS = 500;

/** What an event waits for or does, with what its run can't know: who else holds the permit, and whether anybody works. */
export async function explainEvent(client: Client, resource: EventResource, nowMs: number): Promise<Why> {
  const run =
    resource.completedAt === null && !isInCompany(resource)
      ? await askRun(client, { workflowId: resource.workflow.id }, QUERY_TIMEOUT_MS)
      : null;
  const why = explainRun(resource, run, nowMs);
  if (why.reason === 'breaker') return withProbe(client, resource, why);
  if (why.reason === 'permit') return withPermits(client, resource, why, nowMs);
  if (why.reason === 'running') return (await withoutWorker(client, resource, run)) ?? (await lackingSlot(client, resource, why)) ?? why;
  return why;
}

/** The workflow of several answers no query. */
function isInCompany({ tenant, id, workflow }: EventResource): boolean {
  const place = parseMemberId(id);
  return place !== null && workflow.id === eventWorkflowId({ tenant, id: place.chunkId });
}

async function withProbe(client: Client, { tenant }: EventResource, why: Why): Promise<Why> {
  const { key: origin = '' } = why.details;
  const phase = (await readBreaker(client, { tenant, origin }))?.phase;
  if (phase?.state !== 'open') return why;
  const nextAttemptAt = phase.nextProbeAtMs === null ? null : new Date(phase.nextProbeAtMs).toISOString();
  const next = nextAttemptAt === null ? 'it answered 410, and nothing is sent until it is resumed' : `it is probed at ${nextAttemptAt}`;
  return { ...why, summary: `${why.summary.slice(0, -1)}: ${next}.`, details: { key: origin, nextAttemptAt } };
}

async function withPermits(client: Client, resource: EventResource, why: Why, nowMs: number): Promise<Why> {
  const { key = '' } = why.details;
  const permits = await readPermits(client, key);
  if (permits === null) return why;
  const order = waitingOrder(permits, nowMs);
  const index = order.findIndex(({ workflowId }) => workflowId === resource.workflow.id);
  const position = index < 0 ? null : index + 1;
  return {
    ...why,
    summary: `It waits for a permit of "${key}"${position === null ? '' : `, at position ${position}`}; ${permits.holders.length} hold one.`,
    details: {
      key,
      position,
      ...showHolders(permits, resource.tenant),
      etaMs: position === null ? null : estimateWaitMs(permits, position),
    },
  };
}

/** A stage that all workers are too busy to take; null where it has begun. */
async function lackingSlot(client: Client, { workflow }: EventResource, why: Why): Promise<Why | null> {
  const { stage } = why.details;
  if (stage === null || stage === undefined) return null;
  const sinceMs = await readWaitingStage(client, { workflowId: workflow.id, runId: workflow.runId }, stage, QUERY_TIMEOUT_MS);
  if (sinceMs === null) return null;
  const summary = `Its ${stage} waits for a free slot on a worker (WORKER_SLOTS).`;
  return { ...why, reason: 'slot', summary, since: new Date(sinceMs).toISOString() };
}

/** Which queue an event stands in that nobody takes from; null when somebody does. */
async function withoutWorker(client: Client, resource: EventResource, run: RunState | null): Promise<Why | null> {
  // A run that answers has somebody to run its workflow; what it waits for then is a worker for its stages.
  const lacking = await lackingWorker(client, run === null ? [TASK_QUEUES.light, TASK_QUEUES.heavy] : [TASK_QUEUES.heavy]);
  if (lacking === null) return null;
  const { queue: key, summary } = lacking;
  return { id: resource.id, status: resource.status, reason: 'no_worker', summary, since: resource.acceptedAt, details: { key } };
}

import type { Client } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import { ENDED_MEMO, PROGRESS_QUERY } from '../../domain/durable-names.ts';
import { ownerId } from '../../domain/event-id.ts';
import { hasEnded, toEventResource } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { acceptRun, endRun } from '../../domain/event-run.ts';
import type { EventRun, Progress } from '../../domain/event-run.ts';
import { liveResource } from '../live-runs.ts';
import type { LiveRuns } from '../live-runs.ts';
import { isNotFound, readEngine } from './engine-call.ts';
import { readWorkflowEnd, readWorkflowInput } from './history.ts';
import type { Execution, WorkflowEnd } from './history.ts';
import { readHeartbeat } from './read-heartbeat.ts';
import { withRecord } from './read-record.ts';

// A query waits for a task that runs local activities; a reader doesn't.
const QUERY_TIMEOUT_MS = 200;

/**
 * Reads an event with all that is known of its callback: what its closed workflow left, else what this process sees of it, else what its workflow answers at
 * once, else that it was accepted. Null when there is none.
 */
export async function readEvent(client: Client, liveRuns: LiveRuns, execution: Execution): Promise<EventResource | null> {
  const end = await readWorkflowEnd(client, execution);
  if (end === null) return null;
  if (end.kind === 'open') return readOpen(client, liveRuns, execution);
  const resource = await readEnded(client, execution, end);
  return resource === null ? null : withDelivery(client, resource);
}

/** What an event's workflow was started with; null when there is none. */
export async function readAccepted(client: Client, execution: Execution): Promise<AcceptedEvent | null> {
  try {
    const input = await readWorkflowInput(client, execution);
    return isAcceptedEvent(input) ? input : null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

async function readOpen(client: Client, liveRuns: LiveRuns, execution: Execution): Promise<EventResource | null> {
  const live = liveRuns.find(execution.workflowId);
  const seen = live === undefined ? null : liveResource(live);
  // Between its stages a run may wait, which only its workflow knows.
  if (seen !== null && hasEnded(seen)) return seen;
  const asked = await query<EventResource>(client, execution, PROGRESS_QUERY);
  if (asked !== null) return withHeartbeat(client, execution, asked, seen?.progress ?? null);
  if (seen !== null) return seen;
  const input = await readWorkflowInput(client, execution);
  return isAcceptedEvent(input) ? toResource(acceptRun(input), execution) : null;
}

async function readEnded(client: Client, execution: Execution, end: Exclude<WorkflowEnd, { kind: 'open' }>): Promise<EventResource | null> {
  if (end.kind === 'completed') return isResource(end.result) ? end.result : null;
  if (end.kind === 'failed' && isResource(end.detail)) return end.detail;
  const event = await readWorkflowInput(client, execution);
  if (end.kind === 'cancelled') {
    const { memo } = await readEngine(client, 1_500, () => client.workflow.getHandle(execution.workflowId, execution.runId).describe());
    const left = memo?.[ENDED_MEMO];
    if (isResource(left)) return { ...left, data: isAcceptedEvent(event) ? event.data : null };
    if (!isAcceptedEvent(event)) return null;
    return toResource(endRun(acceptRun(event), { status: 'cancelled', endedAtMs: end.atMs }), execution);
  }
  if (!isAcceptedEvent(event)) return null;
  // Ended from outside, or by an error of ours: there was no code left to run that could have said more.
  const code = end.kind === 'failed' ? (end.code ?? 'internal') : end.kind;
  const message =
    end.kind === 'failed' ? end.message : `the workflow was ${end.kind === 'terminated' ? 'terminated' : 'ended by its time limit'}`;
  const error = { code, message, stage: null, retryable: false };
  const { runId } = await readEngine(client, 1_500, () => client.workflow.getHandle(execution.workflowId, execution.runId).describe());
  const resource = toResource(endRun(acceptRun(event), { status: 'failed', endedAtMs: end.atMs, error }), { ...execution, runId });
  return { ...resource, callback: { ...resource.callback, status: event.callback === null ? 'none' : 'failed' } };
}

export async function withDelivery(client: Client, resource: EventResource): Promise<EventResource> {
  const callback = await withRecord(client, { owner: ownerId(resource), run: resource.run }, resource.callback);
  return { ...resource, callback };
}

/** What a heavy stage says of its progress is in its heartbeats, wherever it runs; they reach the engine late, but this process at once. */
async function withHeartbeat(
  client: Client,
  execution: Execution,
  resource: EventResource,
  seenHere: Progress | null,
): Promise<EventResource> {
  if (resource.status !== 'running') return resource;
  const progress = furthest(seenHere, await readHeartbeat(client, execution));
  return progress === null ? resource : { ...resource, progress };
}

function furthest(one: Progress | null, other: Progress | null): Progress | null {
  return (other?.percent ?? -1) > (one?.percent ?? -1) ? other : one;
}

async function query<T>(client: Client, { workflowId, runId }: Execution, name: string): Promise<T | null> {
  try {
    return await readEngine(client, QUERY_TIMEOUT_MS, () => client.workflow.getHandle(workflowId, runId).query<T>(name));
  } catch (error) {
    if (isNotFound(error)) throw error;
    return null;
  }
}

function toResource(run: EventRun, { workflowId, runId = '' }: Execution): EventResource {
  return toEventResource(run, initialCallback(run.event.callback?.url ?? null), { id: workflowId, runId });
}

function isResource(value: unknown): value is EventResource {
  return isRecord(value) && 'acceptedAt' in value && 'attempts' in value;
}

export function isAcceptedEvent(value: unknown): value is AcceptedEvent {
  return isRecord(value) && 'acceptedAtMs' in value && 'plan' in value;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

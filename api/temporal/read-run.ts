import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import type { KeptRun } from '../../domain/chunk.ts';
import { ownerId } from '../../domain/event-id.ts';
import { hasEnded, toEventResource } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { acceptRun, endRun, isEnded, stateOf } from '../../domain/event-run.ts';
import type { Progress } from '../../domain/event-run.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { Execution, WorkflowEnd } from '../../temporal/history.ts';
import { readChunk } from '../../temporal/read-chunk.ts';
import type { RecordedChunk } from '../../temporal/read-chunk.ts';
import { readHeartbeat } from '../../temporal/read-heartbeat.ts';
import { withRecord } from '../../temporal/read-record.ts';
import { liveResource } from '../live-runs.ts';
import type { LiveRuns } from '../live-runs.ts';

/** An event of a chunk, with all that is known of its callback; null where the chunk has none of that index. */
export async function readRun(client: Client, liveRuns: LiveRuns, chunk: RecordedChunk, index: number): Promise<EventResource | null> {
  const { events, runs, end, workflow } = chunk;
  const event = events[index];
  if (event === undefined) return null;
  const kept = runs?.[index];
  const own = kept?.hasLeft === true ? await readEvent(client, liveRuns, { workflowId: eventWorkflowId(event) }) : null;
  if (own !== null) return own;
  if (end.kind === 'open') return readOpen(client, liveRuns, chunk, event, kept);
  const run = kept === undefined ? acceptRun(event) : { event, ...kept };
  const ended = endRun(run, { status: 'failed', endedAtMs: endedAtMs(end), error: errorOf(end) });
  const callback = kept?.callback ?? initialCallback(event.callback?.url ?? null);
  const told = isEnded(run.phase) || callback.status === 'none' ? callback : { ...callback, status: 'failed' as const };
  return withDelivery(client, toEventResource(ended, told, { id: workflow.workflowId, runId: workflow.runId }));
}

/** An event that has a chunk of its own. Null when there is none. */
export async function readEvent(
  client: Client,
  liveRuns: LiveRuns,
  execution: Execution,
  known?: AcceptedEvent,
): Promise<EventResource | null> {
  const chunk = await readChunk(client, execution, known && [known]);
  return chunk && readRun(client, liveRuns, chunk, 0);
}

export async function withDelivery(client: Client, resource: EventResource): Promise<EventResource> {
  const callback = await withRecord(client, { owner: ownerId(resource), run: resource.run }, resource.callback);
  return { ...resource, callback };
}

async function readOpen(
  client: Client,
  liveRuns: LiveRuns,
  { events, workflow }: RecordedChunk,
  event: AcceptedEvent,
  kept: KeptRun | undefined,
): Promise<EventResource> {
  const live = liveRuns.find(events.length === 1 ? workflow.workflowId : eventWorkflowId(event));
  const seen = live === undefined ? null : liveResource(live);
  // Between its attempts a run may wait, which only its workflow knows.
  if (seen !== null && (kept === undefined || hasEnded(seen))) return seen;
  const state = kept ?? { ...stateOf(acceptRun(event)), callback: initialCallback(event.callback?.url ?? null) };
  const resource = toEventResource({ event, ...state }, state.callback, { id: workflow.workflowId, runId: workflow.runId });
  if (resource.status !== 'running' || event.plan.weight === 'light') return resource;
  const progress = furthest(seen?.progress ?? null, await readHeartbeat(client, workflow));
  return progress === null ? resource : { ...resource, progress };
}

/** What a heavy stage says of its progress is in its heartbeats, wherever it runs; they reach the engine late, but this process at once. */
function furthest(one: Progress | null, other: Progress | null): Progress | null {
  return (other?.percent ?? -1) > (one?.percent ?? -1) ? other : one;
}

function endedAtMs(end: WorkflowEnd): number {
  return 'atMs' in end ? end.atMs : 0;
}

/** Why what has no verdict will never have one: there was no code left to run that could have said more. */
function errorOf(end: WorkflowEnd) {
  if (end.kind === 'failed') {
    const { failure } = end;
    const type = failure instanceof ApplicationFailure ? failure.type : null;
    return { code: type ?? 'internal', message: failure.message, stage: null, retryable: false };
  }
  const how = end.kind === 'terminated' ? 'terminated' : 'ended by its time limit';
  return { code: end.kind, message: `the workflow was ${how}`, stage: null, retryable: false };
}

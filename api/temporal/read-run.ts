import type { Client } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import type { KeptRun } from '../../domain/chunk.ts';
import { ownerId, runName } from '../../domain/event-id.ts';
import { hasEnded, toFullResource } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { endRun, failRun, isEnded, stateOf } from '../../domain/event-run.ts';
import type { EventRun, Progress } from '../../domain/event-run.ts';
import { isInline } from '../../domain/is-inline.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { toForcedEnd } from '../../temporal/forced-end.ts';
import type { Execution, WorkflowEnd } from '../../temporal/history.ts';
import { begunRun, findChunk, mayHaveLeft, readRuns } from '../../temporal/read-chunk.ts';
import type { FoundChunk, RecordedChunk } from '../../temporal/read-chunk.ts';
import { readStanding } from '../../temporal/read-standing.ts';
import { readHeartbeat } from '../../temporal/read-heartbeat.ts';
import type { Heartbeat } from '../../temporal/read-heartbeat.ts';
import { withRecord } from '../../temporal/read-record.ts';
import { liveResource } from '../live-runs.ts';
import { withHandlers } from './read-handlers.ts';
import type { LiveRuns } from '../live-runs.ts';

/** An event of a chunk, with all that is known of its callback; null where the chunk has none of that index. */
export async function readRun(client: Client, liveRuns: LiveRuns, found: FoundChunk, index: number): Promise<EventResource | null> {
  const { execution, events, end } = found;
  const event = events[index];
  if (event === undefined) return null;
  const live = end.kind === 'open' ? liveRuns.find(events.length === 1 ? execution.workflowId : eventWorkflowId(event)) : undefined;
  // Of an event that is replayed, this process may remember the run before.
  const seen = live === undefined || live.run.event.run < event.run ? null : liveResource(live);
  // Known here before it is on record, and before the engine could say anything of it.
  if (seen !== null && hasEnded(seen)) return seen;
  // Before how it stands is read: an attempt that ends in between leaves what it has said there.
  const heartbeat = end.kind === 'open' && !isInline(event.plan) ? await readHeartbeat(client, execution) : null;
  const recorded = await readRuns(client, found);
  const kept = recorded.runs?.[index];
  const own = mayHaveLeft(found, kept) ? await readEvent(client, liveRuns, { workflowId: leftWorkflowId(event) }) : null;
  if (own !== null) return own;
  const begun = begunRun(found, event, index);
  if (end.kind === 'open') {
    const open = await readOpen(client, recorded, begun, { kept, seen, heartbeat });
    return withHandlers(client, open, (by, workflowId) => readEvent(by, liveRuns, { workflowId }));
  }
  const { workflow } = recorded;
  const run = kept === undefined ? begun : { event, ...kept };
  const ended = endLost(run, end);
  const callback = kept?.callback ?? initialCallback(event.callback?.url ?? null);
  const told = isEnded(run.phase) || callback.status === 'none' ? callback : { ...callback, status: 'failed' as const };
  return withDelivery(client, toFullResource(ended, told, { id: workflow.workflowId, runId: workflow.runId }));
}

/** Of the chunk of its own that a run goes on as, where it has left another. */
function leftWorkflowId(event: AcceptedEvent): string {
  return eventWorkflowId({ tenant: event.tenant, id: runName(event) });
}

/** An event that has a chunk of its own. Null when there is none. */
export async function readEvent(
  client: Client,
  liveRuns: LiveRuns,
  execution: Execution,
  known?: AcceptedEvent,
): Promise<EventResource | null> {
  const found = await findChunk(client, execution, known && [known]);
  return found && readRun(client, liveRuns, found, 0);
}

export async function withDelivery(client: Client, resource: EventResource): Promise<EventResource> {
  const callback = await withRecord(client, { owner: ownerId(resource), run: resource.run }, resource.callback);
  return { ...resource, callback };
}

/** What is known of an open run. */
interface Known {
  readonly kept: KeptRun | undefined;
  /** By this process. */
  readonly seen: EventResource | null;
  readonly heartbeat: Heartbeat | null;
}

async function readOpen(
  client: Client,
  { workflow, events }: RecordedChunk,
  begun: EventRun,
  { kept, seen, heartbeat }: Known,
): Promise<EventResource> {
  const { event } = begun;
  // Between its attempts a run may wait, which only its workflow knows.
  if (seen !== null && kept === undefined) return seen;
  const { workflowId } = workflow;
  // Of several, what becomes of each is on record with that of the others.
  const standing = kept ?? (events.length === 1 ? await readStanding(client, { workflowId }, begun) : null);
  const callback = kept?.callback ?? initialCallback(event.callback?.url ?? null);
  const run = { event, ...(standing ?? stateOf(begun)) };
  const resource = toFullResource(run, callback, { id: workflowId, runId: workflow.runId });
  if (resource.status !== 'running') return resource;
  const ofStage = [seen, heartbeat].flatMap((one) => (one?.stage === resource.stage ? [one.progress] : []));
  return { ...resource, progress: ofStage.reduce(furthest, resource.progress) };
}

/** What a heavy stage says of its progress is in its heartbeats, wherever it runs; they reach the engine late, but this process at once. */
function furthest(one: Progress | null, other: Progress | null): Progress | null {
  return (other?.percent ?? -1) > (one?.percent ?? -1) ? other : one;
}

/** How a run ends that has no verdict and will never have one. */
export function endLost(run: EventRun, end: Exclude<WorkflowEnd, { kind: 'open' }>): EventRun {
  const forced = toForcedEnd(end);
  if (end.kind === 'cancelled') return endRun(run, { status: 'cancelled', endedAtMs: forced.atMs });
  return failRun(run, forced, forced.atMs);
}

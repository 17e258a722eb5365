import type { Client } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import type { Chunk, ChunkOutcome, ChunkRecord, KeptRun } from '../../domain/chunk.ts';
import { eventsOf, runsOf } from '../../domain/chunk.ts';
import { beginChunk, recordChunk, toRecord } from '../../domain/chunk-run.ts';
import { CHUNK_QUERY, ENDED_MEMO } from '../../temporal/durable/names.ts';
import { ownerId } from '../../domain/event-id.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { hasEnded, toEventResource } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { acceptRun, endRun, isEnded, stateOf } from '../../domain/event-run.ts';
import type { Progress } from '../../domain/event-run.ts';
import { liveResource } from '../live-runs.ts';
import type { LiveRuns } from '../live-runs.ts';
import { isNotFound, readEngine } from '../../temporal/engine-call.ts';
import { readRecorded, readWorkflowEnd, readWorkflowStart } from '../../temporal/history.ts';
import type { Execution, WorkflowEnd } from '../../temporal/history.ts';
import { readHeartbeat } from '../../temporal/read-heartbeat.ts';
import { withRecord } from '../../temporal/read-record.ts';

// A query waits for a task that runs local activities; a reader doesn't.
const QUERY_TIMEOUT_MS = 200;

/** A chunk as the engine has it. */
export interface RecordedChunk {
  readonly events: readonly AcceptedEvent[];
  /** Of those in `events`; null where the engine has nothing on record yet. */
  readonly runs: readonly KeptRun[] | null;
  readonly end: WorkflowEnd;
  readonly workflow: Required<Execution>;
}

/**
 * Reads a chunk: what its closed workflow left, else what it answers at once. Null when there is none.
 * @param known its events, where the workflow was started with something else
 */
export async function readChunk(client: Client, execution: Execution, known?: readonly AcceptedEvent[]): Promise<RecordedChunk | null> {
  const [end, started] = await Promise.all([readWorkflowEnd(client, execution), readWorkflowStart(client, execution)]);
  if (end === null || started === null) return null;
  const chunk = isChunk(started.input) ? started.input : null;
  const events = known ?? (chunk && eventsOf(chunk));
  if (events === null) return null;
  const workflow = { workflowId: execution.workflowId, runId: execution.runId ?? started.runId };
  const record = end.kind === 'open' ? await recordOfOpen(client, workflow, events) : await recordOfClosed(client, workflow, end, chunk);
  return { events, runs: record?.runs ?? null, end, workflow };
}

/** In company nothing is on record before all of it is. */
async function recordOfOpen(client: Client, workflow: Required<Execution>, events: readonly AcceptedEvent[]): Promise<ChunkRecord | null> {
  if (events.length > 1) return null;
  try {
    const handle = client.workflow.getHandle(workflow.workflowId, workflow.runId);
    return await readEngine(client, QUERY_TIMEOUT_MS, () => handle.query<ChunkRecord>(CHUNK_QUERY));
  } catch (error) {
    if (isNotFound(error)) throw error;
    return null;
  }
}

async function recordOfClosed(
  client: Client,
  workflow: Required<Execution>,
  end: Exclude<WorkflowEnd, { kind: 'open' }>,
  chunk: Chunk | null,
): Promise<ChunkRecord | null> {
  if (end.kind === 'completed') return isChunkRecord(end.result) ? end.result : null;
  if (end.kind === 'failed' && isChunkRecord(end.detail)) return end.detail;
  if (end.kind === 'cancelled') {
    const { memo } = await readEngine(client, 1_500, () => client.workflow.getHandle(workflow.workflowId, workflow.runId).describe());
    const left = memo?.[ENDED_MEMO];
    return isChunkRecord(left) ? left : null;
  }
  // Ended from outside, or by an error of ours, it left what its calls had come to by then.
  const recorded = chunk === null ? null : await readRecorded(client, workflow);
  if (chunk === null || recorded === null) return null;
  const runs = recorded.results.filter(isOutcome).reduce(recordChunk, beginChunk(runsOf(chunk)));
  return toRecord(runs);
}

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
  const code = end.kind === 'failed' ? (end.code ?? 'internal') : end.kind;
  const how = end.kind === 'terminated' ? 'terminated' : 'ended by its time limit';
  const message = end.kind === 'failed' ? end.message : `the workflow was ${how}`;
  return { code, message, stage: null, retryable: false };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isChunk(input: unknown): input is Chunk {
  return isRecord(input) && 'shared' in input && 'own' in input;
}

function isChunkRecord(value: unknown): value is ChunkRecord {
  return isRecord(value) && Array.isArray(value['runs']) && value['runs'].every((run) => isRecord(run) && 'callback' in run);
}

/** Others of its local activities leave markers too. */
function isOutcome(result: unknown): result is ChunkOutcome {
  return isRecord(result) && Array.isArray(result['runs']);
}

import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { Chunk, ChunkOutcome, ChunkRecord, KeptRun } from '../domain/chunk.ts';
import { eventsOf, runsOf } from '../domain/chunk.ts';
import { beginChunk, recordChunk, toRecord } from '../domain/chunk-run.ts';
import { CHUNK_QUERY, ENDED_MEMO } from './durable/names.ts';
import { isNotFound, readEngine } from './engine-call.ts';
import { readRecorded, readWorkflowEnd, readWorkflowStart } from './history.ts';
import type { Execution, WorkflowEnd } from './history.ts';

// A query waits for a task that runs local activities; a reader doesn't.
const QUERY_TIMEOUT_MS = 200;
const READ_TIMEOUT_MS = 1_500;

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
  const left = await readLeft(client, workflow, end);
  if (left !== null || end.kind === 'completed' || end.kind === 'cancelled') return left;
  // Ended from outside, or by an error of ours, it left what its calls had come to by then.
  const recorded = chunk === null ? null : await readRecorded(client, workflow);
  if (chunk === null || recorded === null) return null;
  const runs = recorded.results.filter(isOutcome).reduce(recordChunk, beginChunk(runsOf(chunk)));
  return toRecord(runs);
}

/**
 * The record that the workflow of a chunk has left at its end: as its result, in the details of its failure, or, where it was
 * cancelled, in its memo. Null where it left none, as it does where it is ended from outside or by an error of ours.
 */
export async function readLeft(client: Client, { workflowId, runId }: Required<Execution>, end: WorkflowEnd): Promise<ChunkRecord | null> {
  switch (end.kind) {
    case 'completed':
      return toChunkRecord(end.result);
    case 'failed':
      return toChunkRecord(end.failure instanceof ApplicationFailure ? end.failure.details?.[0] : null);
    case 'cancelled': {
      const { memo } = await readEngine(client, READ_TIMEOUT_MS, () => client.workflow.getHandle(workflowId, runId).describe());
      return toChunkRecord(memo?.[ENDED_MEMO]);
    }
    default:
      return null;
  }
}

function toChunkRecord(left: unknown): ChunkRecord | null {
  return isChunkRecord(left) ? left : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
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

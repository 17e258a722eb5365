import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { Chunk, ChunkOutcome, KeptRun, RunRecord } from '../domain/chunk.ts';
import { eventsOf, runsOf } from '../domain/chunk.ts';
import { beginChunk, recordChunk, toKept } from '../domain/chunk-run.ts';
import { acceptRun } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { askInTime } from './ask-workflow.ts';
import { ENDED_MEMO, RUN_QUERY } from './durable/names.ts';
import { readEngine } from './engine-call.ts';
import { readRecorded, readWorkflowEnd, readWorkflowStart } from './history.ts';
import type { Execution, WorkflowEnd, WorkflowStart } from './history.ts';

// A query waits for a task that runs local activities; a reader doesn't.
const QUERY_TIMEOUT_MS = 200;
const READ_TIMEOUT_MS = 1_500;

/** A chunk as its history begins and ends. */
export interface FoundChunk {
  readonly execution: Execution;
  readonly events: readonly AcceptedEvent[];
  /** Null for a workflow that was started with something else. */
  readonly chunk: Chunk | null;
  readonly end: WorkflowEnd;
  /** The first run of the workflow, which a reset leaves for another. */
  readonly firstRunId: string;
}

/** With what is on record of it. */
export interface RecordedChunk extends Pick<FoundChunk, 'events' | 'end'> {
  /** Of those in `events`; null where the engine has nothing on record yet. */
  readonly runs: readonly KeptRun[] | null;
  readonly workflow: Required<Execution>;
}

/**
 * Reads how a workflow began and how it ended, which waits for nobody's task. Null when there is no such workflow.
 * @param known its events, where the workflow was started with something else
 */
export async function findChunk(client: Client, execution: Execution, known?: readonly AcceptedEvent[]): Promise<FoundChunk | null> {
  const [end, started] = await readBothEnds(client, execution);
  if (end === null || started === null) return null;
  const chunk = isChunk(started.input) ? started.input : null;
  const events = known ?? (chunk && eventsOf(chunk));
  return events && { execution, events, chunk, end, firstRunId: started.runId };
}

/**
 * Of a workflow's newest run a replay may begin the next one between two calls, and the end of the one must not be shown as that of the
 * other: so the beginning is read second, and where it is of a replay the end again.
 */
async function readBothEnds(client: Client, execution: Execution): Promise<[WorkflowEnd | null, WorkflowStart | null]> {
  if (execution.runId !== undefined) return Promise.all([readWorkflowEnd(client, execution), readWorkflowStart(client, execution)]);
  const end = await readWorkflowEnd(client, execution);
  const started = end && (await readWorkflowStart(client, execution));
  const isReplay = isChunk(started?.input) && eventsOf(started.input).some(({ replay }) => replay !== undefined);
  return [isReplay ? await readWorkflowEnd(client, execution) : end, started];
}

/** A run of a chunk as its workflow was given it. */
export function begunRun({ chunk }: FoundChunk, event: AcceptedEvent, index: number): EventRun {
  return (chunk && runsOf(chunk)[index]) ?? acceptRun(event);
}

/**
 * Whether a run may go on, or have been replayed, as a chunk of its own: it has left its company, or that was ended before the run
 * was complete.
 */
export function mayHaveLeft({ events, end }: Pick<FoundChunk, 'events' | 'end'>, kept: KeptRun | undefined): boolean {
  return kept?.hasLeft === true || (events.length > 1 && end.kind !== 'open' && kept?.phase.status !== 'completed');
}

/** What a chunk's closed workflow left, else what it answers at once or has recorded by now. */
export async function readRuns(client: Client, found: FoundChunk): Promise<RecordedChunk> {
  const { execution, events, end, firstRunId } = found;
  const left = events.length === 1 ? await readAlone(client, execution, end) : null;
  const runs = left === null ? await readOutcomes(client, found) : [left];
  return { events, end, runs, workflow: { workflowId: execution.workflowId, runId: left?.runId ?? execution.runId ?? firstRunId } };
}

/**
 * Several that share a workflow, and what is on record of each, by one read of their history; null when there is no such workflow.
 */
export async function readShared(client: Client, execution: Required<Execution>): Promise<RecordedChunk | null> {
  const recorded = await readRecorded(client, execution);
  if (recorded === null || !isChunk(recorded.input)) return null;
  const { input, end, results } = recorded;
  return { events: eventsOf(input), end, runs: runsIn(input, results), workflow: execution };
}

function readAlone(client: Client, execution: Execution, end: WorkflowEnd): Promise<RunRecord | null> {
  return end.kind === 'open' ? askRun(client, execution) : readLeft(client, execution, end);
}

/** What the workflow of a run that is alone answers in time; null where nobody is there to answer, or is busy with its stages. */
export function askRun(client: Client, execution: Execution, timeoutMs = QUERY_TIMEOUT_MS): Promise<RunRecord | null> {
  return askInTime(client, execution, { query: RUN_QUERY, timeoutMs });
}

/**
 * What the calls of a workflow have come to by now: all that is ever on record of those in company, and of one that is alone all
 * that is left where it was ended from outside, or by an error of ours. Null where none has come to its end.
 */
async function readOutcomes(client: Client, { execution, events, chunk, end }: FoundChunk): Promise<readonly KeptRun[] | null> {
  if (chunk === null || (end.kind === 'open' && events.length === 1)) return null;
  const recorded = await readRecorded(client, execution);
  return runsIn(chunk, recorded?.results ?? []);
}

function runsIn(chunk: Chunk, results: readonly unknown[]): readonly KeptRun[] | null {
  const outcomes = results.filter(isOutcome);
  return outcomes.length === 0 ? null : outcomes.reduce(recordChunk, beginChunk(runsOf(chunk))).map(toKept);
}

/**
 * The record that the workflow of a run that is alone has left at its end: as its result, in the details of its failure, or, where
 * it was cancelled, in its memo. Null where it left none, as it does where it is ended from outside or by an error of ours.
 */
export async function readLeft(client: Client, { workflowId, runId }: Execution, end: WorkflowEnd): Promise<RunRecord | null> {
  switch (end.kind) {
    case 'completed':
      return toRunRecord(end.result);
    case 'failed':
      return toRunRecord(end.failure instanceof ApplicationFailure ? end.failure.details?.[0] : null);
    case 'cancelled': {
      const { memo } = await readEngine(client, READ_TIMEOUT_MS, () => client.workflow.getHandle(workflowId, runId).describe());
      return toRunRecord(memo?.[ENDED_MEMO]);
    }
    default:
      return null;
  }
}

function toRunRecord(left: unknown): RunRecord | null {
  return isRecord(left) && 'phase' in left && 'callback' in left && 'runId' in left ? (left as unknown as RunRecord) : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function isChunk(input: unknown): input is Chunk {
  return isRecord(input) && 'shared' in input && 'own' in input;
}

/** Others of its activities leave results too. */
function isOutcome(result: unknown): result is ChunkOutcome {
  return isRecord(result) && Array.isArray(result['runs']);
}

import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { EngineUnavailableError } from './engine-unavailable-error.ts';
import { decodeFailure, decodeFirst } from './decode.ts';
import { ifFound, readEngine } from './engine-call.ts';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export interface Execution {
  readonly workflowId: string;
  readonly runId?: string;
}

const { EventType } = proto.temporal.api.enums.v1;
// Of a request, which is to be answered within 2 s also where the engine is away.
const READ_TIMEOUT_MS = 1_500;
/** Of an activity, for which no request waits. */
export const ACTIVITY_READ_TIMEOUT_MS = 5_000;
// As the SDK's core writes it.
const LOCAL_ACTIVITY_MARKER = 'core_local_activity';
// After a commit that failed and was repeated, the engine keeps the row of the failed one. It reads that row as part of a page and
// leaves it out of the answer: a small page then comes back empty and without a token, though the workflow and its history are there.
// Only NOT_FOUND means that there is no such workflow.
const PAGE_SIZES = [1, 64];

/** How a workflow ended, as its history's last event says, or that it hasn't; null when there is no such workflow. */
export type WorkflowEnd =
  | { readonly kind: 'open' }
  | { readonly kind: 'completed'; readonly result: unknown; readonly atMs: number }
  | { readonly kind: 'failed'; readonly failure: Error; readonly atMs: number }
  | { readonly kind: 'cancelled' | 'terminated' | 'timed_out'; readonly atMs: number };

/**
 * Reads the end of a history, backwards: one call, which never waits for a running task. (Asking for the close event of
 * an open workflow waits for 20 s on server 1.29.)
 */
export function readWorkflowEnd(client: Client, execution: Execution, timeoutMs = READ_TIMEOUT_MS): Promise<WorkflowEnd | null> {
  return ifFound(async () => {
    const last = await firstShown((maximumPageSize) =>
      readEngine(client, timeoutMs, () =>
        client.workflowService.getWorkflowExecutionHistoryReverse({ namespace: client.options.namespace, execution, maximumPageSize }),
      ),
    );
    return toEnd(client, execution, last ?? (await readAll(client, execution, timeoutMs)).last);
  });
}

/**
 * What a workflow was started with, which only its type says the shape of.
 * @throws EngineUnavailableError, and an error of which `isNotFound` is true where there is no such workflow
 */
export async function readWorkflowInput<Input>(client: Client, execution: Execution, timeoutMs = READ_TIMEOUT_MS): Promise<Input> {
  const input = await inputOf(client, execution, await readFirst(client, execution, timeoutMs));
  if (input === undefined) throw new Error(`the workflow "${execution.workflowId}" was started with nothing`);
  return input as Input;
}

export interface WorkflowStart {
  readonly input: unknown;
  readonly runId: string;
  /** By the engine's clock. */
  readonly atMs: number;
}

/** The same, and as which run; null when there is no such workflow. */
export function readWorkflowStart(client: Client, execution: Execution, timeoutMs = READ_TIMEOUT_MS): Promise<WorkflowStart | null> {
  return ifFound(async () => {
    const first = await readFirst(client, execution, timeoutMs);
    return { input: await inputOf(client, execution, first), runId: runIdOf(first), atMs: atMsOf(first) };
  });
}

async function readFirst(client: Client, execution: Execution, timeoutMs: number): Promise<HistoryEvent> {
  const first = await firstShown((maximumPageSize) =>
    readEngine(client, timeoutMs, () =>
      client.workflowService.getWorkflowExecutionHistory({ namespace: client.options.namespace, execution, maximumPageSize }),
    ),
  );
  return first ?? (await readAll(client, execution, timeoutMs)).first;
}

/** A history as far as it goes: what it was started with, what activities left in it, in order, and how it ended. */
export interface Recorded {
  readonly input: unknown;
  readonly results: readonly unknown[];
  readonly end: WorkflowEnd;
  readonly runId: string;
  /** The run that went on as this one; null where it is the first. */
  readonly continuedRunId: string | null;
}

/** Null when there is no such workflow. */
export function readRecorded(client: Client, execution: Execution, timeoutMs = READ_TIMEOUT_MS): Promise<Recorded | null> {
  return ifFound(async () => {
    const { first, last, events } = await readAll(client, execution, timeoutMs);
    return {
      input: await inputOf(client, execution, first),
      results: await resultsOf(client, execution, events),
      end: await toEnd(client, execution, last),
      runId: runIdOf(first),
      continuedRunId: first.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || null,
    };
  });
}

/** All that is in a history, in order; null when there is no such workflow. */
export function readEvents(client: Client, execution: Execution, timeoutMs = READ_TIMEOUT_MS): Promise<readonly HistoryEvent[] | null> {
  return ifFound(async () => (await readAll(client, execution, timeoutMs)).events);
}

function runIdOf(first: HistoryEvent): string {
  return first.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '';
}

/** By the engine's clock. */
export function atMsOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1_000 + Math.floor((eventTime?.nanos ?? 0) / 1_000_000);
}

interface HistoryPage {
  readonly history?: temporal.api.history.v1.IHistory | null;
}

/** The first event of the smallest page that shows any; undefined where none does. */
async function firstShown(readPage: (maximumPageSize: number) => Promise<HistoryPage>): Promise<HistoryEvent | undefined> {
  for (const maximumPageSize of PAGE_SIZES) {
    const { history } = await readPage(maximumPageSize);
    const [event] = history?.events ?? [];
    if (event !== undefined) return event;
  }
  return undefined;
}

interface WholeHistory {
  readonly first: HistoryEvent;
  readonly last: HistoryEvent;
  readonly events: readonly HistoryEvent[];
}

/** A history page by page, forwards. */
async function readAll(client: Client, execution: Execution, timeoutMs: number): Promise<WholeHistory> {
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await readEngine(client, timeoutMs, () =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution,
        ...(nextPageToken && { nextPageToken }),
      }),
    );
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
  const [first] = events;
  const last = events.at(-1);
  // No workflow has an empty history: the engine can't read this one just now.
  if (first === undefined || last === undefined)
    throw new EngineUnavailableError(`the engine shows no event of the history of "${execution.workflowId}"`);
  return { first, last, events };
}

function inputOf(client: Client, { workflowId }: Execution, first: HistoryEvent): Promise<unknown> {
  return decodeFirst(client, { workflowId }, first.workflowExecutionStartedEventAttributes?.input);
}

/** What activities have left, local ones and others, in order. */
function resultsOf(client: Client, { workflowId }: Execution, events: readonly HistoryEvent[]): Promise<readonly unknown[]> {
  const left = events.flatMap(({ markerRecordedEventAttributes: marker, activityTaskCompletedEventAttributes: completed }) => {
    if (marker?.markerName === LOCAL_ACTIVITY_MARKER) return [{ isLocal: true, result: marker.details?.['result'] }];
    return completed ? [{ isLocal: false, result: completed.result }] : [];
  });
  return Promise.all(left.map(({ isLocal, result }) => decodeFirst(client, { workflowId, activity: { isLocal } }, result)));
}

async function toEnd(client: Client, { workflowId }: Execution, event: HistoryEvent): Promise<WorkflowEnd> {
  const atMs = atMsOf(event);
  switch (event.eventType) {
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
      return {
        kind: 'completed',
        result: await decodeFirst(client, { workflowId }, event.workflowExecutionCompletedEventAttributes?.result),
        atMs,
      };
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: {
      const failure = await decodeFailure(client, { workflowId }, event.workflowExecutionFailedEventAttributes?.failure);
      return { kind: 'failed', failure, atMs };
    }
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
      return { kind: 'cancelled', atMs };
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
      return { kind: 'terminated', atMs };
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
      return { kind: 'timed_out', atMs };
    default:
      return { kind: 'open' };
  }
}

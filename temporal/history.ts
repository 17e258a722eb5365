import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { EngineUnavailableError } from './engine-unavailable-error.ts';
import { isNotFound, readEngine } from './engine-call.ts';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export interface Execution {
  readonly workflowId: string;
  readonly runId?: string;
}

const { EventType } = proto.temporal.api.enums.v1;
const READ_TIMEOUT_MS = 1_500;
// As the SDK's core writes it.
const LOCAL_ACTIVITY_MARKER = 'core_local_activity';
// After a commit that failed and was repeated, the engine keeps the row of the failed one. It reads that row as part of a page and
// leaves it out of the answer: a small page then comes back empty and without a token, though the workflow and its history are there.
// Only NOT_FOUND means that there is no such workflow.
const PAGE_SIZES = [1, 64];

/** How a workflow ended, as its history's last event says, or that it hasn't; null when there is no such workflow. */
export type WorkflowEnd =
  | { readonly kind: 'open' }
  | { readonly kind: 'completed'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string; readonly detail: unknown; readonly atMs: number }
  | { readonly kind: 'cancelled' | 'terminated' | 'timed_out'; readonly atMs: number };

/**
 * Reads the end of a history, backwards: one call, which never waits for a running task. (Asking for the close event of
 * an open workflow waits for 20 s on server 1.29.)
 */
export async function readWorkflowEnd(client: Client, execution: Execution, timeoutMs = READ_TIMEOUT_MS): Promise<WorkflowEnd | null> {
  try {
    const last = await firstShown((maximumPageSize) =>
      readEngine(client, timeoutMs, () =>
        client.workflowService.getWorkflowExecutionHistoryReverse({ namespace: client.options.namespace, execution, maximumPageSize }),
      ),
    );
    return toEnd(last ?? (await readAll(client, execution)).last);
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** What a workflow was started with. */
export async function readWorkflowInput(client: Client, execution: Execution): Promise<unknown> {
  return inputOf(await readFirst(client, execution));
}

export interface WorkflowStart {
  readonly input: unknown;
  readonly runId: string;
}

/** The same, and as which run; null when there is no such workflow. */
export async function readWorkflowStart(client: Client, execution: Execution): Promise<WorkflowStart | null> {
  try {
    const first = await readFirst(client, execution);
    return { input: inputOf(first), runId: runIdOf(first) };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

async function readFirst(client: Client, execution: Execution): Promise<HistoryEvent> {
  const first = await firstShown((maximumPageSize) =>
    readEngine(client, READ_TIMEOUT_MS, () =>
      client.workflowService.getWorkflowExecutionHistory({ namespace: client.options.namespace, execution, maximumPageSize }),
    ),
  );
  return first ?? (await readAll(client, execution)).first;
}

/** A history as far as it goes: what it was started with, what local activities left in it, in order, and how it ended. */
export interface Recorded {
  readonly input: unknown;
  readonly results: readonly unknown[];
  readonly end: WorkflowEnd;
  readonly runId: string;
}

/** Null when there is no such workflow. */
export async function readRecorded(client: Client, execution: Execution): Promise<Recorded | null> {
  try {
    const { first, last, events } = await readAll(client, execution);
    return {
      input: inputOf(first),
      results: events.flatMap(({ markerRecordedEventAttributes: marker }) =>
        marker?.markerName === LOCAL_ACTIVITY_MARKER ? [decodeFirst(marker.details?.['result'])] : [],
      ),
      end: toEnd(last),
      runId: runIdOf(first),
    };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function runIdOf(first: HistoryEvent): string {
  return first.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '';
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
async function readAll(client: Client, execution: Execution): Promise<WholeHistory> {
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await readEngine(client, READ_TIMEOUT_MS, () =>
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

function inputOf(first: HistoryEvent): unknown {
  return decodeFirst(first.workflowExecutionStartedEventAttributes?.input);
}

function toEnd(event: HistoryEvent): WorkflowEnd {
  const atMs = Number(event.eventTime?.seconds ?? 0) * 1_000 + Math.floor((event.eventTime?.nanos ?? 0) / 1_000_000);
  switch (event.eventType) {
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
      return { kind: 'completed', result: decodeFirst(event.workflowExecutionCompletedEventAttributes?.result) };
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: {
      const failure = event.workflowExecutionFailedEventAttributes?.failure;
      return {
        kind: 'failed',
        code: failure?.applicationFailureInfo?.type ?? null,
        message: failure?.message ?? '',
        detail: decodeFirst(failure?.applicationFailureInfo?.details),
        atMs,
      };
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

function decodeFirst(payloads: temporal.api.common.v1.IPayloads | null | undefined): unknown {
  const payload = payloads?.payloads?.[0];
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { callEngine, isNotFound } from './engine-call.ts';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export interface Execution {
  readonly workflowId: string;
  readonly runId?: string;
}

const { EventType } = proto.temporal.api.enums.v1;
const READ_TIMEOUT_MS = 1_500;
// As the SDK's core writes it.
const LOCAL_ACTIVITY_MARKER = 'core_local_activity';

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
    const { history } = await callEngine(client, timeoutMs, () =>
      client.workflowService.getWorkflowExecutionHistoryReverse({
        namespace: client.options.namespace,
        execution,
        maximumPageSize: 1,
      }),
    );
    const [last] = history?.events ?? [];
    return last ? toEnd(last) : null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** What a workflow was started with. */
export async function readWorkflowInput(client: Client, execution: Execution): Promise<unknown> {
  const { history } = await callEngine(client, READ_TIMEOUT_MS, () =>
    client.workflowService.getWorkflowExecutionHistory({ namespace: client.options.namespace, execution, maximumPageSize: 1 }),
  );
  return decodeFirst(history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input);
}

/** What local activities left in a history, in order. */
export async function readLocalResults(client: Client, execution: Execution): Promise<readonly unknown[]> {
  const results: unknown[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await callEngine(client, READ_TIMEOUT_MS, () =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution,
        ...(nextPageToken && { nextPageToken }),
      }),
    );
    for (const { markerRecordedEventAttributes: marker } of page.history?.events ?? []) {
      if (marker?.markerName === LOCAL_ACTIVITY_MARKER) results.push(decodeFirst(marker.details?.['result']));
    }
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
  return results;
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

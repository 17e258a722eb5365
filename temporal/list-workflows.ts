import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { createFewAtOnce } from '../runtime/few-at-once.ts';
import type { FewAtOnce } from '../runtime/few-at-once.ts';
import { readEngine } from './engine-call.ts';
import type { WorkflowEnd } from './history.ts';

const { WorkflowExecutionStatus: Status } = proto.temporal.api.enums.v1;

/** How and when a workflow was closed, as the index says: without what it left. */
export interface ListedEnd {
  readonly kind: Exclude<WorkflowEnd['kind'], 'open'>;
  readonly atMs: number;
}

export interface ListedWorkflow {
  readonly workflowId: string;
  readonly runId: string;
  /** Its type's name. */
  readonly type: string;
  /** By the engine's clock, in microseconds since 1970: the engine keeps no finer time, and this never changes. */
  readonly startedAtUs: number;
  /** Null while it is open. */
  readonly end: ListedEnd | null;
  /** As it is stored; `readMemo` says what is in it. */
  readonly memo: Memo;
}

export type Memo = temporal.api.common.v1.IMemo | null;

export interface WorkflowPage {
  readonly workflows: readonly ListedWorkflow[];
  readonly nextToken: Uint8Array | null;
}

export interface ListRequest {
  readonly query: string;
  readonly pageSize: number;
  readonly token?: Uint8Array | null;
}

const LIST_TIMEOUT_MS = 1_500;
// Of a process. The embedded engine has one connection to its database, for which events stand in line too.
const QUERIES_AT_ONCE = 4;

const lines = new WeakMap<Client, FewAtOnce>();

function lineOf(client: Client): FewAtOnce {
  const line = lines.get(client) ?? createFewAtOnce(QUERIES_AT_ONCE);
  lines.set(client, line);
  return line;
}

/**
 * A page of what the engine's index knows, which may lag by a second. Open workflows come first, and then those that closed last:
 * a workflow that ends changes its place, so that no list for clients is a list of these pages. @throws EngineUnavailableError
 */
export async function listWorkflows(client: Client, { query, pageSize, token }: ListRequest): Promise<WorkflowPage> {
  const { namespace } = client.options;
  const { executions, nextPageToken } = await readEngine(client, LIST_TIMEOUT_MS, () =>
    lineOf(client)(() =>
      client.workflowService.listWorkflowExecutions({ namespace, query, pageSize, nextPageToken: token ?? new Uint8Array() }),
    ),
  );
  return {
    workflows: (executions ?? []).flatMap(({ execution, type, startTime, status, closeTime, memo = null }) =>
      execution?.workflowId && execution.runId
        ? [
            {
              workflowId: execution.workflowId,
              runId: execution.runId,
              type: type?.name ?? '',
              startedAtUs: toMicroseconds(startTime),
              end: toEnd(status, closeTime),
              memo,
            },
          ]
        : [],
    ),
    nextToken: nextPageToken?.length ? nextPageToken : null,
  };
}

const ENDS: ReadonlyMap<unknown, ListedEnd['kind']> = new Map([
  [Status.WORKFLOW_EXECUTION_STATUS_FAILED, 'failed'],
  [Status.WORKFLOW_EXECUTION_STATUS_CANCELED, 'cancelled'],
  [Status.WORKFLOW_EXECUTION_STATUS_TERMINATED, 'terminated'],
  [Status.WORKFLOW_EXECUTION_STATUS_TIMED_OUT, 'timed_out'],
]);

function toEnd(status: unknown, closeTime: Timestamp): ListedEnd | null {
  if (status === Status.WORKFLOW_EXECUTION_STATUS_RUNNING) return null;
  return { kind: ENDS.get(status) ?? 'completed', atMs: Math.floor(toMicroseconds(closeTime) / 1_000) };
}

type Timestamp = temporal.api.workflow.v1.IWorkflowExecutionInfo['startTime'];

export function toMicroseconds(time: Timestamp): number {
  return Number(time?.seconds ?? 0) * 1_000_000 + Math.floor((time?.nanos ?? 0) / 1_000);
}

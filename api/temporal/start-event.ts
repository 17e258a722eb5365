import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { FINGERPRINT_MEMO, TASK_QUEUES } from '../../domain/durable-names.ts';
import { eventWorkflowId } from '../../domain/event-id.ts';
import { taskTimeoutMs } from '../../domain/task-timeout.ts';
import { priorityKey } from '../../domain/tier.ts';
import { callEngine } from './engine-call.ts';
import { toKeyword } from '../../domain/keyword.ts';

/** `eagerly`: this process was handed the first task together with the engine's answer. */
export type StartedEvent =
  | { readonly kind: 'started'; readonly runId: string; readonly eagerly: boolean }
  | { readonly kind: 'joined'; readonly runId: string }
  | { readonly kind: 'conflict' };

// 503 is due within 2 s of an engine's going away.
const START_TIMEOUT_MS = 1_500;
// Two weeks: no heavy event's stages, waits and retries take longer, and an event must end some day.
const HEAVY_RUN_TIMEOUT_MS = 14 * 24 * 3_600_000;

export interface StartEventOptions {
  readonly fingerprint: string | null;
  /** Light events that this process is running. */
  readonly inFlight: number;
}

/**
 * Starts an event's workflow, in this process if it has room: the engine then answers the start with its first task.
 * An id that was used before joins that run if what was asked for is the same.
 * @throws EngineUnavailableError
 */
export async function startEvent(
  client: Client,
  event: AcceptedEvent,
  { fingerprint, inFlight }: StartEventOptions,
): Promise<StartedEvent> {
  const light = event.plan.weight === 'light';
  const workflowId = eventWorkflowId(event);
  try {
    const handle = await callEngine(client, START_TIMEOUT_MS, () =>
      client.workflow.start('processEvent', {
        workflowId,
        args: [event],
        taskQueue: light ? TASK_QUEUES.light : TASK_QUEUES.heavy,
        requestEagerStart: light,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        workflowTaskTimeout: taskTimeoutMs(light ? event.tier : 'normal', inFlight),
        ...(!light && { workflowRunTimeout: HEAVY_RUN_TIMEOUT_MS + event.delayMs }),
        ...(fingerprint !== null && { memo: { [FINGERPRINT_MEMO]: fingerprint } }),
        priority: { priorityKey: priorityKey(event.tier), fairnessKey: event.tenant },
        typedSearchAttributes: searchAttributesOf(event),
        staticSummary: `${event.type} (${event.tier})`,
      }),
    );
    return { kind: 'started', runId: handle.firstExecutionRunId, eagerly: handle.eagerlyStarted };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return joinOrConflict(client, workflowId, fingerprint);
  }
}

async function joinOrConflict(client: Client, workflowId: string, fingerprint: string | null): Promise<StartedEvent> {
  const { memo, runId } = await callEngine(client, START_TIMEOUT_MS, () => client.workflow.getHandle(workflowId).describe());
  const same = fingerprint !== null && memo?.[FINGERPRINT_MEMO] === fingerprint;
  return same ? { kind: 'joined', runId } : { kind: 'conflict' };
}

const KEYS = {
  EventType: defineSearchAttributeKey('EventType', 'KEYWORD'),
  Tier: defineSearchAttributeKey('Tier', 'KEYWORD'),
  Tenant: defineSearchAttributeKey('Tenant', 'KEYWORD'),
  Subject: defineSearchAttributeKey('Subject', 'KEYWORD'),
} as const;

function searchAttributesOf(event: AcceptedEvent): TypedSearchAttributes {
  const pairs: SearchAttributePair[] = [
    { key: KEYS.EventType, value: toKeyword(event.type) },
    { key: KEYS.Tier, value: event.tier },
    { key: KEYS.Tenant, value: toKeyword(event.tenant) },
  ];
  if (event.subject !== null) pairs.push({ key: KEYS.Subject, value: toKeyword(event.subject) });
  return new TypedSearchAttributes(pairs);
}

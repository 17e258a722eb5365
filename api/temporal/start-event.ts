import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { RunAhead } from '../../domain/activities.ts';
import { FINGERPRINT_MEMO } from '../../domain/durable-names.ts';
import { eventWorkflowId, newGroupId } from '../../domain/event-id.ts';
import { eventAttributes, eventStart, groupAttributes, groupStart } from '../../domain/event-start.ts';
import type { Attributes } from '../../domain/event-start.ts';
import { eventsOf, toGroup } from '../../domain/group.ts';
import { newUuidV7 } from '../uuid.ts';
import { callEngine, readEngine } from './engine-call.ts';

/** An event that has a workflow by now, its own or its group's. */
export interface StartedEvent {
  readonly kind: 'started';
  /** With the id that it is known by: in a group another one than it came with. */
  readonly event: AcceptedEvent;
  readonly workflowId: string;
  readonly runId: string;
  /** This process was handed the first task together with the engine's answer. */
  readonly eagerly: boolean;
}

export type JoinedEvent = Omit<StartedEvent, 'kind' | 'eagerly'> & { readonly kind: 'joined' };

// 503 is due within 2 s of an engine's going away.
const START_TIMEOUT_MS = 1_500;

export interface StartEventOptions {
  readonly fingerprint: string | null;
  /** Light events that this process is running. */
  readonly inFlight: number;
  readonly runAhead: RunAhead;
}

/**
 * Starts an event's workflow, in this process if it has room: the engine then answers the start with its first task.
 * An id that was used before joins that run if what was asked for is the same.
 * @throws EngineUnavailableError
 */
export async function startEvent(
  client: Client,
  event: AcceptedEvent,
  { fingerprint, inFlight, runAhead }: StartEventOptions,
): Promise<StartedEvent | JoinedEvent | { readonly kind: 'conflict' }> {
  const workflowId = eventWorkflowId(event);
  try {
    const { firstExecutionRunId, eagerlyStarted } = await callEngine(client, START_TIMEOUT_MS, () =>
      client.workflow.start('processEvent', {
        ...eventStart(event, inFlight),
        args: [event],
        requestEagerStart: event.plan.weight === 'light',
        workflowIdConflictPolicy: 'FAIL',
        ...(fingerprint !== null && { memo: { [FINGERPRINT_MEMO]: fingerprint } }),
        typedSearchAttributes: toSearchAttributes(eventAttributes(event)),
      }),
    );
    // What waits first may yet be cancelled; other types' stages may take long, and are recorded one by one.
    if (eagerlyStarted && event.plan.atOnce === true && event.delayMs === 0)
      runAhead.event({ event: asRecorded(event), workflow: { id: workflowId, runId: firstExecutionRunId } });
    return { kind: 'started', event, workflowId, runId: firstExecutionRunId, eagerly: eagerlyStarted };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { memo, runId } = await readEngine(client, START_TIMEOUT_MS, () => client.workflow.getHandle(workflowId).describe());
    const same = fingerprint !== null && memo?.[FINGERPRINT_MEMO] === fingerprint;
    return same ? { kind: 'joined', event, workflowId, runId } : { kind: 'conflict' };
  }
}

/**
 * Starts one workflow for light events that are alike and have no ids of their own.
 * @throws EngineUnavailableError
 */
export async function startGroup(
  client: Client,
  first: AcceptedEvent,
  others: readonly AcceptedEvent[],
  { inFlight, runAhead }: Omit<StartEventOptions, 'fingerprint'>,
): Promise<readonly StartedEvent[]> {
  const group = toGroup(newGroupId(newUuidV7()), first, others);
  const options = groupStart(group, inFlight);
  const { firstExecutionRunId, eagerlyStarted } = await callEngine(client, START_TIMEOUT_MS, () =>
    client.workflow.start('processGroup', {
      ...options,
      args: [group],
      requestEagerStart: true,
      workflowIdConflictPolicy: 'FAIL',
      typedSearchAttributes: toSearchAttributes(groupAttributes(group)),
    }),
  );
  const { workflowId } = options;
  if (eagerlyStarted) runAhead.group({ group: asRecorded(group), workflow: { id: workflowId, runId: firstExecutionRunId } });
  return eventsOf(group).map((event) => ({ kind: 'started', event, workflowId, runId: firstExecutionRunId, eagerly: eagerlyStarted }));
}

function toSearchAttributes(attributes: Attributes): TypedSearchAttributes {
  return new TypedSearchAttributes(
    Object.entries(attributes).map(([name, value]) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value })),
  );
}

/** What its workflow gets to see: handlers are given the same, whoever calls them. */
function asRecorded<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

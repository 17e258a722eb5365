import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { toSearchAttributes } from '../../temporal/durable/search-attributes.ts';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { RunAhead } from '../../temporal/durable/activities.ts';
import { tiersOf, toChunk } from '../../domain/chunk.ts';
import type { Chunk } from '../../domain/chunk.ts';
import { isInline } from '../../domain/is-inline.ts';
import { chunkAttributes, chunkStart } from '../../temporal/durable/chunk-start.ts';
import { FINGERPRINT_MEMO, WORKFLOWS } from '../../temporal/durable/names.ts';
import { memberId, newChunkId } from '../../domain/event-id.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { startTimeoutMs } from '../../domain/start-limit.ts';
import type { StartGate } from '../start-gate.ts';
import { newUuidV7 } from '../uuid.ts';
import { callEngine, readEngine } from '../../temporal/engine-call.ts';

/** An event that has a workflow by now, its own or one that it shares. */
export interface StartedEvent {
  readonly kind: 'started';
  /** With the id that it is known by: in company another one than it came with. */
  readonly event: AcceptedEvent;
  readonly workflowId: string;
  readonly runId: string;
  /** This process was handed the first task together with the engine's answer. */
  readonly eagerly: boolean;
}

export type JoinedEvent = Omit<StartedEvent, 'kind' | 'eagerly'> & { readonly kind: 'joined' };

export interface StartChunkOptions {
  readonly client: Client;
  readonly gate: StartGate;
  /** Light events that this process is running. */
  readonly inFlight: () => number;
  readonly runAhead: RunAhead;
}

/**
 * Starts an event's workflow, in this process if it has room: the engine then answers the start with its first task.
 * An id that was used before joins that run if what was asked for is the same.
 * @throws EngineUnavailableError
 */
export async function startEvent(
  event: AcceptedEvent,
  fingerprint: string | null,
  options: StartChunkOptions,
): Promise<StartedEvent | JoinedEvent | { readonly kind: 'conflict' }> {
  try {
    return { kind: 'started', event, ...(await start(event.id, toChunk([event]), fingerprint, options)) };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { client, gate } = options;
    const workflowId = eventWorkflowId(event);
    const { memo, runId } = await readEngine(client, startTimeoutMs(gate.slowMs), () => client.workflow.getHandle(workflowId).describe());
    const same = fingerprint !== null && memo?.[FINGERPRINT_MEMO] === fingerprint;
    return same ? { kind: 'joined', event, workflowId, runId } : { kind: 'conflict' };
  }
}

/**
 * Starts one workflow for light events that are alike and have no ids of their own.
 * @throws EngineUnavailableError
 */
export async function startTogether(events: readonly AcceptedEvent[], options: StartChunkOptions): Promise<readonly StartedEvent[]> {
  const id = newChunkId(newUuidV7());
  const members = events.map((event, index) => ({ ...event, id: memberId(id, index) }));
  const started = await start(id, toChunk(members), null, options);
  return members.map((event) => ({ kind: 'started', event, ...started }));
}

async function start(
  id: string,
  chunk: Chunk,
  fingerprint: string | null,
  { client, gate, inFlight, runAhead }: StartChunkOptions,
): Promise<Pick<StartedEvent, 'workflowId' | 'runId' | 'eagerly'>> {
  const inline = isInline(chunk.shared.plan);
  const [tier = 'normal'] = tiersOf(chunk);
  const {
    workflowId,
    firstExecutionRunId: runId,
    eagerlyStarted: eagerly,
  } = await gate.pass(tier, () =>
    callEngine(client, startTimeoutMs(gate.slowMs), () => {
      const options = chunkStart(id, chunk, { inFlight: inFlight(), slowStartMs: gate.slowMs });
      return client.workflow.start(WORKFLOWS.processChunk, {
        ...options,
        memo: { ...options.memo, ...(fingerprint !== null && { [FINGERPRINT_MEMO]: fingerprint }) },
        args: [chunk],
        requestEagerStart: inline,
        workflowIdConflictPolicy: 'FAIL',
        typedSearchAttributes: toSearchAttributes(chunkAttributes(chunk)),
      });
    }),
  );
  // What waits first may yet be cancelled.
  const beginsAtOnce = inline && chunk.own.every(({ delayMs }) => delayMs === 0);
  if (eagerly && beginsAtOnce) runAhead({ chunk: asRecorded(chunk), workflow: { id: workflowId, runId } });
  return { workflowId, runId, eagerly };
}

/** What its workflow gets to see: handlers are given the same, whoever calls them. */
function asRecorded<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

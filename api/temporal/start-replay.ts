import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { eventsOf, toChunk } from '../../domain/chunk.ts';
import type { Chunk } from '../../domain/chunk.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { begunOf } from '../../domain/replay.ts';
import type { ReplayMark } from '../../domain/replay-mark.ts';
import { startTimeoutMs } from '../../domain/start-limit.ts';
import { chunkAttributes, chunkStart } from '../../temporal/durable/chunk-start.ts';
import { FINGERPRINT_MEMO, WORKFLOWS } from '../../temporal/durable/names.ts';
import { toSearchAttributes } from '../../temporal/durable/search-attributes.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { monotonicMs } from '../../runtime/monotonic.ts';
import { callEngine, ifFound, readEngine } from '../../temporal/engine-call.ts';
import { readWorkflowInput } from '../../temporal/history.ts';
import { requestedAs } from '../../temporal/request-id.ts';
import type { StartChunkOptions } from './start-chunk.ts';

/** `isOurs`: this call has begun it, and no other that asked for the same. */
export type StartedReplay =
  | { readonly kind: 'started'; readonly workflowId: string; readonly runId: string; readonly isOurs: boolean }
  | { readonly kind: 'not_replayable' };

const CLOSES_WITHIN_MS = 2_000;
const LOOK_AGAIN_MS = 50;

type StartReplayOptions = Pick<StartChunkOptions, 'client' | 'gate' | 'inFlight'>;

/**
 * Starts a run that `replayOf` has made, as a chunk of one under the event's own id, whose runs so far are closed. The start's request
 * id is made from the run that is replayed: the engine begins one run for it, whoever asks, how often, and whether or not that run has
 * ended by then. It is never started eagerly: the engine would hand the first task to each who asks.
 * @throws EngineUnavailableError
 */
export async function startReplay(next: EventRun, mark: ReplayMark, options: StartReplayOptions): Promise<StartedReplay> {
  const { client, gate, inFlight } = options;
  const { event } = next;
  const workflowId = eventWorkflowId(event);
  const timeoutMs = startTimeoutMs(gate.slowMs);
  const chunk = toChunk([event], begunOf(next));
  const start = chunkStart(event.id, chunk, { inFlight: inFlight(), slowStartMs: gate.slowMs });
  // Whoever submits the event once more, as it was submitted first, joins its newest run.
  const before = await describeClosed();
  const fingerprint = before?.memo?.[FINGERPRINT_MEMO];
  // Read before this one was made, the event may have been replayed more than once by now.
  const newest = before && (await readBegun(before.runId));
  if (newest && newest.event.run >= event.run) return toStarted(newest);
  try {
    const { firstExecutionRunId: runId } = await gate.pass(event.tier, () =>
      callEngine(client, timeoutMs, () =>
        client.workflow.start(WORKFLOWS.processChunk, {
          ...start,
          args: [chunk],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          memo: { ...start.memo, ...(fingerprint !== undefined && { [FINGERPRINT_MEMO]: fingerprint }) },
          typedSearchAttributes: toSearchAttributes(chunkAttributes(chunk)),
          ...requestedAs(`replay-of-${mark.of}`),
        }),
      ),
    );
    return toStarted(await readBegun(runId));
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'not_replayable' };
    throw error;
  }

  /** An event that shows its end may have its last callback to hand over yet, or a permit to give back. */
  async function describeClosed(): Promise<WorkflowExecutionDescription | null> {
    const deadlineMs = monotonicMs() + CLOSES_WITHIN_MS;
    for (;;) {
      const described = await ifFound(() => readEngine(client, timeoutMs, () => client.workflow.getHandle(workflowId).describe()));
      const isClosing = described?.status.name === 'RUNNING' && described.runId === mark.of;
      if (!isClosing || monotonicMs() > deadlineMs) return described;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  async function readBegun(runId: string): Promise<{ readonly event: AcceptedEvent; readonly runId: string }> {
    const [begun] = eventsOf(await readWorkflowInput<Chunk>(client, { workflowId, runId }, timeoutMs));
    if (begun === undefined) throw new Error(`the workflow "${workflowId}" was started without an event`);
    return { event: begun, runId };
  }

  function toStarted({ event: { run, replay }, runId }: { readonly event: AcceptedEvent; readonly runId: string }): StartedReplay {
    if (run !== event.run || replay?.of !== mark.of || replay.asked !== mark.asked) return { kind: 'not_replayable' };
    return { kind: 'started', workflowId, runId, isOurs: replay.by === mark.by };
  }
}

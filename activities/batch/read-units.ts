import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, defaultPayloadConverter, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { Activities } from '../../temporal/durable/activities.ts';
import type { RunItemsOutcome, SharedUnitInput, UnitReference, UnitVerdict } from '../../domain/batch-work.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';

const AT_ONCE = 20;
// As the SDK's core writes it.
const LOCAL_ACTIVITY_MARKER = 'core_local_activity';

/** Asks the engine what became of units, whichever run of their batch has started them. Only reads. */
export function createReadUnits(client: Client): Activities['readUnits'] {
  return ({ units }) => mapAtMost(units, AT_ONCE, (unit) => readUnit(client, unit));
}

async function readUnit(client: Client, unit: UnitReference): Promise<UnitVerdict | null> {
  const { workflowId, isOwn, offsets } = unit;
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    if (status.name === 'RUNNING') return null;
    return isOwn ? await readOwn(client, workflowId) : await readShared(client, unit, status.name === 'COMPLETED');
  } catch (error) {
    // Its batch came to an end of its own before the engine had started it.
    if (error instanceof WorkflowNotFoundError) return { letters: offsets.map(() => 'p'), causes: [] };
    throw error;
  }
}

async function readOwn(client: Client, workflowId: string): Promise<UnitVerdict> {
  try {
    await client.workflow.getHandle(workflowId).result();
    return { letters: ['c'], causes: [] };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (error.cause instanceof CancelledFailure) return { letters: ['x'], causes: [] };
    return { letters: ['f'], causes: [causeOf(error.cause)] };
  }
}

/** What a unit had recorded when it ended; what it hadn't, it gives back if it says so itself, else it has failed with it. */
async function readShared(client: Client, { workflowId, offsets }: UnitReference, isCompleted: boolean): Promise<UnitVerdict> {
  const { input, recorded, end } = await readHistory(client, workflowId);
  const had = new Set(input.items.map(({ offset }) => offset));
  const ended = new Map(recorded.flatMap((outcome) => outcome.ended).map((item) => [item.offset, item]));
  const verdicts = offsets.map((offset) => {
    const item = ended.get(offset);
    if (item !== undefined) return { letter: item.item.phase.status === 'completed' ? 'c' : 'f', cause: item.cause } as const;
    return isCompleted || !had.has(offset) ? ({ letter: 'p' } as const) : ({ letter: 'f', cause: end } as const);
  });
  return {
    letters: verdicts.map(({ letter }) => letter),
    causes: verdicts.flatMap((verdict) => (verdict.letter === 'f' ? [verdict.cause ?? 'unknown'] : [])),
  };
}

async function readHistory(client: Client, workflowId: string) {
  let input: SharedUnitInput | undefined;
  const recorded: RunItemsOutcome[] = [];
  let end = 'internal';
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId },
      ...(nextPageToken && { nextPageToken }),
    });
    for (const event of page.history?.events ?? []) {
      const { workflowExecutionStartedEventAttributes: started, markerRecordedEventAttributes: marker } = event;
      if (started) input = decode(started.input) as SharedUnitInput;
      if (marker?.markerName === LOCAL_ACTIVITY_MARKER) {
        const outcome = decode(marker.details?.['result']);
        if (isOutcome(outcome)) recorded.push(outcome);
      }
      if (event.workflowExecutionTerminatedEventAttributes) end = 'terminated';
      if (event.workflowExecutionTimedOutEventAttributes) end = 'timed_out';
    }
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
  if (input === undefined) throw new Error(`the unit "${workflowId}" has no items`);
  return { input, recorded, end };
}

/** Others of its local activities leave markers too. */
function isOutcome(result: unknown): result is RunItemsOutcome {
  return typeof result === 'object' && result !== null && 'ended' in result;
}

function causeOf(cause: Error | undefined): string {
  if (cause instanceof TerminatedFailure) return 'terminated';
  if (cause instanceof TimeoutFailure) return 'timed_out';
  if (!(cause instanceof ApplicationFailure)) return 'internal';
  // As its workflow says beside what it leaves.
  const named = cause.details?.[1];
  return typeof named === 'string' ? named : (cause.type ?? 'internal');
}

function decode(payloads: temporal.api.common.v1.IPayloads | null | undefined): unknown {
  const payload = payloads?.payloads?.[0];
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

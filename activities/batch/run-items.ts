import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';
import type { BatchItem, Rejection } from '../../domain/accepted-batch.ts';
import { NO_FAILURES } from '../../domain/attempt.ts';
import type { Activities } from '../../domain/activities.ts';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { ItemWork, RunItemsInput, RunItemsOutcome } from '../../domain/batch-work.ts';
import type { DeliveryInput } from '../../domain/delivery-input.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import { acceptRun, stateOf } from '../../domain/event-run.ts';
import { failureCause } from '../../domain/failure-cause.ts';
import { rejectedCause, rejectedRun } from '../../domain/rejected-item.ts';
import { attemptStages } from '../attempt-stages.ts';
import type { AttemptStagesDependencies } from '../attempt-stages.ts';
import { currentSurroundings } from '../surroundings.ts';
import { eventDelivery } from '../../domain/event-delivery.ts';
import type { ReadPage } from './read-page.ts';

export interface RunItemsDependencies extends AttemptStagesDependencies {
  readonly readPage: ReadPage;
}

// What is done in one call is repeated as a whole when its process is killed, and recorded as a whole at its end.
const CALL_MS = 500;
const CALL_BYTES = 512 * 1024;

type Result = RunItemsOutcome['ended'][number] | ItemWork;

/**
 * Runs items of a page, at most `parallel` at once and begun in their order, each until it has ended or a stage has failed that
 * is to be tried again later. After half a second, or half a megabyte of results, it takes up no more of them.
 * Safe to run twice as far as the handlers are: they are given the same `idempotencyKey` again.
 */
export function createRunItems({ readPage, runStage, now }: RunItemsDependencies): Activities['runItems'] {
  return async ({ page, items, parallel, isInOrder }: RunItemsInput) => {
    const { info, cancellationSignal } = Context.current();
    // Each of the items listens for as long as it runs.
    setMaxListeners(0, cancellationSignal);
    const { workflowExecution } = info;
    const workflow: WorkflowReference = { id: workflowExecution?.workflowId ?? '', runId: workflowExecution?.runId ?? '' };
    const stored = await readPage(page);
    const untilMs = now() + CALL_MS;
    const ended: RunItemsOutcome['ended'][number][] = [];
    const again: ItemWork[] = [];
    const deliveries: DeliveryInput[] = [];
    let next = 0;
    let bytes = 0;

    async function lane(): Promise<void> {
      while (next < items.length && now() < untilMs && bytes < CALL_BYTES) {
        // Nothing overtakes an item that is to be tried again.
        if (isInOrder && again.length > 0) return;
        const work = items[next];
        next += 1;
        const item = work && stored[work.offset];
        if (work === undefined || item === undefined) throw new Error(`there is no item ${work?.offset} in "${page}"`);
        await runOne(work, item);
      }
    }

    async function runOne(work: ItemWork, item: BatchItem): Promise<void> {
      const isEvent = item.kind === 'event';
      const result = isEvent ? await attemptItem(work, { ...item.event, run: work.run }, workflow) : rejectedResult(work, item.rejection);
      bytes += bytesOf(result);
      if (!('item' in result)) {
        again.push(result);
        return;
      }
      ended.push(result);
      const event = isEvent ? item.event : item.rejection.event;
      const delivery = event && eventDelivery({ ...result.item, event: { ...event, run: work.run } }, workflow);
      if (!delivery) return;
      bytes += bytesOf(delivery);
      deliveries.push(delivery);
    }

    await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, lane));
    return { ended, again, deliveries };
  };

  /** An item's stages until one fails, or all are done. */
  async function attemptItem(work: ItemWork, event: AcceptedEvent, workflow: WorkflowReference): Promise<Result> {
    const begun = {
      run: work.begun === undefined ? acceptRun(event) : { ...work.begun.item, event },
      made: work.begun?.made ?? NO_FAILURES,
    };
    const { run, made } = await attemptStages({ runStage, now }, begun, workflow, currentSurroundings());
    if (run.phase.status === 'waiting' && run.phase.waiting.reason === 'retry') {
      const dueAtMs = run.phase.waiting.untilMs;
      return { offset: work.offset, run: work.run, begun: { item: stateOf(run), made, dueAtMs } };
    }
    const cause = run.phase.status === 'failed' ? failureCause(event.type, run.phase.error) : undefined;
    return { offset: work.offset, item: stateOf(run), ...(cause !== undefined && { cause }) };
  }
}

function rejectedResult({ offset }: ItemWork, rejection: Rejection): Result {
  return { offset, item: rejectedRun(rejection), cause: rejectedCause(rejection) };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

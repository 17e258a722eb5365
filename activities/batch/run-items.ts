import { Context } from '@temporalio/activity';
import type { BatchItem } from '../../domain/accepted-batch.ts';
import type { Activities } from '../../temporal/durable/activities.ts';
import type { EndedItem, ItemWork } from '../../domain/batch-work.ts';
import type { DeliveryInput } from '../../domain/delivery-input.ts';
import { eventDelivery } from '../../domain/event-delivery.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import { acceptRun, stateOf } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { failureCause } from '../../domain/failure-cause.ts';
import { rejectedCause, rejectedRun } from '../../domain/rejected-item.ts';
import { recordOutcome } from '../../domain/run-outcome.ts';
import type { Advance } from '../../handlers/advance.ts';
import { MAX_SHARED_RESULT_BYTES } from '../../handlers/kept-json.ts';
import { openPort, throwStopped } from '../run/open-port.ts';
import { currentSurroundings } from '../surroundings.ts';
import type { ReadPage } from './read-page.ts';

export interface RunItemsDependencies {
  readonly advance: Advance;
  readonly readPage: ReadPage;
}

// What is done in one call is repeated as a whole when its process is killed, and recorded as a whole at its end, the callbacks
// with what they tell once more.
const BOUNDS = { ms: 500, bytes: 256 * 1024 } as const;

type Result = EndedItem | ItemWork;

/**
 * Runs items of a page, at most `parallel` at once and begun in their order, each until it has ended or a stage has failed that
 * is to be tried again later. After half a second, or half a megabyte of results and callbacks, it takes up no more of them.
 * Safe to run twice as far as the handlers are: they are given the same `idempotencyKey` again.
 */
export function createRunItems({ advance, readPage }: RunItemsDependencies): Activities['runItems'] {
  return async ({ page, items, parallel, isInOrder = false }) => {
    const surroundings = currentSurroundings();
    const workflow = currentWorkflow();
    const stored = await readPage(page);
    const valid: { readonly work: ItemWork; readonly run: EventRun }[] = [];
    const results: Result[] = [];
    for (const work of items) {
      const item = stored[work.offset];
      if (item === undefined) throw new Error(`there is no item ${work.offset} in "${page}"`);
      if (item.kind === 'rejected') results.push(rejectedResult(work, item));
      else valid.push({ work, run: toRun(work, item) });
    }
    const runs = valid.map(({ run }) => run);
    const { runs: advanced } = await advance(
      {
        runs,
        atOnce: parallel,
        inOrder: isInOrder,
        goOn: 'until-it-waits',
        bounds: BOUNDS,
        maxResultBytes: MAX_SHARED_RESULT_BYTES,
        subject: null,
      },
      // Nobody asks a process about an item that shares a workflow.
      openPort({ runs, surroundings, onRun: () => undefined }),
    ).catch((error: unknown) => throwStopped(error, surroundings));
    const ends: EventRun[] = [];
    for (const [index, { work, run }] of valid.entries()) {
      const one = advanced[index];
      if (one?.kind !== 'advanced') continue;
      const after = recordOutcome(run, one.outcome);
      results.push(toResult(work, after));
      ends.push(after);
    }
    return {
      ended: results.filter((result) => 'item' in result),
      again: results.filter((result): result is ItemWork => !('item' in result)),
      deliveries: deliveries(),
    };

    function deliveries(): readonly DeliveryInput[] {
      const rejected = items.flatMap((work) => {
        const item = stored[work.offset];
        const event = item?.kind === 'rejected' ? item.rejection.event : undefined;
        return item?.kind === 'rejected' && event ? [{ ...rejectedRun(item.rejection), event: { ...event, run: work.run } }] : [];
      });
      return [...rejected, ...ends].flatMap((run) => eventDelivery(run, workflow) ?? []);
    }
  };
}

function toRun({ run, begun }: ItemWork, { event }: Extract<BatchItem, { kind: 'event' }>): EventRun {
  const ofRun = { ...event, run };
  return begun === undefined ? acceptRun(ofRun) : { ...begun.item, event: ofRun };
}

function toResult({ offset, run }: ItemWork, after: EventRun): Result {
  const { phase, event } = after;
  if (phase.status === 'waiting' && phase.waiting.reason === 'retry') {
    return { offset, run, begun: { item: stateOf(after), dueAtMs: phase.waiting.untilMs } };
  }
  const cause = phase.status === 'failed' ? failureCause(event.type, phase.error) : undefined;
  return { offset, item: stateOf(after), ...(cause !== undefined && { cause }) };
}

function rejectedResult({ offset }: ItemWork, { rejection }: Extract<BatchItem, { kind: 'rejected' }>): Result {
  return { offset, item: rejectedRun(rejection), cause: rejectedCause(rejection) };
}

function currentWorkflow(): WorkflowReference {
  const { workflowExecution } = Context.current().info;
  return { id: workflowExecution?.workflowId ?? '', runId: workflowExecution?.runId ?? '' };
}

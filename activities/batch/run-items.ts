import { Context } from '@temporalio/activity';
import type { BatchItem } from '../../domain/accepted-batch.ts';
import type { Activities } from '../../temporal/durable/activities.ts';
import type { DeliveryInput } from '../../domain/delivery-input.ts';
import { eventDelivery } from '../../domain/event-delivery.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import { acceptRun } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { toItemRun } from '../../domain/item-run.ts';
import type { ItemRun } from '../../domain/item-run.ts';
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
    const valid: { readonly offset: number; readonly run: EventRun }[] = [];
    const after: ItemRun[] = [];
    const deliveries: DeliveryInput[] = [];
    for (const item of items) {
      const kept = stored[item.offset];
      if (kept === undefined) throw new Error(`there is no item ${item.offset} in "${page}"`);
      if (kept.kind === 'event') valid.push({ offset: item.offset, run: toRun(item, kept) });
      else reject(item, kept);
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
    for (const [index, { offset, run }] of valid.entries()) {
      const one = advanced[index];
      if (one?.kind === 'advanced') record(offset, recordOutcome(run, one.outcome));
    }
    return { items: after, deliveries };

    function record(offset: number, run: EventRun): void {
      after.push(toItemRun(offset, run));
      deliver(run);
    }

    function reject({ offset, run }: ItemRun, { rejection }: Extract<BatchItem, { kind: 'rejected' }>): void {
      const state = rejectedRun(rejection);
      after.push({ offset, run, state, cause: rejectedCause(rejection) });
      if (rejection.event !== undefined) deliver({ ...state, event: { ...rejection.event, run } });
    }

    function deliver(run: EventRun): void {
      const delivery = eventDelivery(run, workflow);
      if (delivery !== null) deliveries.push(delivery);
    }
  };
}

function toRun({ run, state }: ItemRun, { event }: Extract<BatchItem, { kind: 'event' }>): EventRun {
  const ofRun = { ...event, run };
  return state === undefined ? acceptRun(ofRun) : { ...state, event: ofRun };
}

function currentWorkflow(): WorkflowReference {
  const { workflowExecution } = Context.current().info;
  return { id: workflowExecution?.workflowId ?? '', runId: workflowExecution?.runId ?? '' };
}

import { Context } from '@temporalio/activity';
import type { BatchItem } from '../../domain/batch-item.ts';
import type { Activities } from '../../temporal/durable/activities.ts';
import { eventDelivery } from '../../domain/event-delivery.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import { acceptRun, isAtHandlers } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { toItemRun } from '../../domain/item-run.ts';
import type { ItemRun } from '../../domain/item-run.ts';
import { rejectedEvent, rejectedRun } from '../../domain/rejected-item.ts';
import { emittedBy, recordOutcome } from '../../domain/run-outcome.ts';
import type { Advance } from '../../handlers/advance.ts';
import { openPort, throwStopped } from '../run/open-port.ts';
import type { RunLog } from '../run/run-log.ts';
import { currentSurroundings } from '../surroundings.ts';
import type { ReadPage } from './read-page.ts';

export interface RunItemsDependencies {
  readonly advance: Advance;
  readonly log: RunLog;
  readonly readPage: ReadPage;
}

// What is done in one call is repeated as a whole when its process is killed, and recorded as a whole at its end, the callbacks
// with what they tell once more.
const BOUNDS = { ms: 500, bytes: 256 * 1024 } as const;

/**
 * Runs items of a page, at most `parallel` at once and begun in their order, each until it has ended or a stage has failed that
 * is to be tried again later. After half a second, or a quarter of a megabyte of outcomes, it takes up no more of them.
 * Safe to run twice as far as the handlers are: they are given the same `idempotencyKey` again.
 */
export function createRunItems({ advance, log, readPage }: RunItemsDependencies): Activities['runItems'] {
  return async ({ page, items, parallel, isInOrder = false }) => {
    const surroundings = currentSurroundings();
    const workflow = currentWorkflow();
    const { items: stored } = await readPage(page);
    const runs = items.map((item) => toRun(item, stored[item.offset], page));
    const { runs: advanced } = await advance(
      {
        runs,
        atOnce: parallel,
        inOrder: isInOrder,
        goOn: 'until-it-waits',
        bounds: BOUNDS,
        subject: null,
      },
      // Nobody asks a process about an item that shares a workflow.
      openPort({ runs, surroundings, log, onRun: () => undefined }),
    ).catch((error: unknown) => throwStopped(error, surroundings));
    const taken = runs.flatMap((run, index) => {
      const one = advanced[index];
      return one?.kind === 'advanced'
        ? [{ offset: items[index]?.offset ?? 0, run: recordOutcome(run, one.outcome), outcome: one.outcome }]
        : [];
    });
    const left = taken.filter(({ run }) => isAtHandlers(run.phase)).map(({ run }) => run);
    const emitted = emittedBy(taken.map(({ outcome }) => outcome));
    return {
      items: taken.map(({ offset, run }) => toItemRun(offset, run)),
      deliveries: taken.flatMap(({ run }) => eventDelivery(run, workflow) ?? []),
      ...(left.length > 0 && { left }),
      ...(emitted.length > 0 && { emitted }),
    };
  };
}

/** One that is no event is a run that has failed already, and so takes its turn among the others. */
function toRun({ offset, run, state }: ItemRun, item: BatchItem | undefined, page: string): EventRun {
  if (item === undefined) throw new Error(`there is no item ${offset} in "${page}"`);
  if (item.kind === 'rejected') return rejectedRun(item.rejection, { ...rejectedEvent(item.rejection, UNNAMED), run });
  const event = { ...item.event, run };
  return state === undefined ? acceptRun(event) : { ...state, event };
}

// Who reads such an item names it; it is called back only as the event that it comes with.
const UNNAMED = { tenant: '', id: '', batchId: '' };

function currentWorkflow(): WorkflowReference {
  const { workflowExecution } = Context.current().info;
  return { id: workflowExecution?.workflowId ?? '', runId: workflowExecution?.runId ?? '' };
}

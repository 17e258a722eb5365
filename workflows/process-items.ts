import { proxyLocalActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import { LONGEST_HELD_WAIT_MS } from '../domain/batch-work.ts';
import type { SharedUnitInput, UnitVerdict } from '../domain/batch-work.ts';
import { hearOfItem, nextAttemptMs, markOf } from '../domain/item-run.ts';
import type { ItemRun } from '../domain/item-run.ts';
import { callBack } from './first-attempts.ts';
import { startRuns } from './start-runs.ts';
import { tellItemEnds } from './tell-ends.ts';
import { startFollowUps } from './start-follow-ups.ts';
import { holdPlaces } from './unit-places.ts';

const { runItems, applyItems } = proxyLocalActivities<Activities>({
  // It ends itself after half a second and the item it is at, whose stages have timeouts of their own.
  startToCloseTimeout: '1h',
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
});

const { readHold } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

// So soon a batch's cancellation is heard by items that wait before they are tried again, and ever later the longer they do.
const LISTEN_MS = { first: 1_000, longest: 60_000 } as const;

/**
 * Runs items of a page that share this workflow, each until it has a verdict. What each came to is in the results that the
 * local activity left in the history; the workflow's own result is what the batch counts.
 * Nobody sends it messages while it works: one that came while a local activity runs would have that run again. Instead it asks
 * its batch between its calls, and gives back what hasn't begun once that is paused, and all that is left once it is cancelled.
 * Where all that is left waits, its places are for others, unless order is to be kept; it asks for some once an item is due.
 */
export async function processItems({ unit, page, items, parallel, isInOrder, isOfSubjects }: SharedUnitInput): Promise<UnitVerdict> {
  const { parent } = workflowInfo();
  const places = holdPlaces(unit, parallel);
  const known = new Map(items.map((item) => [item.offset, item]));
  let left: readonly ItemRun[] = items;
  let listenMs: number = LISTEN_MS.first;
  // The first call follows the start at once.
  for (let isFirst = true; left.length > 0; isFirst = false) {
    const hold = isFirst || !parent ? 'none' : await readHold({ workflowId: parent.workflowId });
    if (hold === 'cancelled') break;
    if (hold === 'paused') left = left.filter(({ state }) => state !== undefined);
    if (left.length === 0) break;
    const now = Date.now();
    const due = isInOrder ? left : left.filter((item) => nextAttemptMs(item) <= now);
    const waitMs = Math.min(...(due.length > 0 ? due.slice(0, 1) : left).map((item) => nextAttemptMs(item) - now));
    if (waitMs > 0) {
      if (!isInOrder && waitMs > LONGEST_HELD_WAIT_MS) await places.leave(verdictSoFar());
      await sleep(Math.min(waitMs, listenMs));
      listenMs = Math.min(2 * listenMs, LISTEN_MS.longest);
      continue;
    }
    listenMs = LISTEN_MS.first;
    if (places.held() === 0) {
      await places.take(due.length);
      // The batch may have been cancelled meanwhile.
      continue;
    }
    const work = { page, items: due, parallel: places.held(), ...(isInOrder && { isInOrder }) };
    const { items: taken, deliveries, left: atHandlers = [], emitted = [] } = await (isOfSubjects ? applyItems : runItems)(work);
    for (const item of taken) known.set(item.offset, hearOfItem(item, Date.now()));
    // Most have nothing to start, and each promise costs the sandbox a stack trace.
    if (emitted.length + atHandlers.length === 0) await callBack(deliveries);
    else await Promise.all([startRuns(atHandlers), startFollowUps(emitted), callBack(deliveries)]);
    left = left.map((item) => known.get(item.offset) ?? item).filter((item) => markOf(item) === 'p');
  }
  // What subjects processed is counted by whoever they answered.
  if (!isOfSubjects) tellItemEnds(page, [...known.values()]);
  return verdictSoFar();

  function verdictSoFar(): UnitVerdict {
    const inOrder = [...known.values()];
    return { marks: inOrder.map(markOf), causes: inOrder.flatMap(({ cause }) => cause ?? []) };
  }
}

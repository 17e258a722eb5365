import { Context } from '@temporalio/activity';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { Activities } from '../../temporal/durable/activities.ts';
import { acceptRun, endStages, failRun, isAtHandlers, markStarted } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import type { DeliveryInput } from '../../domain/delivery-input.ts';
import { ownerId } from '../../domain/event-id.ts';
import { firstThatFit } from '../../domain/first-that-fit.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import { toItemRun } from '../../domain/item-run.ts';
import type { ItemRun } from '../../domain/item-run.ts';
import { recordOutcome } from '../../domain/run-outcome.ts';
import type { Applied, SubjectAnswer, SubjectLetter } from '../../domain/subject.ts';
import type { SubjectKey } from '../../domain/subject-id.ts';
import { subjectWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { subjectLetter } from '../subject-letter.ts';
import { eventDelivery } from '../../domain/event-delivery.ts';
import type { ReadPage } from './read-page.ts';

export interface ApplyItemsDependencies {
  readonly readPage: ReadPage;
  /** Brings letters to their subject, whether or not that is there; an answer for each once they are recorded. */
  readonly sendToSubject: (key: SubjectKey, letters: readonly SubjectLetter[]) => Promise<Applied>;
  readonly now: () => number;
}

// As of items that run here: what is done in one call is recorded at its end.
const CALL_MS = 500;
// What is on its way at once is recorded at once, 12 KiB of results an item and as much again for its callback.
const MAX_IN_FLIGHT = 32;
const MAX_BYTES = 256 * 1024;

interface Waiting {
  readonly offset: number;
  readonly event: AcceptedEvent;
  readonly bytes: number;
}

/** Items of one subject that go to it one after the other. */
interface Line {
  readonly key: SubjectKey;
  readonly items: readonly Waiting[];
}

/**
 * Has subjects process items of a page, each subject its own in their order, by Updates that bring several at once. One
 * item after the other in the order of the page where that is to be kept, several subjects at once else. What it sent and could not
 * record is sent again, and known to the subject as long as it is among its last 1,000 events.
 */
export function createApplyItems({ readPage, sendToSubject, now }: ApplyItemsDependencies): Activities['applyItems'] {
  return async ({ page, items, parallel, isInOrder }) => {
    const { items: stored } = await readPage(page);
    const untilMs = now() + CALL_MS;
    const after: ItemRun[] = [];
    const deliveries: DeliveryInput[] = [];
    const left: EventRun[] = [];
    const waiting = items.map(({ offset, run }): Waiting => {
      const item = stored[offset];
      if (item?.kind !== 'event') throw new Error(`there is no event at ${offset} of "${page}"`);
      const event = { ...item.event, run };
      return { offset, event, bytes: Buffer.byteLength(JSON.stringify(event)) };
    });
    const lines = isInOrder ? runsOfLines(waiting) : linesBySubject(waiting);
    const atOnce = Math.min(parallel, lines.length);
    const atMost = Math.max(1, Math.floor(MAX_IN_FLIGHT / atOnce));
    let next = 0;

    async function takeTurns(): Promise<void> {
      for (let line = lines[next]; line !== undefined; line = lines[next]) {
        next += 1;
        for (let rest = line.items; rest.length > 0;) {
          if (now() >= untilMs) return;
          const gathered = firstLetters(rest, atMost);
          const { runId, answers } = await sendToSubject(line.key, gathered.map(toLetter));
          const workflow = { id: subjectWorkflowId(line.key), runId };
          for (const [index, { offset, event }] of gathered.entries()) record(offset, event, answers[index], workflow);
          rest = rest.slice(gathered.length);
        }
      }
    }

    function record(offset: number, event: AcceptedEvent, answer: SubjectAnswer | undefined, workflow: WorkflowReference): void {
      const run = recordAnswer(acceptRun(event), answer, now());
      after.push(toItemRun(offset, run));
      if (isAtHandlers(run.phase)) left.push(run);
      const delivery = eventDelivery(run, workflow);
      if (delivery !== null) deliveries.push(delivery);
    }

    Context.current().cancellationSignal.throwIfAborted();
    await Promise.all(Array.from({ length: atOnce }, takeTurns));
    return { items: after, deliveries, ...(left.length > 0 && { left }) };
  };
}

/** Neighbours of the same subject, in the order of the page. */
function runsOfLines(waiting: readonly Waiting[]): readonly Line[] {
  const lines: { key: SubjectKey; items: Waiting[] }[] = [];
  for (const item of waiting) {
    const key = subjectOf(item.event);
    const last = lines.at(-1);
    if (last !== undefined && subjectWorkflowId(last.key) === subjectWorkflowId(key)) last.items.push(item);
    else lines.push({ key, items: [item] });
  }
  return lines;
}

function linesBySubject(waiting: readonly Waiting[]): readonly Line[] {
  const lines = new Map<string, { readonly key: SubjectKey; readonly items: Waiting[] }>();
  for (const item of waiting) {
    const key = subjectOf(item.event);
    const line = lines.get(subjectWorkflowId(key)) ?? { key, items: [] };
    lines.set(subjectWorkflowId(key), line);
    line.items.push(item);
  }
  return [...lines.values()];
}

/** As many as may go together: a subject takes those of one Update by their tier before their order. */
function firstLetters(items: readonly Waiting[], atMost: number): readonly Waiting[] {
  const other = items.findIndex(({ event }) => event.tier !== items[0]?.event.tier);
  return firstThatFit(other === -1 ? items : items.slice(0, other), ({ bytes }) => bytes, { events: atMost, bytes: MAX_BYTES });
}

function subjectOf({ tenant, plan, subject }: AcceptedEvent): SubjectKey {
  return { tenant, type: plan.subjectType ?? '', id: subject ?? '' };
}

/** Each run of an item is an event of its own to its subject. The callback is the batch's to send. */
function toLetter({ event }: Waiting): SubjectLetter {
  return subjectLetter({ ...event, callback: null }, `${ownerId(event)}/${event.run}`);
}

function recordAnswer(run: EventRun, answer: SubjectAnswer | undefined, nowMs: number): EventRun {
  if (answer?.kind === 'recorded') return recordOutcome(run, answer.outcome);
  // Sent again after so many others that the subject knows no more of it.
  const begun = markStarted(run, nowMs);
  if (answer?.kind === 'compacted' && answer.status === 'completed') {
    // Its stages were complete, whatever they came to; its handlers are called by whoever hears of that.
    return { ...endStages(begun, nowMs), version: answer.version };
  }
  return failRun(begun, { code: 'internal', message: 'the subject processed it, and no longer knows what came of it' }, nowMs);
}

import { ApplicationFailure, condition, continueAsNew, proxyLocalActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { eventMessage, eventTarget } from '../domain/callback-message.ts';
import { isAtHandlers } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { answerTo, findOutcome, freshLetters, recordCallback, recordFolded, toSubjectEventResource } from '../domain/subject.ts';
import type { Applied, FoldedLetter, Subject, SubjectAnswer, SubjectLetter } from '../domain/subject.ts';
import { acceptedQuery, applyUpdate, outcomeQuery, outcomesQuery, snapshotQuery } from './messages.ts';
import { emittedBy, withoutEmitted } from '../domain/run-outcome.ts';
import { createCallbackSender } from './callback-sender.ts';
import type { PendingCallbacks } from './callback-sender.ts';
import { createBeside } from './beside.ts';
import { startFirstFollowUps } from './start-follow-ups.ts';
import { startFirstRuns } from './start-runs.ts';

export interface HoldSubjectInput extends PendingCallbacks {
  readonly subject: Subject;
  /** What its events have emitted that may have yet to be started; absent where that is nothing. */
  readonly followUps?: readonly AcceptedEvent[];
  /** Its events that are at their handlers and may have yet to go on for them; absent where there are none. */
  readonly leaving?: readonly EventRun[];
}

const { foldSubject } = proxyLocalActivities<Activities>({
  // It stops by itself after a second, or when the event it is at ends: at most three stages with three attempts each. Where a process ends
  // with handlers in it, it takes up no more after ten seconds.
  startToCloseTimeout: '2m',
  retry: { initialInterval: '100ms', maximumInterval: '1s', maximumAttempts: 3 },
});

/**
 * Holds a subject: its state, changed by gathered events one after the other. State and outcomes are recorded together, in
 * the task of the Update that brought the events. It goes on for as long as there is a subject.
 */
export async function holdSubject(input: HoldSubjectInput): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  const workflow = { id: workflowId, runId };
  let { subject } = input;
  const sender = createCallbackSender(input, (version, callback) => {
    subject = recordCallback(subject, version, callback);
  });
  const followUps = createBeside(input.followUps ?? [], startFirstFollowUps);
  const leaving = createBeside(input.leaving ?? [], startFirstRuns);
  let turn = Promise.resolve();

  setHandler(snapshotQuery, () => ({ version: subject.version, state: subject.state, updatedAtMs: subject.updatedAtMs }));
  setHandler(outcomeQuery, ({ idHash }) => {
    const known = findOutcome(subject, idHash);
    return known !== null && 'outcome' in known ? toSubjectEventResource(known, workflow) : known;
  });
  setHandler(acceptedQuery, ({ idHash }) => {
    const known = findOutcome(subject, idHash);
    return known !== null && 'outcome' in known ? known.event : null;
  });
  setHandler(outcomesQuery, () => subject.recent.map((recorded) => toSubjectEventResource(recorded, workflow)));
  setHandler(applyUpdate, ({ letters }) => {
    // Updates of several processes come at once; their events are folded in turn.
    const answers = turn.then(() => process(letters));
    turn = answers.then(
      () => undefined,
      () => undefined,
    );
    return answers;
  });

  let pending = await sender.untilFull();
  while (!followUps.mayLeave() || !leaving.mayLeave()) {
    await condition(() => followUps.mayLeave() && leaving.mayLeave());
    pending = await sender.untilFull();
  }
  await continueAsNew<typeof holdSubject>({
    subject,
    ...pending,
    ...(followUps.left().length > 0 && { followUps: followUps.left() }),
    ...(leaving.left().length > 0 && { leaving: leaving.left() }),
  });

  async function hasRoomFor(letters: readonly SubjectLetter[]): Promise<boolean> {
    if (!(await sender.hasRoom()) || !(await leaving.catchUp())) return false;
    // These may be what is left to be started, of a subject that emits events for itself: they would wait for themselves.
    return letters.every(({ event }) => event.causedBy !== undefined) || followUps.catchUp();
  }

  async function process(letters: readonly SubjectLetter[]): Promise<Applied> {
    // Its mailbox sends them again, to the next run: this one ends as soon as nothing is under way.
    if (!(await hasRoomFor(letters))) throw ApplicationFailure.create({ message: 'the subject goes on as a new run', type: 'busy' });
    const folded = new Map<string, { readonly contentHash: string; readonly answer: SubjectAnswer }>();
    let fresh = freshLetters(subject, letters);
    while (fresh.length > 0) {
      const { key, version, state, updatedAtMs } = subject;
      const next = await foldSubject({ key, version, state, updatedAtMs, letters: fresh });
      subject = recordFolded(subject, fresh, next, runId);
      const emitted = emittedBy(next.letters.flatMap((letter) => (letter.kind === 'processed' ? [letter.outcome] : [])));
      if (emitted.length > 0) followUps.add(emitted);
      for (const [index, letter] of next.letters.entries()) note(fresh[index], letter);
      fresh = fresh.slice(next.letters.length);
    }
    return { runId, answers: letters.map(answerOf) };

    function note(letter: SubjectLetter | undefined, result: FoldedLetter): void {
      if (letter === undefined) return;
      const { event, idHash, contentHash } = letter;
      if (result.kind === 'stale') {
        folded.set(idHash, { contentHash, answer: result });
        return;
      }
      const outcome = withoutEmitted(result.outcome);
      folded.set(idHash, { contentHash, answer: { kind: 'recorded', outcome } });
      // Its handlers hold up nobody: it goes on with them as a chunk of its own, which calls back as well.
      if (isAtHandlers(outcome.phase)) {
        // An item's batch has that done, which is told of the same.
        if (event.batchId === undefined) leaving.add([{ event, ...outcome }]);
        return;
      }
      if (event.callback === null) return;
      const target = eventTarget(event, event.callback);
      const message = eventMessage(toSubjectEventResource({ event, outcome }, workflow));
      sender.add({ version: outcome.version ?? 0, target, message });
    }

    /** Of an id that came twice at once, both get the same answer if they ask for the same. */
    function answerOf(letter: SubjectLetter): SubjectAnswer {
      const mine = folded.get(letter.idHash);
      if (mine === undefined) return answerTo(subject, letter) ?? { kind: 'id_conflict' };
      return mine.contentHash === letter.contentHash ? mine.answer : { kind: 'id_conflict' };
    }
  }
}

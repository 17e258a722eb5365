import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordFailure, recordSuccess } from '../../../domain/attempt.ts';
import { acceptRun, beginAttempt, completeStage, isEnded, nextStage, stateOf } from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { emittedBy, outcomeOf, recordOutcome, withoutEmitted } from '../../../domain/run-outcome.ts';
import { acceptedEvent, anyStages, eventError, lightPlan, NOON_MS } from './event-samples.ts';

const before = completeStage(acceptRun(acceptedEvent()), 'meaning', { large: true });
const failure = { error: eventError(), retryable: true, retryAfterMs: null, lost: false, startedAtMs: NOON_MS, endedAtMs: NOON_MS };

/** Steps of a run: an attempt of its next stage that succeeds or doesn't. */
function walk(start: EventRun, successes: readonly boolean[]): EventRun {
  return successes.reduce((run, isSuccess) => {
    const stage = nextStage(run);
    if (stage === null || isEnded(run.phase)) return run;
    const begun = beginAttempt(run, stage);
    return isSuccess ? recordSuccess(begun, stage, { value: stage, endedAtMs: NOON_MS }) : recordFailure(begun, stage, failure, NOON_MS);
  }, start);
}

it('has of the results only those that the call added, and all else as it stands', () => {
  const after = completeStage(before, 'decision', 'yes');

  expect(outcomeOf(before, after)).toEqual({ ...stateOf(after), results: { decision: 'yes' } });
  expect(after.results).toEqual({ meaning: { large: true }, decision: 'yes' });
});

it('tells what was emitted, which is kept nowhere but by its id', () => {
  const followUp = acceptedEvent({ id: 'k~1' });
  const followUps = [{ id: 'k~1', type: followUp.type }];
  const after = { ...completeStage(before, 'decision', 'yes'), emitted: [followUp], followUps };
  const outcome = outcomeOf(before, after);

  expect(outcome).toMatchObject({ emitted: [followUp], followUps });
  expect(emittedBy([outcome, outcomeOf(before, before)])).toEqual([followUp]);
  expect(recordOutcome(before, outcome)).toEqual({ ...completeStage(before, 'decision', 'yes'), followUps });
  expect(withoutEmitted(outcome)).toEqual(outcomeOf(before, { ...completeStage(before, 'decision', 'yes'), followUps }));
  expect(stateOf(after)).toMatchObject({ emitted: [followUp] });
});

it('has a result that is nothing', () => {
  expect(outcomeOf(before, completeStage(before, 'decision', null)).results).toEqual({ decision: null });
  expect(outcomeOf(completeStage(before, 'decision', undefined), before).results).toEqual({});
});

it('brings whoever has the run before a call to the run after it, also as the engine keeps it', () => {
  fc.assert(
    fc.property(anyStages, fc.array(fc.boolean()), fc.array(fc.boolean()), (stages, earlier, later) => {
      const start = walk(acceptRun(acceptedEvent({ plan: { ...lightPlan, stages } })), earlier);
      const end = walk(start, later);

      expect(recordOutcome(start, outcomeOf(start, end))).toEqual(end);
      expect(recordOutcome(start, JSON.parse(JSON.stringify(outcomeOf(start, end))))).toEqual(end);
    }),
  );
});

it('brings the version of its subject, and keeps what became of the callback out of the run', () => {
  const outcome = { ...outcomeOf(before, before), version: 3, ride: { kind: 'declined' } } as const;

  expect(recordOutcome(before, outcome)).toEqual({ ...before, version: 3 });
});

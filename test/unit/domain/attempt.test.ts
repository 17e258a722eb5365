import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countFailure, latestAttemptMs, NO_FAILURES, recordCut, recordFailure, recordSuccess } from '../../../domain/attempt.ts';
import type { StageFailure } from '../../../domain/event-error.ts';
import { acceptRun, beginAttempt, isEnded, nextStage } from '../../../domain/event-run.ts';
import { acceptedEvent, anyStages, eventError, lightPlan, NOON_MS } from './event-samples.ts';

const failure: StageFailure = {
  error: eventError({ retryable: true }),
  retryable: true,
  retryAfterMs: null,
  lost: false,
  startedAtMs: NOON_MS + 1,
  endedAtMs: NOON_MS + 5,
};
const DAY_MS = 24 * 3_600_000;
const begun = beginAttempt(acceptRun(acceptedEvent()), 'meaning');

describe('an attempt that succeeds', () => {
  it('completes the run with the last of its stages, at whose end it has ended', () => {
    fc.assert(
      fc.property(anyStages, (stages) => {
        let run = acceptRun(acceptedEvent({ plan: { ...lightPlan, stages } }));
        for (const [index, stage] of stages.entries()) {
          expect(isEnded(run.phase)).toBe(false);
          run = recordSuccess(beginAttempt(run, stage), stage, { value: index, startedAtMs: index, endedAtMs: index + 10 });
        }
        expect(run.phase).toEqual({ status: 'completed', endedAtMs: stages.length + 9 });
        expect(run.startedAtMs).toBe(0);
        expect(nextStage(run)).toBeNull();
      }),
    );
  });
});

it('keeps of an attempt that was cut short when it began and how far it was, if anybody knows', () => {
  const progress = { step: 'load', percent: 40, message: '2 of 5' };

  expect(recordCut(begun, { startedAtMs: NOON_MS + 1, progress })).toMatchObject({ startedAtMs: NOON_MS + 1, progress });
  expect(recordCut(begun, null)).toBe(begun);
});

it('keeps what an attempt last said of its progress, however it ended', () => {
  const progress = { step: 'reading', percent: 80, message: '' };
  const success = { value: 1, startedAtMs: NOON_MS, endedAtMs: NOON_MS + 1, progress };
  expect(recordSuccess(begun, 'meaning', success).progress).toMatchObject(progress);
  expect(recordFailure(begun, 'meaning', NO_FAILURES, { ...failure, progress }, NOON_MS).run.progress).toMatchObject(progress);
});

describe('an attempt that fails', () => {
  it('has the run wait as its type says, with what went wrong', () => {
    const { run, made } = recordFailure(begun, 'meaning', NO_FAILURES, failure, NOON_MS + 5);
    const waiting = { reason: 'retry', untilMs: NOON_MS + 105, lastError: failure.error };
    expect(run).toMatchObject({ startedAtMs: NOON_MS + 1, phase: { status: 'waiting', stage: 'meaning', waiting } });
    expect(made).toEqual({ failed: 1, lost: 0 });
  });

  it('ends the run when no other is due, when it was heard of, or at its own end by a clock that is ahead', () => {
    const last = { failed: 2, lost: 0 };
    const ended = (endedAtMs: number) => ({ status: 'failed', endedAtMs, error: failure.error });
    expect(recordFailure(begun, 'meaning', last, failure, NOON_MS + 9).run.phase).toEqual(ended(NOON_MS + 9));
    expect(recordFailure(begun, 'meaning', last, failure, NOON_MS).run.phase).toEqual(ended(NOON_MS + 5));
    const lost = { ...failure, startedAtMs: null, endedAtMs: null };
    expect(recordFailure(begun, 'meaning', last, lost, NOON_MS + 9).run).toMatchObject({
      startedAtMs: NOON_MS + 9,
      phase: { status: 'failed', endedAtMs: NOON_MS + 9 },
    });
  });

  it('ends a run whose next attempt would come too late, 13 days after its time', () => {
    const run = beginAttempt(acceptRun(acceptedEvent({ delayMs: DAY_MS })), 'meaning');
    const askedToWait = { ...failure, retryAfterMs: DAY_MS };
    const { acceptedAtMs } = run.event;
    const heardOf = (days: number, latestMs?: number) =>
      recordFailure(run, 'meaning', NO_FAILURES, askedToWait, acceptedAtMs + days * DAY_MS, latestMs).run.phase;

    expect(heardOf(13, latestAttemptMs(run.event))).toMatchObject({ status: 'waiting', waiting: { untilMs: acceptedAtMs + 14 * DAY_MS } });
    expect(heardOf(13.001, latestAttemptMs(run.event))).toMatchObject({ status: 'failed', error: failure.error });
    expect(heardOf(1_000)).toMatchObject({ status: 'waiting' });
  });

  it('is counted as its worker’s or as its handler’s', () => {
    expect(countFailure({ failed: 1, lost: 1 }, { lost: true })).toEqual({ failed: 1, lost: 2 });
    expect(countFailure({ failed: 1, lost: 1 }, { lost: false })).toEqual({ failed: 2, lost: 1 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptTimeoutMs, latestAttemptMs, recordFailure, recordSuccess } from '../../../domain/attempt.ts';
import type { StageFailure } from '../../../domain/event-error.ts';
import { acceptRun, beginAttempt, isEnded, markStarted, nextStage } from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { MAX_LOST_ATTEMPTS } from '../../../domain/retry-policy.ts';
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
          run = recordSuccess(beginAttempt(run, stage), stage, { value: index, endedAtMs: index + 10 });
        }
        expect(run.phase).toEqual({ status: 'completed', endedAtMs: stages.length + 9 });
        expect(run.results).toEqual(Object.fromEntries(stages.map((stage, index) => [stage, index])));
        expect(nextStage(run)).toBeNull();
      }),
    );
  });

  it('leaves the failures of its stage behind', () => {
    const failed = recordFailure(begun, 'meaning', failure, NOON_MS);

    expect(recordSuccess(beginAttempt(failed, 'meaning'), 'meaning', { value: 1, endedAtMs: NOON_MS })).toMatchObject({
      failures: { failed: 0, lost: 0 },
      attempts: { meaning: 2 },
    });
  });
});

describe('an attempt that fails', () => {
  it('has the run wait as its type says, with what went wrong', () => {
    const waiting = { reason: 'retry', untilMs: NOON_MS + 105, forMs: 100, lastError: failure.error };

    expect(recordFailure(begun, 'meaning', failure, NOON_MS + 5)).toMatchObject({
      startedAtMs: NOON_MS + 1,
      phase: { status: 'waiting', stage: 'meaning', waiting },
      failures: { failed: 1, lost: 0 },
    });
  });

  it('leaves the start of the run as it was', () => {
    expect(recordFailure(markStarted(begun, 7), 'meaning', failure, NOON_MS).startedAtMs).toBe(7);
  });

  it('leaves on record what its worker last said of its progress', () => {
    const progress = { step: 'reading', percent: 80, message: '' };
    const shown = { ...begun, progress: { ...progress, percent: 90 } };

    expect(recordFailure(begun, 'meaning', { ...failure, progress }, NOON_MS).progress).toEqual(progress);
    expect(recordFailure(shown, 'meaning', { ...failure, progress }, NOON_MS).progress?.percent).toBe(90);
    expect(recordFailure(shown, 'meaning', failure, NOON_MS).progress?.percent).toBe(90);
  });

  it('ends the run when no other is due, when it was heard of, or at its own end by a clock that is ahead', () => {
    const last = { ...begun, failures: { failed: 2, lost: 0 } };
    const ended = (endedAtMs: number) => ({ status: 'failed', endedAtMs, error: failure.error });

    expect(recordFailure(last, 'meaning', failure, NOON_MS + 9).phase).toEqual(ended(NOON_MS + 9));
    expect(recordFailure(last, 'meaning', failure, NOON_MS).phase).toEqual(ended(NOON_MS + 5));
  });

  it('of a worker that vanished began and ended when that was heard of', () => {
    const last = { ...begun, failures: { failed: 2, lost: 0 } };

    expect(recordFailure(last, 'meaning', { ...failure, startedAtMs: null, endedAtMs: null }, NOON_MS + 9)).toMatchObject({
      startedAtMs: NOON_MS + 9,
      phase: { status: 'failed', endedAtMs: NOON_MS + 9 },
    });
  });

  it('ends a run whose next attempt would come too late: 13 days after its time, or where others wait for it', () => {
    const run = beginAttempt(acceptRun(acceptedEvent({ delayMs: DAY_MS })), 'meaning');
    const { acceptedAtMs } = run.event;
    const askedToWait = { ...failure, retryAfterMs: DAY_MS };
    const heardOf = (days: number, latestMs?: number) =>
      recordFailure(run, 'meaning', askedToWait, acceptedAtMs + days * DAY_MS, latestMs).phase;

    expect(latestAttemptMs(run.event)).toBe(acceptedAtMs + 14 * DAY_MS);
    expect(heardOf(13)).toMatchObject({ status: 'waiting', waiting: { untilMs: acceptedAtMs + 14 * DAY_MS } });
    expect(heardOf(13.001)).toMatchObject({ status: 'failed', error: failure.error });
    expect(heardOf(0, acceptedAtMs + DAY_MS)).toMatchObject({ status: 'waiting' });
    expect(heardOf(0, acceptedAtMs + DAY_MS - 1)).toMatchObject({ status: 'failed' });
  });

  it('is counted as its worker’s or as its handler’s, and only one of the latter uses up what the type allows', () => {
    const anyLosses = fc.array(fc.boolean(), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), anyLosses, (maxAttempts, losses) => {
        const plan = { ...lightPlan, retry: { ...lightPlan.retry, maxAttempts } };
        let run: EventRun = acceptRun(acceptedEvent({ plan }));
        let [failed, lost] = [0, 0];
        for (const isLost of losses) {
          if (isEnded(run.phase)) break;
          run = recordFailure(beginAttempt(run, 'meaning'), 'meaning', { ...failure, lost: isLost }, NOON_MS);
          if (isLost) lost += 1;
          else failed += 1;
          expect(run.failures).toEqual({ failed, lost });
          expect(run.attempts).toEqual({ meaning: failed + lost });
          expect(run.phase.status).toBe(failed === maxAttempts || lost === MAX_LOST_ATTEMPTS ? 'failed' : 'waiting');
        }
      }),
    );
  });
});

describe('the time for all attempts', () => {
  const planned = (total: number) => ({ ...lightPlan, timeoutsMs: { ...lightPlan.timeoutsMs, total } });
  const accepted = (total: number) => acceptRun(acceptedEvent({ plan: planned(total) }));

  it('bounds what an attempt has, from the first start on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50_000 }), fc.nat(60_000), (total, sinceMs) => {
        const run = accepted(total);

        expect(attemptTimeoutMs(run, 'action', NOON_MS)).toBe(Math.min(10_000, total));
        expect(attemptTimeoutMs(markStarted(run, NOON_MS), 'action', NOON_MS + sinceMs)).toBe(Math.min(10_000, total - sinceMs));
        expect(attemptTimeoutMs(markStarted(acceptRun(acceptedEvent()), NOON_MS), 'action', NOON_MS + sinceMs)).toBe(10_000);
      }),
    );
  });

  it('leaves a stage no time that its type gives none', () => {
    expect(attemptTimeoutMs(accepted(10), 'unknown', NOON_MS)).toBe(0);
  });

  it('is never passed by the beginning of an attempt, and ends a run at once that would have to wait for longer', () => {
    const anyAttempt = fc.record({ tookMs: fc.nat(3_000), afterMs: fc.option(fc.nat(5_000)), lost: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.array(anyAttempt, { maxLength: 30 }), (total, attempts) => {
        let run = accepted(total);
        let nowMs = NOON_MS;
        for (const { tookMs, afterMs, lost } of attempts) {
          const startedAtMs = nowMs;
          expect(attemptTimeoutMs(run, 'meaning', nowMs)).toBeGreaterThan(0);
          nowMs += tookMs;
          const failed = { ...failure, lost, retryAfterMs: afterMs, startedAtMs, endedAtMs: nowMs };
          run = recordFailure(beginAttempt(markStarted(run, startedAtMs), 'meaning'), 'meaning', failed, nowMs);
          if (run.phase.status !== 'waiting') break;
          nowMs += run.phase.waiting.reason === 'retry' ? (run.phase.waiting.forMs ?? 0) : 0;
        }
        const { phase } = run;
        if (phase.status !== 'failed' || phase.error.code !== 'timeout') return;
        // It has ended where it was heard of, and waited for nothing.
        expect(phase).toEqual({
          status: 'failed',
          endedAtMs: nowMs,
          error: { ...failure.error, code: 'timeout', message: `not done within ${total} ms in all: no money` },
        });
      }),
    );
  });

  it('does not hide why a run has failed that would not be tried again', () => {
    const late = markStarted(begin(accepted(10)), NOON_MS);

    expect(recordFailure(late, 'meaning', { ...failure, retryable: false }, NOON_MS + 5_000).phase).toMatchObject({
      error: { code: 'card_declined', message: 'no money' },
    });
  });

  it('is over for an attempt that had all that was left', () => {
    const cut = { ...failure, error: eventError({ code: 'timeout', message: 'not done within 7 ms' }), isTimeUp: true };

    expect(recordFailure(markStarted(begin(accepted(10_000)), NOON_MS), 'meaning', cut, NOON_MS + 7).phase).toMatchObject({
      status: 'failed',
      error: { code: 'timeout', message: 'not done within 10000 ms in all: not done within 7 ms' },
    });
  });

  it('is over before an attempt that could not begin any more, which says what the last one failed with', () => {
    const waiting = recordFailure(markStarted(begin(accepted(10_000)), NOON_MS), 'meaning', failure, NOON_MS);
    const none = { ...failure, error: eventError({ message: 'not done within 0 ms' }), isTimeUp: true };

    expect(recordFailure(waiting, 'meaning', none, NOON_MS + 10_000)).toMatchObject({
      attempts: { meaning: 1 },
      phase: { status: 'failed', error: { message: 'not done within 10000 ms in all: no money' } },
    });
  });

  function begin(run: EventRun): EventRun {
    return beginAttempt(run, 'meaning');
  }
});

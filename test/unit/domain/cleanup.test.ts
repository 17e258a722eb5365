import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordFailure, recordSuccess } from '../../../domain/attempt.ts';
import { cleaningUp, cleanupOf, toCleanup } from '../../../domain/cleanup.ts';
import { acceptRun, beginAttempt, endRun, markStarted, nextStage, refusalToCancel } from '../../../domain/event-run.ts';
import { acceptedEvent, anyEnd, anyStages, eventError, lightPlan, NOON_MS } from './event-samples.ts';

const limits = [{ key: 'tasks', capacity: 5, reserved: {} }];
const handlers = [{ name: 'tell', weight: 'light', retry: lightPlan.retry, timeoutMs: 1_000 }] as const;
const plan = { ...lightPlan, limits, handlers, timeoutsMs: { ...lightPlan.timeoutsMs, total: 9_000, onCancel: 5_000 } };
const callback = { url: 'https://example.org/hook', headers: {}, progress: true };
const accepted = acceptRun(acceptedEvent({ plan, callback }));
const begun = markStarted(beginAttempt(accepted, 'meaning'), NOON_MS);

it('is a run of its own with a single stage, which is given what the others have come to', () => {
  fc.assert(
    fc.property(anyStages, fc.nat(3), (stages, done) => {
      let run = markStarted(acceptRun(acceptedEvent({ plan: { ...plan, stages } })), NOON_MS);
      for (const stage of stages.slice(0, Math.min(done, stages.length - 1))) {
        run = recordSuccess(beginAttempt(run, stage), stage, { value: stage, endedAtMs: NOON_MS });
      }
      const cleanup = cleanupOf(run);

      expect(cleanup).toMatchObject({ phase: { status: 'accepted' }, startedAtMs: null, attempts: {}, results: run.results });
      expect(cleanup?.event).toMatchObject({ id: run.event.id, run: run.event.run, data: run.event.data, callback: null });
      expect(cleanup?.event.plan.timeoutsMs).toEqual({ onCancel: 5_000 });
      expect(cleanup?.event.plan).not.toHaveProperty('limits');
      expect(cleanup?.event.plan).not.toHaveProperty('handlers');
      expect(cleanup && nextStage(cleanup)).toBe('onCancel');
    }),
  );
});

it('is none where nothing has begun, or the type has nothing to clean up', () => {
  expect(cleanupOf(accepted)).toBeNull();
  // Its attempt stands in the queue of a worker.
  expect(cleanupOf(beginAttempt(accepted, 'meaning'))).toBeNull();
  expect(cleanupOf({ ...begun, event: acceptedEvent() })).toBeNull();
});

it('is tried once, and again only where it was lost', () => {
  const cleanup = cleanupOf(begun);
  if (cleanup === null) throw new Error('there is nothing to clean up');
  const failure = {
    error: eventError({ stage: 'onCancel', retryable: true }),
    retryable: true,
    retryAfterMs: null,
    startedAtMs: NOON_MS,
    endedAtMs: NOON_MS,
  };
  const failed = recordFailure(beginAttempt(cleanup, 'onCancel'), 'onCancel', { ...failure, lost: false }, NOON_MS);
  const lost = recordFailure(beginAttempt(cleanup, 'onCancel'), 'onCancel', { ...failure, lost: true }, NOON_MS);
  const completed = recordSuccess(beginAttempt(lost, 'onCancel'), 'onCancel', { value: null, endedAtMs: NOON_MS });

  expect(toCleanup(failed)).toEqual({ status: 'failed', error: failure.error });
  expect(lost.phase.status).toBe('waiting');
  expect(toCleanup(completed)).toEqual({ status: 'completed' });
});

it('is shown as what the run is at, which can be cancelled once more and ends no other way', () => {
  const cleaning = cleaningUp(begun);

  expect(cleaning.phase).toEqual({ status: 'running', stage: 'onCancel' });
  expect(refusalToCancel(cleaning, NOON_MS)).toBeNull();
  expect(endRun(cleaning, { status: 'cancelled', endedAtMs: 7 }).phase).toEqual({ status: 'cancelled', endedAtMs: 7 });
  fc.assert(
    fc.property(anyEnd, (end) => {
      expect(cleaningUp(endRun(begun, end)).phase).toEqual(end);
    }),
  );
});

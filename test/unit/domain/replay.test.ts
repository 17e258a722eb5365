import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordFailure, recordSuccess } from '../../../domain/attempt.ts';
import { dueAtMs } from '../../../domain/accepted-event.ts';
import { toChunk, runsOf } from '../../../domain/chunk.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import { acceptRun, beginAttempt, endRun, endStages, nextStage, stateOf, wait } from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { handlerRun, recordHandler, settleHandlers } from '../../../domain/handler-runs.ts';
import { begunOf, refusalToReplay, replayOf } from '../../../domain/replay.ts';
import type { ReplayOrder } from '../../../domain/replay.ts';
import { NO_FAILURES } from '../../../domain/retry-policy.ts';
import { STAGES } from '../../../domain/stage.ts';
import { acceptedEvent, anyEnd, eventError, lightPlan, NOON_MS } from './event-samples.ts';

const mark = { atMs: NOON_MS + 1_000, of: 'run-a', by: 'request-1', asked: 'a' };
const order: ReplayOrder = { from: 'stage', event: { plan: lightPlan, data: { amount: 4 } }, mark };
const accepted = acceptRun(acceptedEvent({ delayMs: 60_000 }));

/** After so many stages have come to their results, the next one has failed `failures` times. */
function failedAt(done: number, failures: number): EventRun {
  let run = accepted;
  for (const stage of STAGES.slice(0, done)) {
    run = recordSuccess(beginAttempt(run, stage), stage, { value: `of ${stage}`, endedAtMs: NOON_MS });
  }
  const stage = nextStage(run) ?? '';
  for (let times = 0; times < failures; times += 1) {
    const error = eventError({ stage });
    const last = times === failures - 1;
    run = recordFailure(
      beginAttempt(run, stage),
      stage,
      { error, retryable: !last, retryAfterMs: 0, lost: false, startedAtMs: NOON_MS, endedAtMs: NOON_MS },
      NOON_MS,
    );
  }
  return run;
}

it('is the same event, of which a stage is left to be run: its failures are counted from nothing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom('stage' as const, 'start' as const),
      (done, failures, from) => {
        const before = failedAt(done, failures);
        const next = replayOf(before, { ...order, from });
        const kept = from === 'start' ? [] : STAGES.slice(0, done);
        expect(next?.event).toEqual({ ...before.event, run: 2, delayMs: 0, data: order.event.data, replay: mark });
        expect(next).toMatchObject({ phase: { status: 'accepted' }, startedAtMs: null, progress: null, failures: NO_FAILURES });
        expect(next?.results).toEqual(Object.fromEntries(kept.map((stage) => [stage, `of ${stage}`])));
        expect(next?.attempts).toEqual(Object.fromEntries(kept.map((stage) => [stage, 1])));
        expect(next && nextStage(next)).toBe(STAGES[kept.length]);
        expect(next && refusalToReplay(next)).toBe('not_ended');
      },
    ),
  );
});

it('is begun by its workflow as it was made', () => {
  for (const done of [0, 1, 2]) {
    const next = replayOf(failedAt(done, 1), order);
    expect(next && runsOf(toChunk([next.event], begunOf(next)))).toEqual([next]);
  }
  expect(begunOf(accepted)).toBeUndefined();
});

it('counts the attempts of a stage once at least whose result is all that is known of it', () => {
  const before = { ...failedAt(1, 1), attempts: {} };
  expect(replayOf(before, order)?.attempts).toEqual({ [STAGES[0]]: 1 });
});

it('goes on under the plan that it is given, if that begins with the stages that are done', () => {
  const before = failedAt(2, 1);
  const withStages = (...stages: string[]) => replayOf(before, { ...order, event: { ...order.event, plan: { ...lightPlan, stages } } });
  expect(withStages('meaning', 'decision', 'other', 'action')?.event.plan.stages).toEqual(['meaning', 'decision', 'other', 'action']);
  expect(withStages('meaning', 'other', 'decision')).toBeNull();
  expect(withStages('meaning')).toBeNull();
  expect(
    replayOf(before, { ...order, from: 'start', event: { ...order.event, plan: { ...lightPlan, stages: ['other'] } } })?.results,
  ).toEqual({});
});

it('can be replayed when it has failed or was cancelled, and at no other time', () => {
  fc.assert(
    fc.property(anyEnd, (end) => {
      expect(refusalToReplay(endRun(accepted, end))).toBe(end.status === 'completed' ? 'completed' : null);
    }),
  );
  for (const run of [accepted, beginAttempt(accepted, 'meaning'), wait(accepted, null, { reason: 'delay', untilMs: NOON_MS })]) {
    expect(refusalToReplay(run)).toBe('not_ended');
  }
});

it('is due when it was asked for, and waited for its start from then on', () => {
  const next = replayOf(failedAt(1, 1), order);
  if (next === null) throw new Error('it is replayable');
  expect(dueAtMs(next.event)).toBe(mark.atMs);
  const resource = toEventResource(
    { ...next, startedAtMs: mark.atMs + 5 },
    { status: 'none', url: null, attempts: [] },
    { id: 'order-1', runId: 'run-b' },
  );
  expect(resource).toMatchObject({ run: 2, acceptedAt: '2026-01-01T12:00:00.000Z', timings: { queuedMs: 5 } });
  expect(resource).not.toHaveProperty('replay');
});

it('calls only those handlers again that have not completed', () => {
  const plan = {
    ...lightPlan,
    stages: [],
    handlers: ['told', 'refused'].map((name) => ({ name, weight: 'light' as const, retry: lightPlan.retry, timeoutMs: 1 })),
  };
  const run = endStages(acceptRun(acceptedEvent({ plan, takenBy: [{ name: 'told' }, { name: 'refused' }] })), NOON_MS);
  const [told, refused] = plan.handlers.map((handler) => handlerRun(run, handler));
  if (told === undefined || refused === undefined) throw new Error('it has two handlers');
  const one = recordHandler(run, 'told', stateOf(endRun(told, { status: 'completed', endedAtMs: NOON_MS })));
  const both = recordHandler(one, 'refused', stateOf(endRun(refused, { status: 'failed', endedAtMs: NOON_MS, error: eventError() })));
  const partial = settleHandlers(both, NOON_MS);
  expect([partial.phase.status, refusalToReplay(partial)]).toEqual(['partial', null]);

  const next = replayOf(partial, { ...order, event: { plan, data: null, takenBy: [{ name: 'refused' }] } });
  expect(Object.keys(next?.handlers ?? {})).toEqual(['told']);
  expect(next?.event.takenBy).toEqual([{ name: 'refused' }]);
  expect(next && runsOf(toChunk([next.event], begunOf(next)))).toEqual([next]);
  const anew = replayOf(partial, { ...order, from: 'start', event: { plan, data: null } });
  expect([anew?.handlers, anew?.event.takenBy]).toEqual([undefined, undefined]);
});

it('knows what has followed from the event before', () => {
  const followUps = [{ id: 'k~a', type: 'told' }];
  for (const from of ['stage', 'start'] as const) {
    const next = replayOf({ ...failedAt(0, 1), followUps }, { ...order, from });
    expect(next?.followUps).toEqual(followUps);
    expect(next && runsOf(toChunk([next.event], begunOf(next)))).toEqual([next]);
  }
});

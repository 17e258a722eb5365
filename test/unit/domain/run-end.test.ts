import { expect, it } from 'vitest';
import { acceptRun, endRun, failRun, markStarted, stateOf } from '../../../domain/event-run.ts';
import { runEndOf } from '../../../domain/run-end.ts';
import { acceptedEvent } from './event-samples.ts';

const EVENT = acceptedEvent({ tenant: 'acme', type: 'order', tier: 'high', acceptedAtMs: 1_000, delayMs: 500 });

it('says what a run came to, how long it waited after its delay, and how long it ran', () => {
  const run = endRun(markStarted(acceptRun(EVENT), 1_800), { status: 'completed', endedAtMs: 2_000 });

  expect(runEndOf(run)).toEqual({
    event: EVENT.id,
    run: 1,
    tenant: 'acme',
    type: 'order',
    tier: 'high',
    outcome: 'completed',
    queuedMs: 300,
    runMs: 200,
  });
});

it('says why a run has failed, which handlers have, and what its request was called', () => {
  const run = failRun(acceptRun({ ...EVENT, requestId: 'r-1' }), { code: 'gone', message: 'no more' }, 2_000);
  const handlers = { tell: stateOf(run), ship: stateOf(endRun(acceptRun(EVENT), { status: 'completed', endedAtMs: 2_000 })) };

  expect(runEndOf(run)).toMatchObject({ error: { code: 'gone', message: 'no more' }, requestId: 'r-1' });
  const partial = { ...endRun(acceptRun(EVENT), { status: 'partial', endedAtMs: 2_000 }), handlers };
  expect(runEndOf(partial)).toMatchObject({ outcome: 'partial', failedHandlers: ['tell'] });
  expect(runEndOf(partial)).not.toHaveProperty('error');
});

it('is nothing of a run that goes on', () => {
  expect(runEndOf(markStarted(acceptRun(EVENT), 1_800))).toBeNull();
});

it('has no times where no attempt was made', () => {
  const end = runEndOf(failRun(acceptRun(EVENT), { code: 'invalid_event', message: 'no' }, 2_000));

  expect(end).toMatchObject({ outcome: 'failed', queuedMs: null, runMs: null });
});

it('is nothing of a handler’s run, which is counted with its event’s', () => {
  const run = acceptRun({ ...EVENT, handlerOf: { id: 'order-1', name: 'tell-sales' } });

  expect(runEndOf(endRun(run, { status: 'completed', endedAtMs: 2_000 }))).toBeNull();
});

it('has no negative times, whatever the clocks say', () => {
  const run = endRun(markStarted(acceptRun(EVENT), 900), { status: 'cancelled', endedAtMs: 800 });

  expect(runEndOf(run)).toMatchObject({ outcome: 'cancelled', queuedMs: 0, runMs: 0 });
});

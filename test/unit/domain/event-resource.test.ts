import { describe, expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import type { CallbackRecord } from '../../../domain/callback-record.ts';
import { hasEnded, toEventResource } from '../../../domain/event-resource.ts';
import { acceptRun, beginAttempt, completeStage, endRun, markStarted, reportProgress, wait } from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { acceptedEvent, eventError, lightPlan, NOON_MS } from './event-samples.ts';

const callback: CallbackRecord = { status: 'none', url: null, attempts: [] };
const accepted = acceptRun(acceptedEvent());
const started = markStarted(beginAttempt(accepted, 'meaning'), NOON_MS + 20);

function resourceOf(run: EventRun) {
  return toEventResource(run, callback, { id: 'order-1', runId: 'run-a' });
}

describe('toEventResource', () => {
  it('spells an accepted event out, without anything missing', () => {
    expect(resourceOf(accepted)).toEqual({
      id: 'order-1',
      ownId: 'order-1',
      run: 1,
      type: 'sample',
      source: 'shop',
      subject: null,
      version: null,
      time: '2026-01-01T11:59:59.000Z',
      data: { amount: 3 },
      tier: 'normal',
      urgency: 0,
      tenant: 'default',
      batchId: null,
      causedBy: null,
      status: 'accepted',
      stage: null,
      acceptedAt: '2026-01-01T12:00:00.000Z',
      startedAt: null,
      completedAt: null,
      timings: { queuedMs: null, runMs: null },
      progress: null,
      attempts: { meaning: 0, decision: 0, action: 0 },
      result: null,
      handlers: {},
      error: null,
      callback,
      workflow: { id: 'order-1', runId: 'run-a', url: null },
    });
  });

  it('shows that nothing was said of what an event has no field for, as it was stored before there was one', () => {
    const { source: _unknown, ...older } = acceptedEvent();

    expect(resourceOf(acceptRun(older as AcceptedEvent)).source).toBeNull();
  });

  it('shows the stage, attempts and progress of a running event', () => {
    const run = reportProgress(started, { step: 'load', percent: 10, message: 'loading' });

    expect(resourceOf(run)).toMatchObject({
      status: 'running',
      stage: 'meaning',
      startedAt: '2026-01-01T12:00:00.020Z',
      timings: { queuedMs: 20, runMs: null },
      progress: { step: 'load', percent: 10, message: 'loading' },
      attempts: { meaning: 1, decision: 0, action: 0 },
    });
  });

  it('shows neither stage nor error while an event is delayed', () => {
    const run = wait(accepted, null, { reason: 'delay', untilMs: NOON_MS + 1_000 });

    expect(resourceOf(run)).toMatchObject({ status: 'waiting', stage: null, error: null });
  });

  it('shows why the last attempt failed while an event waits for the next', () => {
    const lastError = eventError({ stage: 'meaning', retryable: true });

    const run = wait(started, 'meaning', { reason: 'retry', untilMs: NOON_MS + 120, lastError });

    expect(resourceOf(run)).toMatchObject({ status: 'waiting', stage: 'meaning', error: lastError });
  });

  it('fills in null for the stages without a result', () => {
    const run = completeStage(started, 'decision', { pattern: 'absorb' });

    expect(resourceOf(run).result).toEqual({ meaning: null, decision: { pattern: 'absorb' }, action: null });
  });

  it('shows the stages that its type names, where these are others', () => {
    const plan = { ...lightPlan, stages: ['fetch', 'action'] };
    const run = completeStage(beginAttempt(acceptRun(acceptedEvent({ plan })), 'fetch'), 'fetch', 1);

    expect(resourceOf(run)).toMatchObject({ attempts: { fetch: 1, action: 0 }, result: { fetch: 1, action: null } });
    expect(Object.keys(resourceOf(run).attempts)).toEqual(plan.stages);
  });

  it('shows when a completed event ended and how long it ran', () => {
    const run = endRun(started, { status: 'completed', endedAtMs: NOON_MS + 50 });

    expect(resourceOf(run)).toMatchObject({
      status: 'completed',
      stage: null,
      completedAt: '2026-01-01T12:00:00.050Z',
      timings: { queuedMs: 20, runMs: 30 },
      error: null,
    });
  });

  it('shows the stage and the error that a failed event ended with', () => {
    const error = eventError({ stage: 'action' });

    const run = endRun(started, { status: 'failed', endedAtMs: NOON_MS + 50, error });

    expect(resourceOf(run)).toMatchObject({ status: 'failed', stage: 'action', error });
  });

  it('shows an event that was cancelled before it started', () => {
    const run = endRun(accepted, { status: 'cancelled', endedAtMs: NOON_MS + 5 });

    expect(resourceOf(run)).toMatchObject({
      status: 'cancelled',
      stage: null,
      startedAt: null,
      completedAt: '2026-01-01T12:00:00.005Z',
      timings: { queuedMs: null, runMs: null },
    });
  });

  it('shows no negative times when the clocks of two machines differ', () => {
    const run = endRun(markStarted(accepted, NOON_MS - 30), { status: 'completed', endedAtMs: NOON_MS - 40 });

    expect(resourceOf(run).timings).toEqual({ queuedMs: 0, runMs: 0 });
  });
});

describe('hasEnded', () => {
  it.each([
    [false, ['accepted', 'waiting', 'running']],
    [true, ['completed', 'partial', 'failed', 'cancelled']],
  ] as const)('is %s for %j', (ended, statuses) => {
    expect(statuses.map((status) => hasEnded({ status }))).toEqual(statuses.map(() => ended));
  });
});

it('says what became of what was to be cleaned up, and nothing where there was nothing', () => {
  const cancelled = endRun(started, { status: 'cancelled', endedAtMs: NOON_MS + 30 });

  expect(resourceOf({ ...cancelled, cleanup: { status: 'completed' } }).cleanup).toEqual({ status: 'completed' });
  expect(resourceOf(cancelled)).not.toHaveProperty('cleanup');
});

import { describe, expect, it } from 'vitest';
import { recordFailure, recordSuccess } from '../../../domain/attempt.ts';
import { attemptTimes, endTime } from '../../../domain/attempt-times.ts';
import type { CallbackRecord } from '../../../domain/callback-record.ts';
import { toEventResource, toFullResource } from '../../../domain/event-resource.ts';
import { acceptRun, beginAttempt, markStarted } from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { toEventSummary } from '../../../domain/event-summary.ts';
import { chargeAttempt } from '../../../domain/quarantine.ts';
import { acceptedEvent, eventError, NOON_MS } from './event-samples.ts';

const callback: CallbackRecord = { status: 'none', url: null, attempts: [] };
const workflow = { id: 'order-1', runId: 'run-a' };
const failure = { error: eventError({ code: 'refused' }), retryable: true, retryAfterMs: null, lost: false };

function begin(run: EventRun, stage: string, afterMs: number): EventRun {
  const atMs = NOON_MS + afterMs;
  return attemptTimes.begin(markStarted(beginAttempt(run, stage), atMs), stage, atMs);
}
function fail(run: EventRun, afterMs: number): EventRun {
  const endedAtMs = NOON_MS + afterMs;
  return endTime(recordFailure(run, 'meaning', { ...failure, startedAtMs: null, endedAtMs }, endedAtMs), endedAtMs, failure.error.code);
}

/** One that failed first, then succeeded, and is at its second stage. */
function told(): EventRun {
  const accepted = acceptRun(acceptedEvent());
  const again = begin(fail(begin(accepted, 'meaning', 20), 25), 'meaning', 130);
  const endedAtMs = NOON_MS + 137;
  const done = endTime(recordSuccess(again, 'meaning', { value: 1, endedAtMs }), endedAtMs);
  return begin(done, 'decision', 137);
}

describe('times of attempts', () => {
  it('are told of whoever asks for the event, with what each came to', () => {
    expect(toFullResource(told(), callback, workflow).timeline).toEqual([
      { of: 'stage', name: 'meaning', attempt: 1, startedAt: '2026-01-01T12:00:00.020Z', durationMs: 5, error: 'refused' },
      { of: 'stage', name: 'meaning', attempt: 2, startedAt: '2026-01-01T12:00:00.130Z', durationMs: 7, error: null },
      { of: 'stage', name: 'decision', attempt: 1, startedAt: '2026-01-01T12:00:00.137Z', durationMs: null, error: null },
    ]);
  });

  it('tell of handlers by their names, in the order of their beginnings', () => {
    const state = { ...begin(acceptRun(acceptedEvent()), 'mail', 60), attempts: { mail: 1 } };
    const { event: _event, ...mail } = state;
    const run = { ...told(), handlers: { mail } };
    expect(toFullResource(run, callback, workflow).timeline?.map(({ of, name }) => [of, name])).toEqual([
      ['stage', 'meaning'],
      ['handler', 'mail'],
      ['stage', 'meaning'],
      ['stage', 'decision'],
    ]);
    const apart = { ...state, event: acceptedEvent({ handlerOf: { id: 'order-1', name: 'mail' } }) };
    expect(toFullResource(apart, callback, workflow).timeline?.[0]).toMatchObject({ of: 'handler', name: 'mail' });
  });

  it('are kept of the last twenty', () => {
    let run = acceptRun(acceptedEvent());
    for (let attempt = 1; attempt <= 25; attempt += 1)
      run = fail(begin({ ...run, phase: { status: 'accepted' } }, 'meaning', attempt), attempt);
    const timeline = toFullResource(run, callback, workflow).timeline ?? [];
    expect(timeline.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 20 }, (_, index) => index + 6));
  });

  it('are no part of lists and callbacks, nor shown where none are known', () => {
    expect(toEventResource(told(), callback, workflow)).not.toHaveProperty('timeline');
    expect(toEventSummary(toFullResource(told(), callback, workflow))).not.toHaveProperty('timeline');
    expect(toFullResource(acceptRun(acceptedEvent()), callback, workflow)).not.toHaveProperty('timeline');
  });

  it('end once, and never before they began, whatever clocks say', () => {
    const begun = begin(acceptRun(acceptedEvent()), 'meaning', 20);
    const ended = endTime(begun, NOON_MS);
    expect(ended.times).toEqual([{ stage: 'meaning', fromMs: 0, forMs: 0 }]);
    expect(endTime(ended, NOON_MS + 99)).toBe(ended);
    expect(endTime(acceptRun(acceptedEvent()), NOON_MS).times).toBeUndefined();
    expect(attemptTimes.begin(begun, 'decision', NOON_MS).times?.[1]).toEqual({ stage: 'decision', fromMs: 0 });
    expect(attemptTimes.begin(acceptRun(acceptedEvent()), 'meaning', NOON_MS).times).toEqual([{ stage: 'meaning', fromMs: 0 }]);
    // As records without a start or counts would have it.
    expect(toFullResource({ ...begun, attempts: {} }, callback, workflow).timeline?.[0]?.attempt).toBe(0);
    expect(toFullResource({ ...begun, startedAtMs: null }, callback, workflow).timeline?.[0]?.startedAt).toBe('1970-01-01T00:00:00.000Z');
  });
});

it('end with the process that an attempt has ended', () => {
  const begun = begin(acceptRun(acceptedEvent()), 'meaning', 20);
  const charged = chargeAttempt(begun, { code: 'crashed', message: 'its process is gone' }, NOON_MS + 50);
  expect(charged.times).toEqual([{ stage: 'meaning', fromMs: 0, forMs: 30, error: 'crashed' }]);
});

import { describe, expect, it } from 'vitest';
import { explainRun } from '../../../api/explain-run.ts';
import type { Why } from '../../../domain/why.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import type { CallbackRecord } from '../../../domain/callback-record.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import type { EndedPhase, EventRun } from '../../../domain/event-run.ts';
import { acceptRun, beginAttempt, endRun, markStarted, wait } from '../../../domain/event-run.ts';
import { acceptedEvent, eventError, NOON_MS } from '../domain/event-samples.ts';

const NOON = '2026-01-01T12:00:00.000Z';
const FIVE_PAST = '2026-01-01T12:00:05.000Z';
const refused = { at: NOON, status: 500, durationMs: 5, error: 'http_500' };
const accepted = acceptRun(acceptedEvent());
const running = markStarted(beginAttempt(accepted, 'meaning'), NOON_MS + 5_000);

describe('an event', () => {
  it('that was accepted is about to run', () => {
    expect(explain(accepted)).toEqual({
      id: 'order-1',
      status: 'accepted',
      reason: 'running',
      summary: 'It was accepted and is about to run.',
      since: NOON,
      details: { stage: null, attempt: 0 },
    });
  });

  it('whose callback is parked waits for its destination, although it has ended', () => {
    const ended = endRun(running, { status: 'completed', endedAtMs: NOON_MS + 6_000 });
    const callback = { ...initialCallback('https://shop.example/hook'), status: 'parked' as const };
    const resource = toEventResource(ended, callback, { id: 'order-1', runId: 'run-a' });

    expect(explainRun(resource, null, NOON_MS)).toEqual({
      id: 'order-1',
      status: 'completed',
      reason: 'breaker',
      summary: 'It ended as completed; its callback waits until https://shop.example is well again.',
      since: '2026-01-01T12:00:06.000Z',
      details: { key: 'https://shop.example' },
    });
  });

  it.each<readonly [string, Partial<CallbackRecord>, string, Why['details']]>([
    ['was delivered', { status: 'delivered' }, 'It ended as completed.', {}],
    ['is under way', {}, 'It ended as completed; its callback is on its way.', { attempt: 0 }],
    [
      'is to be tried again',
      { attempts: [refused], nextAttemptAt: FIVE_PAST },
      `It ended as completed; its callback is sent again at ${FIVE_PAST}, after 1 attempt (the last: http_500).`,
      { attempt: 1, nextAttemptAt: FIVE_PAST, etaMs: 4_000 },
    ],
    [
      'was given up',
      { status: 'failed', attempts: [refused, refused] },
      'It ended as completed; its callback was given up after 2 attempts (the last: http_500).',
      { attempt: 2 },
    ],
  ])('whose callback %s has ended, and says so', (_, fields, summary, details) => {
    const ended = endRun(running, { status: 'completed', endedAtMs: NOON_MS });
    const callback = { ...initialCallback('https://shop.example/hook'), ...fields };
    const resource = toEventResource(ended, callback, { id: 'order-1', runId: 'run-a' });

    expect(explainRun(resource, null, NOON_MS + 1_000)).toMatchObject({ reason: 'ended', summary, details });
  });

  it('whose stage runs says which, and the how many-th attempt it is', () => {
    expect(explain(beginAttempt(running, 'meaning'))).toEqual({
      id: 'order-1',
      status: 'running',
      reason: 'running',
      summary: 'Its meaning runs, attempt 2.',
      since: FIVE_PAST,
      details: { stage: 'meaning', attempt: 2 },
    });
  });

  it('whose run knows more than its record is explained by the run', () => {
    const resource = resourceOf(running);
    const further = beginAttempt(beginAttempt(running, 'action'), 'action');
    expect(explainRun(resource, further, NOON_MS)).toMatchObject({
      summary: 'Its action runs, attempt 2.',
      details: { stage: 'action', attempt: 2 },
    });
  });

  it('whose run has no say is explained by its record', () => {
    expect(explainRun(resourceOf(running), null, NOON_MS)).toEqual({
      id: 'order-1',
      status: 'running',
      reason: 'running',
      summary: 'Its meaning runs, attempt 1.',
      since: FIVE_PAST,
      details: { stage: 'meaning', attempt: 1 },
    });
    expect(explainRun(resourceOf(accepted), null, NOON_MS)).toMatchObject({ summary: 'It was accepted and is about to run.' });
  });

  it('that waits for a permit says of which key, and since when', () => {
    expect(explain(wait(running, 'action', { reason: 'permit', key: 'host:a', sinceMs: NOON_MS + 5_000 }))).toEqual({
      id: 'order-1',
      status: 'waiting',
      reason: 'permit',
      summary: 'It waits for a permit of "host:a".',
      since: FIVE_PAST,
      details: { key: 'host:a' },
    });
  });

  it('that was asked to wait says until when', () => {
    expect(explain(wait(accepted, null, { reason: 'delay', untilMs: NOON_MS + 5_000 }), NOON_MS + 2_000)).toEqual({
      id: 'order-1',
      status: 'waiting',
      reason: 'delay',
      summary: `It was asked to wait until ${FIVE_PAST}.`,
      since: NOON,
      details: { nextAttemptAt: FIVE_PAST, etaMs: 3_000 },
    });
  });

  it('that waits for a retry says what went wrong, and when the next attempt is', () => {
    const lastError = eventError({ retryable: true });
    const failed = wait(beginAttempt(running, 'action'), 'action', { reason: 'retry', untilMs: NOON_MS + 5_000, lastError });
    expect(explain(failed, NOON_MS + 1_000)).toEqual({
      id: 'order-1',
      status: 'waiting',
      reason: 'retry',
      summary: `Attempt 1 of its action failed (card_declined); the next is at ${FIVE_PAST}.`,
      since: null,
      details: { stage: 'action', attempt: 1, nextAttemptAt: FIVE_PAST, lastError, etaMs: 4_000 },
    });
  });

  it.each(['delay', 'retry'] as const)('whose time for a %s has come is due now, not in the past', (reason) => {
    const waiting = { untilMs: NOON_MS, lastError: eventError(), reason };
    expect(explain(wait(running, 'action', waiting), NOON_MS + 60_000).details.etaMs).toBe(0);
  });

  it.each<readonly [EndedPhase, string, Why['details']]>([
    [{ status: 'completed', endedAtMs: NOON_MS + 5_000 }, 'It ended as completed.', {}],
    [
      { status: 'failed', endedAtMs: NOON_MS + 5_000, error: eventError() },
      'Its action failed with card_declined: no money. It would fail again as it is: mend its handler, or its data (`--patch`), then `tickless replay order-1`.',
      { failures: [{ at: 'action', code: 'card_declined', message: 'no money', attempts: 0 }], replay: 'when_mended' },
    ],
    [
      { status: 'cancelled', endedAtMs: NOON_MS + 5_000 },
      'It ended as cancelled. `tickless replay order-1` runs it after all.',
      { replay: 'as_is' },
    ],
  ])('that has ended says how, whatever its run says: $status', (end, summary, details) => {
    const resource = resourceOf(endRun(running, end));
    for (const run of [endRun(running, end), running, null]) {
      expect(explainRun(resource, run, NOON_MS)).toEqual({
        id: 'order-1',
        status: end.status,
        reason: 'ended',
        summary,
        since: FIVE_PAST,
        details,
      });
    }
  });

  it('that has failed says so before what becomes of its callback, and then what helps', () => {
    const failed = endRun(running, { status: 'failed', endedAtMs: NOON_MS, error: eventError({ retryable: true }) });
    const callback = { ...initialCallback('https://shop.example/hook'), status: 'failed' as const, attempts: [refused] };
    const resource = toEventResource(failed, callback, { id: 'order-1', runId: 'run-a' });

    expect(explainRun(resource, null, NOON_MS).summary).toBe(
      'Its action failed with card_declined: no money; its callback was given up after 1 attempt (the last: http_500). It may succeed now: `tickless replay order-1`.',
    );
  });
});

function explain(run: EventRun, nowMs = NOON_MS): Why {
  return explainRun(resourceOf(run), run, nowMs);
}

function resourceOf(run: EventRun): ReturnType<typeof toEventResource> {
  return toEventResource(run, initialCallback(null), { id: 'order-1', runId: '1' });
}

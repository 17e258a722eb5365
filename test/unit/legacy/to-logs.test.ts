import { expect, it } from 'vitest';
import { toLogs } from '../../../events/sessions/older/to-logs.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import * as runs from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { acceptedEvent, eventError, NOON_MS } from '../domain/event-samples.ts';

const workflow = { id: 'talk-1', runId: 'r' };
const begun = runs.markStarted(runs.beginAttempt(runs.acceptRun(acceptedEvent({ acceptedAtMs: NOON_MS })), 'meaning'), NOON_MS + 1_000);

function at(seconds: number): string {
  return new Date(NOON_MS + seconds * 1_000).toISOString();
}

function logsOf(run: EventRun, attempts: readonly CallbackAttempt[] = []): readonly string[] {
  const callback = { ...initialCallback('https://hook.example/'), attempts };
  const lines = toLogs(toEventResource(run, callback, workflow));
  return lines.map(({ at, level, message }) => `${at === null ? 'now' : (Date.parse(at) - NOON_MS) / 1_000} ${level} ${message}`);
}

it('has the steps, the warnings, the end and the callbacks in the order of time', () => {
  const action = {
    steps: [
      { step: 'video', started_at: at(2), seconds: 3.5 },
      { step: 'summary', started_at: at(6), seconds: 0 },
    ],
    warnings: [{ code: 'slides_cut', message: 'there are more' }],
  };
  const again = runs.beginAttempt(runs.beginAttempt(begun, 'action'), 'action');
  const ended = runs.endRun(runs.completeStage(again, 'action', action), { status: 'completed', endedAtMs: NOON_MS + 8_000 });
  const attempts = [
    { at: at(9), status: 500, durationMs: 1, error: 'http_500' },
    { at: at(10), status: 200, durationMs: 1, error: null },
  ];

  expect(logsOf(ended, attempts)).toEqual([
    '0 info accepted',
    '1 info began',
    '2 info video: 3.5 s',
    '6 info summary: 0 s',
    '8 warning action: attempt 2',
    '8 warning slides_cut: there are more',
    '8 info completed',
    '9 warning the callback failed: http_500',
    '10 info called back',
  ]);
});

it('ends with where a job is now', () => {
  const atWork = runs.reportProgress(begun, { step: 'video', percent: 40, message: 'fetched 400 MB of the video' });

  expect(logsOf(atWork)).toEqual(['0 info accepted', '1 info began', 'now info video: fetched 400 MB of the video (40 %)']);
});

it('has the error of a job that failed, and of one that is tried again', () => {
  const error = eventError({ code: 'http_404', message: 'the page is gone' });
  const failed = runs.endRun(begun, { status: 'failed', endedAtMs: NOON_MS + 2_000, error });
  const waiting = runs.wait(begun, 'meaning', { reason: 'retry', untilMs: NOON_MS + 5_000, lastError: error });

  expect(logsOf(failed).slice(2)).toEqual(['2 error http_404: the page is gone', '2 info failed']);
  expect(logsOf(waiting).slice(2)).toEqual(['now warning http_404: the page is gone']);
});

it('takes whatever else is in a result for nothing', () => {
  const odd = runs.completeStage(begun, 'action', { steps: [7, {}, { started_at: 5 }], warnings: 'none' });

  expect(logsOf(odd)).toEqual(['0 info accepted', '1 info began']);
});

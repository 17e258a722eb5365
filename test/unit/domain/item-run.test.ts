import { describe, expect, it } from 'vitest';
import { acceptRun, endRun, stateOf, wait } from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { hearOfItem, nextAttemptMs, markOf, toItemRun } from '../../../domain/item-run.ts';
import { acceptedEvent, NOON_MS } from './event-samples.ts';

const lastError = { code: 'boom', message: 'no', stage: 'action', retryable: true } as const;
const accepted = acceptRun(acceptedEvent({ run: 2 }));
const waiting = wait(accepted, 'action', { reason: 'retry', untilMs: NOON_MS + 100, lastError });
const delayed = wait(accepted, null, { reason: 'delay', untilMs: NOON_MS + 100 });
const completed = endRun(accepted, { status: 'completed', endedAtMs: NOON_MS });
const failed = endRun(accepted, { status: 'failed', endedAtMs: NOON_MS, error: lastError });

describe('an item of a unit', () => {
  it.each<[string, EventRun, string, number]>([
    ['as it was accepted', accepted, 'p', 0],
    ['that waits for its next attempt', waiting, 'p', NOON_MS + 100],
    ['that waits for anything else', delayed, 'p', 0],
    ['that has completed', completed, 'c', 0],
    ['that has failed', failed, 'f', 0],
  ])('%s is counted and due as its run says', (_what, run, mark, due) => {
    const item = toItemRun(7, run);

    expect(item).toMatchObject({ offset: 7, run: 2, state: stateOf(run) });
    expect([markOf(item), nextAttemptMs(item)]).toEqual([mark, due]);
  });

  it('that nobody has begun is pending, and due at once', () => {
    expect([markOf({ offset: 7, run: 1 }), nextAttemptMs({ offset: 7, run: 1 })]).toEqual(['p', 0]);
  });

  it('says what its failure is grouped by, and nothing else', () => {
    expect(toItemRun(7, failed).cause).toBe('sample:action:boom');
    expect(toItemRun(7, completed)).not.toHaveProperty('cause');
  });
});

it('is heard of by the clock of its unit', () => {
  const state = stateOf(wait(accepted, 'action', { reason: 'retry', untilMs: NOON_MS, forMs: 100, lastError }));
  expect(nextAttemptMs(hearOfItem({ offset: 0, run: 1, state }, 5_000))).toBe(5_100);
  expect(hearOfItem({ offset: 0, run: 1 }, 5_000)).toEqual({ offset: 0, run: 1 });
});

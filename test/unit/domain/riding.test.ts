import { describe, expect, it } from 'vitest';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { isUnwell, LIGHT_TASK_SLOTS, mayRide, mayTellProgress, mustWait } from '../../../domain/riding.ts';

describe('an attempt', () => {
  const quiet = { ridingToOrigin: 0, riding: 0 };

  it('rides where all is quiet', () => {
    expect(mayRide(quiet)).toBe(true);
  });

  it.each([
    ['half of the workflow tasks are in attempts to its origin', { ridingToOrigin: LIGHT_TASK_SLOTS / 2 }],
    ['three quarters of them are in attempts to any', { riding: (LIGHT_TASK_SLOTS * 3) / 4 }],
  ])('does not ride when %s', (_why, fields) => {
    expect(mayRide({ ...quiet, ...fields })).toBe(false);
  });
});

describe('a delivery', () => {
  it.each([
    ['stands in line where the others are answered soon', { isTroubled: false, openAtOrigin: 1_000 }, false],
    ['is sent where there is a connection', { openAtOrigin: 19 }, false],
    ['waits elsewhere where there is none', { openAtOrigin: 20 }, true],
    ['is sent where nobody was answered for a while, and few are open', { openAtOrigin: 15, silentMs: 3_001 }, false],
    ['is sent where it is one of an eighth of all', { openAtOrigin: 49, connections: 128 }, false],
    ['waits elsewhere where more would be from one origin', { openAtOrigin: 50, connections: 128 }, true],
    ['waits elsewhere where nobody was answered for a while', { openAtOrigin: 16, silentMs: 3_001 }, true],
  ])('%s', (_what, room, waits) => {
    expect(mustWait({ isTroubled: true, connections: 20, silentMs: 3_000, ...room })).toBe(waits);
  });
});

describe('a progress message', () => {
  it.each([
    ['is sent where all is quiet', false, 79, true],
    ['is left out where its origin was lately failing or slow', true, 0, false],
    ['is left out where many are in line', false, 80, false],
  ])('%s', (_what, isTroubled, openAtOrigin, isTold) => {
    expect(mayTellProgress({ isTroubled, openAtOrigin, connections: 20 })).toBe(isTold);
  });
});

describe('a destination', () => {
  const attempt = (status: number | null, error: string | null): CallbackAttempt => ({ at: '', status, durationMs: 1, error });

  it.each([
    [500, 'http_500'],
    [503, 'http_503'],
    [429, 'http_429'],
    [408, 'http_408'],
    [410, 'http_410'],
    [null, 'timeout'],
    [null, 'refused'],
    [null, 'dns'],
  ])('is unwell that answers %s (%s)', (status, error) => {
    expect(isUnwell(attempt(status, error))).toBe(true);
  });

  it.each([
    [200, null],
    [302, 'redirect'],
    [404, 'http_404'],
    [401, 'http_401'],
    [null, 'busy'],
    [null, 'aborted'],
    [null, 'guarded'],
  ])('is not shown to be unwell by %s (%s)', (status, error) => {
    expect(isUnwell(attempt(status, error))).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { CONNECTIONS_PER_ORIGIN, isUnwell, LIGHT_TASK_SLOTS, mayRide, mustWait } from '../../../domain/riding.ts';

describe('an attempt', () => {
  const quiet = { isTroubled: false, openAtOrigin: 0, riding: 0 };

  it('rides where all is quiet', () => {
    expect(mayRide(quiet)).toBe(true);
  });

  it.each([
    ['its origin was lately failing or slow', { isTroubled: true }],
    ['four times as many as there are connections are open at its origin', { openAtOrigin: 64 }],
    ['half of the workflow tasks are in such attempts', { riding: LIGHT_TASK_SLOTS / 2 }],
  ])('does not ride when %s', (_why, fields) => {
    expect(mayRide({ ...quiet, ...fields })).toBe(false);
  });

  it('never makes more than half of the tasks wait, nor more than 64 for one origin', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 600 }), (origins) => {
        const open = new Map<number, number>();
        let riding = 0;
        for (const origin of origins) {
          const openAtOrigin = open.get(origin) ?? 0;
          if (!mayRide({ isTroubled: false, openAtOrigin, riding })) continue;
          open.set(origin, openAtOrigin + 1);
          riding += 1;
        }
        expect(riding).toBeLessThanOrEqual(LIGHT_TASK_SLOTS / 2);
        expect(Math.max(0, ...open.values())).toBeLessThanOrEqual(64);
      }),
    );
  });
});

describe('a delivery', () => {
  it.each([
    ['stands in line where the others are answered soon', false, 1_000, false],
    ['is sent where there is a connection', true, CONNECTIONS_PER_ORIGIN - 1, false],
    ['waits elsewhere where nobody is answered soon', true, CONNECTIONS_PER_ORIGIN, true],
  ])('%s', (_what, isTroubled, openAtOrigin, waits) => {
    expect(mustWait({ isTroubled, openAtOrigin })).toBe(waits);
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

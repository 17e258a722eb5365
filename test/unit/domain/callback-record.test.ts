import { describe, expect, it } from 'vitest';
import { attemptsMade, initialCallback, isRecorded, joinRecords, recordAttempt, withoutExcerpts } from '../../../domain/callback-record.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';

const url = 'https://shop.example/hook';
const answered = (status: number | null): CallbackAttempt => ({ at: '2026-01-01T12:00:00.000Z', status, durationMs: 5, error: null });

describe('a callback', () => {
  it('is pending where there is an address, else none', () => {
    expect(initialCallback(url)).toEqual({ status: 'pending', url, attempts: [] });
    expect(initialCallback(null)).toEqual({ status: 'none', url: null, attempts: [] });
  });

  it.each([
    [204, null, 'delivered'],
    [204, 5_000, 'delivered'],
    [500, 5_000, 'pending'],
    [null, 0, 'pending'],
    [500, null, 'failed'],
    [410, null, 'failed'],
  ])('is, after an answer of %s and with the next attempt in %s ms, %s', (status, nextAttemptAfterMs, expected) => {
    const record = recordAttempt(initialCallback(url), { attempt: answered(status), nextAttemptAfterMs });

    expect(record.status).toBe(expected);
  });

  it.each([
    [null, 0, 'parked'],
    [answered(500), 5_000, 'parked'],
    [answered(500), null, 'failed'],
    [answered(200), null, 'delivered'],
  ])('is, where its destination is parked, after %j with the next attempt in %s ms, %s', (attempt, nextAttemptAfterMs, expected) => {
    const record = recordAttempt(initialCallback(url), { attempt, nextAttemptAfterMs, parkedAt: 'https://shop.example' });

    expect(record).toEqual({ status: expected, url, attempts: attempt === null ? [] : [attempt] });
  });

  it('keeps its attempts in their order', () => {
    const first = recordAttempt(initialCallback(url), { attempt: answered(500), nextAttemptAfterMs: 5_000 });
    const second = recordAttempt(first, { attempt: answered(200), nextAttemptAfterMs: null });

    expect(second).toEqual({ status: 'delivered', url, attempts: [answered(500), answered(200)] });
    expect(first.attempts).toEqual([answered(500)]);
  });
});

describe('the schedule', () => {
  const failed = { ...answered(500), error: 'http_500' };
  const busy = { ...answered(null), error: 'busy' };
  const probe = { ...failed, reason: 'probe' as const };
  const redelivered = { ...failed, reason: 'redelivery' as const };

  it.each([
    [[], 0],
    [[failed, failed], 2],
    [[failed, busy, probe], 1],
    [[failed, failed, redelivered], 1],
    [[failed, redelivered, failed, redelivered, failed, failed], 3],
  ])('counts the attempts that used it up since it began: %#', (attempts, made) => {
    expect(attemptsMade({ ...initialCallback(url), attempts })).toBe(made);
  });

  it('is not lost when the first of very many attempts are forgotten', () => {
    let record = initialCallback(url);
    for (let made = 0; made < 400; made += 1) record = recordAttempt(record, { attempt: redelivered, nextAttemptAfterMs: null });

    expect(record.attempts).toHaveLength(300);
    expect(attemptsMade(record)).toBe(1);
  });
});

it('knows an attempt that is told twice', () => {
  const outcome = { attempt: answered(500), nextAttemptAfterMs: 5_000 };
  const record = recordAttempt(initialCallback(url), outcome);

  expect(isRecorded(record, outcome)).toBe(true);
  expect(isRecorded(record, { ...outcome, attempt: { ...answered(500), at: '2026-01-01T12:30:00.000Z' } })).toBe(false);
  expect(isRecorded(record, { attempt: null, nextAttemptAfterMs: 5_000 })).toBe(false);
});

describe('withoutExcerpts', () => {
  it('leaves what anybody may see who may see the event', () => {
    const attempt = { ...answered(500), error: 'http_500', excerpt: 'secret', retryAfterMs: 5, reason: 'redelivery' as const };

    expect(withoutExcerpts({ ...initialCallback(url), attempts: [attempt] })).toEqual({
      ...initialCallback(url),
      attempts: [{ ...answered(500), error: 'http_500' }],
    });
  });
});

describe('the record of a delivery that was started before its event’s verdict was recorded', () => {
  const parked = { ...initialCallback(url), status: 'parked' as const };
  const rode = answered(204);

  it('stays as it is where the event’s says the same', () => {
    expect(joinRecords(parked, { ...initialCallback(url), nextAttemptAt: '2026-01-01T12:00:15.000Z' })).toEqual(parked);
  });

  it('is settled where a first attempt rode along after all', () => {
    const recorded = { ...initialCallback(url), status: 'delivered' as const, attempts: [rode] };

    expect(joinRecords(parked, recorded)).toEqual({ ...parked, status: 'delivered', attempts: [rode] });
  });

  it('goes on where one rode along in vain, and has it once', () => {
    const recorded = { ...initialCallback(url), attempts: [rode] };
    const later = { ...answered(500), at: '2026-01-01T12:30:00.000Z' };

    expect(joinRecords({ ...parked, attempts: [later] }, recorded)).toEqual({ ...parked, attempts: [rode, later] });
    expect(joinRecords({ ...parked, attempts: [rode, later] }, recorded)).toEqual({ ...parked, attempts: [rode, later] });
  });
});

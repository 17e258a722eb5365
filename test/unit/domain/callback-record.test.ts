import { describe, expect, it } from 'vitest';
import { initialCallback, recordAttempt } from '../../../domain/callback-record.ts';
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

  it('keeps its attempts in their order', () => {
    const first = recordAttempt(initialCallback(url), { attempt: answered(500), nextAttemptAfterMs: 5_000 });
    const second = recordAttempt(first, { attempt: answered(200), nextAttemptAfterMs: null });

    expect(second).toEqual({ status: 'delivered', url, attempts: [answered(500), answered(200)] });
    expect(first.attempts).toEqual([answered(500)]);
  });
});

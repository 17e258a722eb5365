import { expect, it } from 'vitest';
import { afterRide } from '../../../domain/after-ride.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import { FROM_THE_BEGINNING } from '../../../domain/delivery-input.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';

const record = initialCallback('https://shop.example/hook');
const good: CallbackAttempt = { at: '2026-01-01T12:00:00.000Z', status: 204, durationMs: 5, error: null };
const bad: CallbackAttempt = { ...good, status: 503, error: 'http_503' };

it('leaves nothing to do where the first attempt was the last', () => {
  expect(afterRide(record, { kind: 'sent', attempt: good, nextAttemptAfterMs: null })).toEqual({
    record: { ...record, status: 'delivered', attempts: [good] },
    delivery: null,
  });
});

it('goes on with the attempts so far, and when the next is due', () => {
  expect(afterRide(record, { kind: 'sent', attempt: bad, nextAttemptAfterMs: 5_000 })).toEqual({
    record: { ...record, attempts: [bad] },
    delivery: { attempts: [bad], begin: { kind: 'after', ms: 5_000 } },
  });
});

it('says where the destination is parked', () => {
  const parkedAt = 'https://shop.example';
  expect(afterRide(record, { kind: 'sent', attempt: null, nextAttemptAfterMs: 0, parkedAt })).toEqual({
    record: { ...record, status: 'parked' },
    delivery: { attempts: [], begin: { kind: 'suspended', origin: parkedAt } },
  });
});

it('begins anew where nothing was sent, or waits for the outcome of what is under way', () => {
  expect(afterRide(record, { kind: 'declined' })).toEqual({ record, delivery: FROM_THE_BEGINNING });
  expect(afterRide(record, { kind: 'handed_over', sender: 'sender~a' })).toEqual({
    record,
    delivery: { attempts: [], begin: { kind: 'awaiting-report', sender: 'sender~a' } },
  });
});

it('leaves nothing to do where the process has started the delivery, and says when that is due', () => {
  const nextAttemptAt = '2026-01-01T12:00:15.000Z';
  const ride = { kind: 'sent', attempt: null, nextAttemptAfterMs: 15_000, nextAttemptAt } as const;

  expect(afterRide(record, { ...ride, isStarted: true })).toEqual({ record: { ...record, nextAttemptAt }, delivery: null });
  expect(afterRide(record, ride)).toEqual({
    record: { ...record, nextAttemptAt },
    delivery: { attempts: [], begin: { kind: 'after', ms: 15_000 } },
  });
});

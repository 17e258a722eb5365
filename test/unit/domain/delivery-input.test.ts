import { expect, it } from 'vitest';
import type { CallbackTarget } from '../../../domain/callback-message.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { ASK_AGAIN_MS, beginAfter, FROM_THE_BEGINNING, startDelayMs, suspendedAt } from '../../../domain/delivery-input.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const target: CallbackTarget = { kind: 'event', tenant: 'default', owner: 'order-1', run: 1, callback };
const failed: CallbackAttempt = { at: '2026-01-01T12:00:00.000Z', status: 503, durationMs: 5, error: 'http_503' };

const origin = 'https://shop.example';

it.each([
  ['that is parked', { begin: { kind: 'suspended', origin }, attempts: [] }, ASK_AGAIN_MS],
  ['that is parked by its first attempt', { begin: { kind: 'suspended', origin }, attempts: [failed] }, ASK_AGAIN_MS],
  ['for which no connection is free', { begin: { kind: 'after', ms: 15_000 }, attempts: [] }, 15_000],
  ['that is to be sent', FROM_THE_BEGINNING, null],
  ['whose wait is over', { begin: { kind: 'after', ms: 0 }, attempts: [] }, null],
  ['that waits for its second attempt', { begin: { kind: 'after', ms: 5_000 }, attempts: [failed] }, null],
  ['that waits to be asked', { begin: { kind: 'on-request' }, attempts: [] }, null],
  ['that asks for an attempt under way', { begin: { kind: 'awaiting-report', sender: 'sender~a' }, attempts: [] }, null],
] as const)('keeps the first task back of a delivery %s as long as it may', (_what, delivery, delayMs) => {
  expect(startDelayMs({ target, ...delivery })).toBe(delayMs);
});

it('goes on as the attempt says', () => {
  expect(beginAfter({ attempt: failed, nextAttemptAfterMs: 5_000 })).toEqual({ kind: 'after', ms: 5_000 });
  expect(beginAfter({ attempt: failed, nextAttemptAfterMs: 5_000, parkedAt: origin })).toEqual({ kind: 'suspended', origin });
  expect(beginAfter({ attempt: failed, nextAttemptAfterMs: null })).toBeNull();
});

it('says where one is parked that begins so', () => {
  expect(suspendedAt({ begin: { kind: 'suspended', origin } })).toBe(origin);
  expect(suspendedAt(FROM_THE_BEGINNING)).toBeUndefined();
});

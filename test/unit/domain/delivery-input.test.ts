import { expect, it } from 'vitest';
import type { CallbackTarget } from '../../../domain/callback-message.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { ASK_AGAIN_MS, startDelayMs } from '../../../domain/delivery-input.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const target: CallbackTarget = { kind: 'event', tenant: 'default', owner: 'order-1', run: 1, callback };
const failed: CallbackAttempt = { at: '2026-01-01T12:00:00.000Z', status: 503, durationMs: 5, error: 'http_503' };

it.each([
  ['that is parked', { firstAttemptAfterMs: 0, parkedAt: 'https://shop.example' }, ASK_AGAIN_MS],
  [
    'that is parked by its first attempt',
    { attempts: [failed], firstAttemptAfterMs: 5_000, parkedAt: 'https://shop.example' },
    ASK_AGAIN_MS,
  ],
  ['for which no connection is free', { attempts: [], firstAttemptAfterMs: 15_000 }, 15_000],
  ['that is to be sent', {}, null],
  ['that waits for its second attempt', { attempts: [failed], firstAttemptAfterMs: 5_000 }, null],
  ['that waits to be asked', { firstAttemptAfterMs: null }, null],
  ['that asks for an attempt under way', { sender: 'sender~a' }, null],
])('keeps the first task back of a delivery %s as long as it may', (_what, delivery, delayMs) => {
  expect(startDelayMs({ target, ...delivery })).toBe(delayMs);
});

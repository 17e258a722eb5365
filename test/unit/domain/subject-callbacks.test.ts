import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Ride } from '../../../domain/callback-message.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { FROM_THE_BEGINNING } from '../../../domain/delivery-input.ts';
import { addCallback, beginRides, endRides, endStarts, unsettled } from '../../../domain/subject-callbacks.ts';
import type { FirstCallback, SubjectCallbacks } from '../../../domain/subject-callbacks.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const good: CallbackAttempt = { at: '2026-01-01T12:00:00.000Z', status: 204, durationMs: 5, error: null };
const bad: CallbackAttempt = { ...good, status: 503, error: 'http_503' };
const DELIVERED: Ride = { kind: 'sent', attempt: good, nextAttemptAfterMs: null };
const FAILED: Ride = { kind: 'sent', attempt: bad, nextAttemptAfterMs: 5_000 };
const none: SubjectCallbacks = { waiting: [], riding: [], left: [] };

function first(version: number): FirstCallback {
  const target = { kind: 'event' as const, tenant: 'default', owner: `event-${version}`, run: 1, callback };
  return { version, target, message: { type: 'event.completed', timestamp: '', recordedAt: '', data: { version } } };
}

it('puts attempts on record, and leaves to deliveries what they have not ended', () => {
  const ridden = [1, 2, 3, 4, 5].map(first);
  const begun = beginRides({ ...none, waiting: [...ridden, first(6)] }, ridden);
  expect(begun).toEqual({ waiting: [first(6)], riding: ridden, left: [] });

  const rides: readonly Ride[] = [DELIVERED, FAILED, { kind: 'declined' }, { kind: 'handed_over', sender: 'sender~a' }];
  const { records, callbacks } = endRides(begun, ridden, rides);
  expect(records).toEqual([
    { version: 1, callback: { status: 'delivered', url: callback.url, attempts: [good] } },
    { version: 2, callback: { status: 'pending', url: callback.url, attempts: [bad] } },
  ]);
  expect(callbacks).toEqual({
    waiting: [first(6)],
    riding: [],
    left: [
      { target: first(2).target, message: first(2).message, attempts: [bad], begin: { kind: 'after', ms: 5_000 } },
      { target: first(3).target, message: first(3).message, ...FROM_THE_BEGINNING },
      { target: first(4).target, message: first(4).message, attempts: [], begin: { kind: 'awaiting-report', sender: 'sender~a' } },
      { target: first(5).target, message: first(5).message, ...FROM_THE_BEGINNING },
    ],
  });
  expect(endStarts(callbacks, callbacks.left.slice(0, 3)).left).toEqual(callbacks.left.slice(3));
});

it('has on record that one waits, since its delivery may not say so yet', () => {
  const rides: readonly Ride[] = [
    { kind: 'sent', attempt: null, nextAttemptAfterMs: 0, parkedAt: 'https://shop.example' },
    { kind: 'sent', attempt: null, nextAttemptAfterMs: 5_000, nextAttemptAt: '2026-01-01T12:00:05.000Z' },
  ];
  const ridden = [first(1), first(2)];
  const { records, callbacks } = endRides(beginRides({ ...none, waiting: ridden }, ridden), ridden, rides);
  expect(records.map(({ callback: { status, nextAttemptAt } }) => [status, nextAttemptAt])).toEqual([
    ['parked', undefined],
    ['pending', '2026-01-01T12:00:05.000Z'],
  ]);
  expect(callbacks.left).toMatchObject([
    { begin: { kind: 'suspended', origin: 'https://shop.example' } },
    { begin: { kind: 'after', ms: 5_000 } },
  ]);
});

it('loses no callback and has none twice, however rides and starts overlap', () => {
  const anyStep = fc.constantFrom('record', 'ride', 'end', 'start');
  fc.assert(
    fc.property(fc.array(fc.tuple(anyStep, fc.nat(5)), { maxLength: 60 }), (steps) => {
      let delivered = 0;
      let callbacks = none;
      let noted = 0;
      const underWay: (readonly FirstCallback[])[] = [];
      const started: unknown[] = [];
      for (const [step, count] of steps) {
        if (step === 'record') callbacks = addCallback(callbacks, first((noted += 1)));
        if (step === 'ride') {
          const next = callbacks.waiting.slice(0, count);
          underWay.push(next);
          callbacks = beginRides(callbacks, next);
        }
        if (step === 'end') {
          const [ended = []] = underWay.splice(count % Math.max(1, underWay.length), 1);
          const rides = ended.map(({ version }) => (version % 2 ? DELIVERED : FAILED));
          const after = endRides(callbacks, ended, rides);
          ({ callbacks } = after);
          delivered += after.records.filter(({ callback: record }) => record.status === 'delivered').length;
        }
        if (step === 'start') {
          const next = callbacks.left.slice(0, count);
          started.push(...next);
          callbacks = endStarts(callbacks, next);
        }
      }
      expect(unsettled(callbacks).length + started.length + delivered).toBe(noted);
    }),
  );
});

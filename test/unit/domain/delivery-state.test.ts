import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallbackOutcome } from '../../../domain/callback-record.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { ASK_AGAIN_MS } from '../../../domain/delivery-input.ts';
import type { DeliveryBegin } from '../../../domain/delivery-input.ts';
import {
  beginDelivery,
  beginNextAttempt,
  isDone,
  isPressed,
  joinRecorded,
  nextAtMs,
  noteOutcome,
  requestAttempt,
  shownRecord,
  toContinue,
  wakeDelivery,
} from '../../../domain/delivery-state.ts';
import type { DeliveryState } from '../../../domain/delivery-state.ts';

const origin = 'https://shop.example';
const callback = { url: `${origin}/hook`, headers: {}, progress: false };
const target = { kind: 'event', tenant: 'default', owner: 'order-1', run: 1, callback } as const;
const good: CallbackAttempt = { at: '2026-01-01T12:00:00.000Z', status: 204, durationMs: 5, error: null };
const bad: CallbackAttempt = { ...good, status: 503, error: 'http_503' };
const DELIVERED: CallbackOutcome = { attempt: good, nextAttemptAfterMs: null };
const RETRIED: CallbackOutcome = { attempt: bad, nextAttemptAfterMs: 5_000 };
const PARKED: CallbackOutcome = { attempt: bad, nextAttemptAfterMs: 5_000, parkedAt: origin };
const AT = 1_000_000;

function begin(how: DeliveryBegin, attempts: readonly CallbackAttempt[] = []): DeliveryState {
  return beginDelivery({ target, begin: how, attempts }, AT);
}

describe('a delivery begins', () => {
  it.each([
    ['at once', { kind: 'now' }, AT, 'pending'],
    ['after a wait', { kind: 'after', ms: 500 }, AT + 500, 'pending'],
    ['parked', { kind: 'suspended', origin }, AT + ASK_AGAIN_MS, 'parked'],
    ['asking for what is under way', { kind: 'awaiting-report', sender: 'sender~a' }, AT, 'pending'],
    ['waiting to be asked', { kind: 'on-request' }, AT + 10_000, 'pending'],
  ] as const)('%s', (_what, how, atMs, status) => {
    const state = begin(how);
    expect(nextAtMs(state, AT)).toBe(atMs);
    expect(state.record).toEqual({ status, url: callback.url, attempts: [] });
  });
});

it('makes the next attempt in its time, and is done with the last', () => {
  const next = beginNextAttempt(begin({ kind: 'now' }));
  expect(next.attempt).toEqual({ attemptsMade: 0 });
  const retried = noteOutcome(next.state, RETRIED, AT);
  expect([nextAtMs(retried, AT), isDone(retried)]).toEqual([AT + 5_000, false]);
  const second = beginNextAttempt(retried);
  expect(second.attempt).toEqual({ attemptsMade: 1 });
  const delivered = noteOutcome(second.state, DELIVERED, AT + 5_000);
  expect(delivered.record).toMatchObject({ status: 'delivered', attempts: [bad, good] });
  expect([nextAtMs(delivered, AT + 5_000), isDone(delivered)]).toEqual([AT + 5_000, true]);
});

it('makes an attempt again of which nothing is known', () => {
  const state = noteOutcome(begin({ kind: 'awaiting-report', sender: 'sender~a' }), null, AT + 7);
  expect(state.phase).toEqual({ kind: 'due', atMs: AT + 7 });
});

it('is sent at once where somebody asks for it, also once it has ended, and lingers for the next who asks', () => {
  const delivered = noteOutcome(begin({ kind: 'now' }), DELIVERED, AT);
  const asked = requestAttempt(requestAttempt(delivered));
  expect([nextAtMs(asked, AT), isPressed(asked), isDone(asked)]).toEqual([AT, true, false]);
  const { state, attempt } = beginNextAttempt(asked);
  expect(attempt).toEqual({ attemptsMade: 0, reason: 'redelivery', destination: 'troubled' });
  expect(state).toMatchObject({ requests: 1, record: { status: 'pending' } });
  const again = noteOutcome(beginNextAttempt(state).state, DELIVERED, AT);
  expect([nextAtMs(again, AT), isPressed(again), isDone(again)]).toEqual([AT + 10_000, false, true]);
});

it('is woken while it is parked, as a probe or since its destination is well, and at no other time', () => {
  const parked = noteOutcome(begin({ kind: 'now' }), PARKED, AT);
  expect(parked.record.status).toBe('parked');
  const woken = wakeDelivery(parked, { isProbe: true });
  expect([nextAtMs(woken, AT), isPressed(woken)]).toEqual([AT, true]);
  expect(beginNextAttempt(woken)).toMatchObject({
    state: { wake: null, record: { status: 'pending' } },
    attempt: { attemptsMade: 1, reason: 'probe', destination: 'troubled' },
  });
  expect(beginNextAttempt(wakeDelivery(parked, { isProbe: false })).attempt).toEqual({ attemptsMade: 1, destination: 'troubled' });
  const due = begin({ kind: 'now' });
  expect(wakeDelivery(due, { isProbe: true })).toBe(due);
});

it('is woken from what an attempt under way comes to, if that is to be parked', () => {
  const attempting = wakeDelivery(beginNextAttempt(begin({ kind: 'now' })).state, { isProbe: false });
  const parked = noteOutcome(attempting, PARKED, AT);
  expect([isPressed(parked), nextAtMs(parked, AT)]).toEqual([true, AT]);
  expect(toContinue(parked, AT).begin).toEqual({ kind: 'now' });
  for (const outcome of [DELIVERED, RETRIED, null]) expect(isPressed(noteOutcome(attempting, outcome, AT))).toBe(false);
});

it('has nothing to do where its run has it on record as settled, and sends what has not been', () => {
  const early = begin({ kind: 'after', ms: 500 });
  const record = { status: 'delivered', url: callback.url, attempts: [good] } as const;
  expect(joinRecorded(early, record, AT)).toMatchObject({ record, phase: { kind: 'settled', untilMs: AT } });
  const open = joinRecorded(early, { ...record, status: 'pending', attempts: [bad] }, AT);
  expect(open).toMatchObject({ record: { status: 'pending', attempts: [bad] }, phase: { kind: 'due', atMs: AT + 500 } });
});

it('shows when the next attempt is due while it waits for that', () => {
  const retried = noteOutcome(begin({ kind: 'now' }), RETRIED, AT);
  expect(shownRecord(retried, AT).nextAttemptAt).toBe(new Date(AT + 5_000).toISOString());
  for (const state of [requestAttempt(retried), begin({ kind: 'now' }), noteOutcome(retried, PARKED, AT)]) {
    expect(shownRecord(state, AT).nextAttemptAt).toBeUndefined();
  }
});

it('goes on as a new run where it was', () => {
  const states = [
    begin({ kind: 'after', ms: 500 }),
    noteOutcome(begin({ kind: 'now' }), PARKED, AT),
    requestAttempt(noteOutcome(begin({ kind: 'now' }), DELIVERED, AT)),
    begin({ kind: 'awaiting-report', sender: 'sender~a' }),
  ];
  expect(states.map((state) => toContinue(state, AT + 200))).toEqual([
    { begin: { kind: 'after', ms: 300 }, attempts: [], requests: 0 },
    { begin: { kind: 'suspended', origin }, attempts: [bad], requests: 0 },
    { begin: { kind: 'on-request' }, attempts: [good], requests: 1 },
    // Nobody is asked again: it is sent once more, under the same id.
    { begin: { kind: 'now' }, attempts: [], requests: 0 },
  ]);
  const next = beginDelivery({ target, begin: { kind: 'now' }, attempts: [], requests: 1 }, AT);
  expect(noteOutcome(next, DELIVERED, AT).phase).toEqual({ kind: 'settled', untilMs: AT + 10_000 });
});

it('loses no request, and is done only with nothing due, whatever comes in whichever order', () => {
  const anyStep = fc.constantFrom('request', 'wake', 'probe', 'retry', 'park', 'deliver', 'lose');
  const outcomes = { retry: RETRIED, park: PARKED, deliver: DELIVERED, lose: null } as const;
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 50 }), (steps) => {
      let state = begin({ kind: 'now' });
      let requested = 0;
      let redelivered = 0;
      for (const step of steps) {
        if (step === 'request') {
          state = requestAttempt(state);
          requested += 1;
        } else if (step === 'wake' || step === 'probe') state = wakeDelivery(state, { isProbe: step === 'probe' });
        else if (!isDone(state)) {
          const next = beginNextAttempt(state);
          if (next.attempt.reason === 'redelivery') redelivered += 1;
          state = noteOutcome(next.state, outcomes[step], AT);
        }
        expect(state.requests).toBe(requested - redelivered);
        expect(isDone(state)).toBe(state.phase.kind === 'settled' && state.requests === 0);
        expect(state.record.status === 'parked').toBe(state.phase.kind === 'suspended');
      }
    }),
  );
});

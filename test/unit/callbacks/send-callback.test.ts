import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AttemptDelivery } from '../../../activities/callbacks/attempt-delivery.ts';
import { createSendCallback } from '../../../activities/callbacks/send-callback.ts';
import type { CallbackMessage } from '../../../domain/callback-message.ts';
import type { CallbackOutcome } from '../../../domain/callback-record.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const message: CallbackMessage = {
  target: { kind: 'event', tenant: 'default', owner: 'order-1', run: 1, callback },
  message: { type: 'event.completed', timestamp: '2026-01-01T12:00:00.000Z', recordedAt: '2026-01-01T12:00:00.000Z', data: {} },
  attemptsMade: 1,
};
const refused: CallbackOutcome = { attempt: { at: '', status: 500, durationMs: 5, error: 'http_500' }, nextAttemptAfterMs: 5_000 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

/** A worker, and the attempts that it makes: each ends when it is told to. */
function prepare() {
  const ends: ((outcome: CallbackOutcome) => void)[] = [];
  const attemptDelivery = vi.fn<AttemptDelivery>((_message, signal) => {
    signal.addEventListener('abort', () => ends.at(-1)?.({ attempt: null, nextAttemptAfterMs: 1_000 }));
    return new Promise((resolve) => ends.push(resolve));
  });
  const sendCallback = createSendCallback(attemptDelivery);
  /** Gives the activity out, by default always the same one. */
  const giveOut = (activityId = '1') => {
    const env = new MockActivityEnvironment({ activityId, isLocal: false });
    return { env, outcome: env.run(sendCallback, message) as Promise<CallbackOutcome> };
  };
  return { attemptDelivery, giveOut, end: (outcome: CallbackOutcome) => ends.at(-1)?.(outcome) };
}

it('makes one attempt for an activity that is given out again, whether it is under way or has ended', async () => {
  const { attemptDelivery, giveOut, end } = prepare();
  const [first, second] = [giveOut(), giveOut()];
  end(refused);

  expect(await Promise.all([first.outcome, second.outcome, giveOut().outcome])).toEqual([refused, refused, refused]);
  expect(attemptDelivery).toHaveBeenCalledTimes(1);
});

it('makes the next attempt for another activity', async () => {
  const { attemptDelivery, giveOut, end } = prepare();
  const first = giveOut('1');
  end(refused);
  await first.outcome;
  const second = giveOut('2');
  end({ ...refused, nextAttemptAfterMs: null });

  expect(await second.outcome).toEqual({ ...refused, nextAttemptAfterMs: null });
  expect(attemptDelivery).toHaveBeenCalledTimes(2);
});

it('makes it again after a fault of ours', async () => {
  const { attemptDelivery, giveOut, end } = prepare();
  attemptDelivery.mockRejectedValueOnce(new Error('no body'));
  await expect(giveOut().outcome).rejects.toThrow('no body');
  const again = giveOut();
  end(refused);

  expect(await again.outcome).toEqual(refused);
});

it.each(['NOT_FOUND', 'TIMED_OUT'] as const)(
  'leaves the receiver its time when the engine has given the attempt up (%s)',
  async (reason) => {
    const { giveOut, end } = prepare();
    const { env, outcome } = giveOut();
    env.cancel(reason);
    end(refused);

    expect(await outcome).toEqual(refused);
  },
);

it.each(['CANCELLED', 'WORKER_SHUTDOWN'] as const)('breaks the attempt off when it is told to (%s)', async (reason) => {
  const { giveOut } = prepare();
  const { env, outcome } = giveOut();
  env.cancel(reason);

  expect(await outcome).toEqual({ attempt: null, nextAttemptAfterMs: 1_000 });
});

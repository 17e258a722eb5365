import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createHangWatch } from '../../../activities/callbacks/hang-watch.ts';
import type { CallbackPost } from '../../../activities/callbacks/post-callback.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import type { Destination } from '../../../domain/destination.ts';
import { LEAST_CONNECTIONS } from '../../../domain/riding.ts';

const message: CallbackPost = { url: 'https://shop.example/hook', headers: {}, webhookId: 'evt_a-1', body: '{}', tenant: 'acme' };
const attempt: CallbackAttempt = { at: '', status: 204, durationMs: 5, error: null };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

function prepare(isBusy = { now: false }) {
  const onHang = vi.fn<(destination: Destination, open: number) => void>();
  const watch = createHangWatch({ watchLoop: () => () => isBusy.now, onHang });
  const ends: ((ended: CallbackAttempt) => void)[] = [];
  const post = watch((_message, _signal, begins) => {
    begins?.();
    return new Promise((resolve) => ends.push(resolve));
  });
  const open = (count: number, opened = message): void => {
    for (let index = 0; index < count; index += 1) void post(opened);
  };
  const end = async (ended: CallbackAttempt): Promise<void> => {
    ends.shift()?.(ended);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { onHang, watch, open, end, isBusy };
}

it('says once that an origin hangs: none of its connections is answered for ten seconds', async () => {
  const { onHang, open } = prepare();
  open(LEAST_CONNECTIONS);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(onHang).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(onHang.mock.calls).toEqual([[{ tenant: 'acme', origin: 'https://shop.example' }, LEAST_CONNECTIONS]]);
});

it('says so of each tenant for as many as are open for it, and of nobody for what is nobody’s delivery', async () => {
  const { onHang, open } = prepare();
  open(10);
  open(4, { ...message, tenant: 'other' });
  const { tenant: _nobody, ...progress } = message;
  open(2, progress);
  await vi.advanceTimersByTimeAsync(10_000);

  expect(onHang.mock.calls.map(([{ tenant }, count]) => [tenant, count])).toEqual([
    ['acme', 10],
    ['other', 4],
  ]);
});

it('blames nobody who has a connection left, or stands in line', async () => {
  const { onHang, watch, open } = prepare();
  open(LEAST_CONNECTIONS - 1);
  void watch(() => new Promise(() => undefined))(message);
  open(LEAST_CONNECTIONS - 1, { ...message, url: 'https://other.example' });
  await vi.advanceTimersByTimeAsync(30_000);

  expect(onHang).not.toHaveBeenCalled();
});

it.each([
  ['an answer', { ...attempt, status: 500, error: 'http_500' }, 1],
  ['a connection that is free', { ...attempt, status: null, error: 'timeout' }, 0],
])('begins anew with %s', async (_what, ended, inLine) => {
  const { onHang, open, end } = prepare();
  open(LEAST_CONNECTIONS + inLine);
  await vi.advanceTimersByTimeAsync(9_000);
  await end(ended);
  open(1 - inLine);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(onHang).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);

  expect(onHang).toHaveBeenCalledTimes(1);
});

it('doesn’t count the time in which the process itself had no rest', async () => {
  const { onHang, open, isBusy } = prepare({ now: true });
  open(LEAST_CONNECTIONS);
  await vi.advanceTimersByTimeAsync(30_000);
  isBusy.now = false;
  await vi.advanceTimersByTimeAsync(9_000);
  expect(onHang).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);

  expect(onHang).toHaveBeenCalledTimes(1);
});

it('says what the post comes to, also what it fails with', async () => {
  const { watch } = prepare();

  expect(await watch(async (_message, _signal, begins) => (begins?.(), attempt))(message)).toBe(attempt);
  await expect(watch(() => Promise.reject(new Error('ours')))(message)).rejects.toThrow('ours');
});

it('counts none whose turn is not wanted any more', async () => {
  const { onHang, open, watch } = prepare();
  open(LEAST_CONNECTIONS - 1);
  void watch((_message, _signal, begins) => {
    expect(begins?.()).toBe(false);
    return new Promise(() => undefined);
  })(message, undefined, () => false);
  await vi.advanceTimersByTimeAsync(30_000);

  expect(onHang).not.toHaveBeenCalled();
});

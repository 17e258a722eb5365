import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOriginMemory } from '../../../activities/callback/origin-memory.ts';
import type { CallbackPost } from '../../../activities/callback/post-callback.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';

const message: CallbackPost = { url: 'https://shop.example/hook?a=1', headers: {}, webhookId: 'evt_a-1', body: '{}' };
const origin = 'https://shop.example';
const answered = (status: number | null, durationMs = 5): CallbackAttempt => ({
  at: '',
  status,
  durationMs,
  error: status === 204 ? null : status === null ? 'refused' : `http_${status}`,
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

function prepare() {
  const memory = createOriginMemory(Date.now);
  let settle = (_attempt: CallbackAttempt): void => undefined;
  const post = memory.watch(
    () =>
      new Promise((resolve) => {
        settle = resolve;
      }),
  );
  const see = async (attempt: CallbackAttempt): Promise<void> => {
    const posted = post(message);
    settle(attempt);
    await posted;
  };
  return { memory, post, see, settle: (attempt: CallbackAttempt) => settle(attempt) };
}

describe('an origin', () => {
  it('is not troubled at first, nor by what it did to others', async () => {
    const { memory, see } = prepare();
    await see(answered(500));

    expect(memory.isTroubled('https://other.example')).toBe(false);
  });

  it.each([answered(500), answered(null), answered(204, 1_200)])('is troubled after %j, for 30 s', async (attempt) => {
    const { memory, see } = prepare();
    await see(attempt);

    expect(memory.isTroubled(origin)).toBe(true);
    vi.advanceTimersByTime(30_000);
    expect(memory.isTroubled(origin)).toBe(false);
  });

  it.each([answered(204), answered(404)])('is well again after %j', async (attempt) => {
    const { memory, see } = prepare();
    await see(answered(500));
    await see(attempt);

    expect(memory.isTroubled(origin)).toBe(false);
  });

  it('is not forgiven by an attempt that never reached it', async () => {
    const { memory, see } = prepare();
    await see(answered(500));
    await see({ ...answered(null), error: 'busy' });

    expect(memory.isTroubled(origin)).toBe(true);
  });

  it('is known to be slow before it has answered', async () => {
    const { memory, post, settle } = prepare();
    const posted = post(message);
    vi.advanceTimersByTime(1_000);

    expect(memory.isTroubled(origin)).toBe(true);
    settle(answered(204, 1_500));
    await posted;
  });
});

describe('attempts under way', () => {
  it('are counted until they end, whatever their end', async () => {
    const memory = createOriginMemory(Date.now);
    const failing = memory.watch(() => Promise.reject(new Error('ours')));
    const { post, settle } = { ...prepare() };
    const watched = memory.watch(post);
    const first = watched(message);
    expect(memory.openAt(origin)).toBe(1);
    await expect(failing(message)).rejects.toThrow('ours');
    expect(memory.openAt(origin)).toBe(1);
    settle(answered(204));
    await first;
    expect(memory.openAt(origin)).toBe(0);
  });
});

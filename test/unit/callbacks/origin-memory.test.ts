import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOriginMemory } from '../../../activities/callbacks/origin-memory.ts';
import type { CallbackPost } from '../../../activities/callbacks/post-callback.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { LEAST_CONNECTIONS } from '../../../domain/riding.ts';

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

function prepare(isBusy = false) {
  const memory = createOriginMemory(
    Date.now,
    () => () => isBusy,
    () => 20,
  );
  let settle = (_attempt: CallbackAttempt): void => undefined;
  let begin = (): void => undefined;
  const post = memory.watch(
    (_message, _signal, begins) =>
      new Promise((resolve) => {
        begin = () => begins?.();
        settle = resolve;
      }),
  );
  const see = async (attempt: CallbackAttempt): Promise<void> => {
    const posted = post(message);
    settle(attempt);
    await posted;
  };
  return { memory, post, see, begin: () => begin(), settle: (attempt: CallbackAttempt) => settle(attempt) };
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
    await see({ ...answered(null, 5_000), error: 'busy' });

    expect(memory.isTroubled(origin)).toBe(true);
  });

  it('is not blamed for those that stood in line in vain', async () => {
    const { memory, see } = prepare();
    await see({ ...answered(null, 5_000), error: 'busy' });

    expect(memory.isTroubled(origin)).toBe(false);
  });

  it.each([
    [answered(500), false],
    [answered(500, 1_200), true],
    [answered(204, 1_200), true],
  ])('that is troubled is slow where that was what it was: %j', async (attempt, isSlow) => {
    const { memory, see } = prepare();
    await see(attempt);

    expect([memory.isTroubled(origin), memory.isSlow(origin)]).toEqual([true, isSlow]);
  });

  it.each([answered(204, 3_000), answered(null, 3_000)])('is not blamed for %j where later ones were answered meanwhile', async (late) => {
    const { memory, message: sent, settle, post } = prepareWatched();
    const first = post(sent);
    vi.advanceTimersByTime(999);
    const second = post(sent);
    settle[1]?.(answered(204));
    await second;
    vi.advanceTimersByTime(2_001);
    expect(memory.isTroubled(origin)).toBe(false);
    settle[0]?.(late);
    await first;
    expect(memory.isTroubled(origin)).toBe(false);
    // One that began after that is news.
    const third = post(sent);
    vi.advanceTimersByTime(1_000);
    expect(memory.isSlow(origin)).toBe(true);
    settle[2]?.(late);
    await third;
  });

  it('is slow where many take long, whatever others do', async () => {
    const { memory, message: sent, settle, post } = prepareWatched();
    for (let nth = 0; nth < LEAST_CONNECTIONS; nth += 1) void post(sent);
    vi.advanceTimersByTime(500);
    const quick = post(sent);
    settle.at(-1)?.(answered(204));
    await quick;
    vi.advanceTimersByTime(500);
    expect(memory.isSlow(origin)).toBe(true);
    settle[0]?.(answered(204, 1_100));
    await vi.advanceTimersByTimeAsync(0);
    const another = post(sent);
    settle.at(-1)?.(answered(204));
    await another;
    vi.advanceTimersByTime(1_000);
    expect(memory.isSlow(origin)).toBe(false);
  });

  it('is known to be slow before it has answered', async () => {
    const { memory, post, begin, settle } = prepare();
    const posted = post(message);
    // In line for a connection, which is not its doing.
    vi.advanceTimersByTime(2_000);
    expect(memory.isTroubled(origin)).toBe(false);
    begin();
    vi.advanceTimersByTime(1_000);

    expect(memory.isTroubled(origin)).toBe(true);
    settle(answered(204, 1_500));
    await posted;
  });
});

describe('an origin of a process that has no rest', () => {
  it('is not blamed for what was slow, only for what has failed', async () => {
    const { memory, post, begin, see, settle } = prepare(true);
    const posted = post(message);
    begin();
    vi.advanceTimersByTime(1_000);
    settle(answered(204, 1_500));
    await posted;
    expect(memory.isTroubled(origin)).toBe(false);

    await see(answered(500));
    expect(memory.isTroubled(origin)).toBe(true);
    await see(answered(204, 1_500));
    expect(memory.isTroubled(origin)).toBe(true);
  });

  it('is noticed once that process has rest', async () => {
    let isBusy = true;
    const memory = createOriginMemory(
      Date.now,
      () => () => isBusy,
      () => 20,
    );
    void memory.watch((_message, _signal, begins) => {
      begins?.();
      return new Promise(() => undefined);
    })(message);
    vi.advanceTimersByTime(1_000);
    expect(memory.isTroubled(origin)).toBe(false);
    isBusy = false;
    vi.advanceTimersByTime(1_000);
    expect(memory.isSlow(origin)).toBe(true);
  });
});

describe('attempts under way', () => {
  it('are counted until they end, whatever their end', async () => {
    const memory = createOriginMemory(
      Date.now,
      () => () => false,
      () => 20,
    );
    const failing = memory.watch(() => Promise.reject(new Error('ours')));
    const { post, settle } = { ...prepare() };
    const watched = memory.watch(post);
    const first = watched(message);
    expect(memory.roomAt(origin).openAtOrigin).toBe(1);
    await expect(failing(message)).rejects.toThrow('ours');
    expect(memory.roomAt(origin).openAtOrigin).toBe(1);
    settle(answered(204));
    await first;
    expect(memory.roomAt(origin).openAtOrigin).toBe(0);
  });

  it('are silent for as long as none is answered', async () => {
    const { memory, message: sent, settle, post } = prepareWatched();
    expect(memory.roomAt(origin)).toEqual({ openAtOrigin: 0, connections: 20, silentMs: 0 });
    const first = post(sent);
    vi.advanceTimersByTime(2_000);
    void post(sent);
    const settleSecond = settle.at(-1);
    expect(memory.roomAt(origin)).toEqual({ openAtOrigin: 2, connections: 20, silentMs: 2_000 });
    settle[0]?.(answered(500));
    await first;
    vi.advanceTimersByTime(1_000);
    expect(memory.roomAt(origin)).toEqual({ openAtOrigin: 1, connections: 20, silentMs: 1_000 });
    settleSecond?.(answered(204));
  });

  it('are not watched where their turn is not wanted any more', async () => {
    const { memory, message: sent } = prepareWatched();
    const post = memory.watch(async (_message, _signal, begins) => {
      expect(begins?.()).toBe(false);
      vi.advanceTimersByTime(2_000);
      return { ...answered(204), status: null, error: 'busy' };
    });
    await post(sent, undefined, () => false);
    expect(memory.isTroubled(origin)).toBe(false);
  });
});

/** Attempts of which each waits to be settled. */
function prepareWatched() {
  const memory = createOriginMemory(
    Date.now,
    () => () => false,
    () => 20,
  );
  const settle: ((attempt: CallbackAttempt) => void)[] = [];
  const post = memory.watch((_message, _signal, begins) => {
    expect(begins?.()).not.toBe(false);
    return new Promise((resolve) => settle.push(resolve));
  });
  return { memory, message, settle, post };
}

import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { StageTimeoutError, withTimeout } from '../../../handlers/with-timeout.ts';
import type { Stop } from '../../../handlers/with-timeout.ts';

const never = (): Promise<never> => new Promise(() => undefined);
const cancellation = new Error('cancelled from outside');

/** Rejects with an error of its own as soon as it is told to stop. */
function wrapsItsAbort({ signal }: Stop): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(new Error('stopped'));
    signal.addEventListener('abort', () => reject(new Error('stopped')));
  });
}

describe('withTimeout', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('gives what the work gives, and never aborts it', async () => {
    const outer = new AbortController();
    const signals: AbortSignal[] = [];

    const result = await withTimeout(1_000, outer.signal, async ({ signal }) => {
      signals.push(signal);
      return 42;
    });
    outer.abort(cancellation);

    expect(result).toBe(42);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('sets no timer for work that ends at once', async () => {
    const timers: number[] = [];

    const result = await withTimeout(1_000, new AbortController().signal, () => {
      timers.push(vi.getTimerCount());
      return 42;
    });

    expect(result).toBe(42);
    expect(timers).toEqual([0]);
  });

  it('waits for a promise that is none of its own kind', async () => {
    const thenable = {};
    Reflect.set(thenable, 'then', (resolve: (value: number) => void) => resolve(42));

    expect(await withTimeout<unknown>(1_000, new AbortController().signal, () => thenable)).toBe(42);
  });

  it.each([
    [
      'at once',
      () => {
        throw new Error('broken');
      },
    ],
    ['later', () => Promise.reject(new Error('broken'))],
  ])('throws what the work throws %s', async (_when, work) => {
    await expect(withTimeout<never>(1_000, new AbortController().signal, work)).rejects.toThrow('broken');
  });

  it('begins no work once the outer signal has aborted', async () => {
    const work = vi.fn(never);

    await expect(withTimeout(1_000, AbortSignal.abort(cancellation), work)).rejects.toBe(cancellation);
    expect(work).not.toHaveBeenCalled();
  });

  it('ends with a timeout once the time is up, not before, and aborts the work', async () => {
    const signals: AbortSignal[] = [];
    const ended = vi.fn();

    const work = withTimeout(1_000, new AbortController().signal, ({ signal }) => {
      signals.push(signal);
      return never();
    }).catch(ended);
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await work;

    expect(ended).toHaveBeenCalledExactlyOnceWith(new StageTimeoutError(1_000));
    expect(signals[0]?.reason).toBeInstanceOf(StageTimeoutError);
    expect(new StageTimeoutError(1_000)).toMatchObject({ name: 'StageTimeoutError', message: 'not done within 1000 ms' });
  });

  it('ends with the reason of the outer signal, and aborts the work with it', async () => {
    const outer = new AbortController();
    const signals: AbortSignal[] = [];

    const work = withTimeout(1_000, outer.signal, ({ signal }) => {
      signals.push(signal);
      return never();
    });
    outer.abort(cancellation);

    await expect(work).rejects.toBe(cancellation);
    expect(signals[0]?.reason).toBe(cancellation);
  });

  it('ends with an error when the reason is none', async () => {
    const outer = new AbortController();

    const work = withTimeout(1_000, outer.signal, never);
    outer.abort('no reason');

    await expect(work).rejects.toEqual(new Error('aborted'));
  });

  it.each([
    ['during the work', false],
    ['before it', true],
  ])('says why it stopped the work, whatever the work makes of it: aborted %s', async (_when, early) => {
    const outer = new AbortController();
    if (early) outer.abort(cancellation);

    const work = withTimeout(1_000, outer.signal, wrapsItsAbort);
    outer.abort(cancellation);

    await expect(work).rejects.toBe(cancellation);
  });

  it('says that the time was up, whatever the work makes of it', async () => {
    const work = withTimeout(1_000, new AbortController().signal, wrapsItsAbort).catch((error: unknown) => error);

    await vi.advanceTimersByTimeAsync(1_000);

    expect(await work).toBeInstanceOf(StageTimeoutError);
  });

  it('gives a signal that has aborted to work that asks for it after its time', async () => {
    let stopped: Stop | undefined;
    const work = withTimeout(1_000, new AbortController().signal, (stop) => {
      stopped = stop;
      return never();
    }).catch((error: unknown) => error);

    await vi.advanceTimersByTimeAsync(1_000);
    await work;

    expect(stopped?.signal.reason).toBeInstanceOf(StageTimeoutError);
    expect(stopped?.signal).toBe(stopped?.signal);
  });

  it('lets nothing escape when the work fails after its time', async () => {
    let fail = (_error: Error): void => undefined;
    const work = withTimeout(1_000, new AbortController().signal, () => new Promise((_, reject) => (fail = reject))).catch(
      (error: unknown) => error,
    );

    await vi.advanceTimersByTimeAsync(1_000);
    fail(new Error('too late'));

    expect(await work).toBeInstanceOf(StageTimeoutError);
  });

  it('waits for work that is asked to stop until it has, where that is wanted', async () => {
    let finish = (): void => undefined;
    const ended = vi.fn();
    const work = withTimeout(1_000, new AbortController().signal, () => new Promise<void>((resolve) => (finish = resolve)), true).catch(
      ended,
    );

    await vi.advanceTimersByTimeAsync(5_000);
    expect(ended).not.toHaveBeenCalled();
    finish();
    await work;

    expect(ended).toHaveBeenCalledExactlyOnceWith(new StageTimeoutError(1_000));
  });

  it('ends work for a reason from within at once', async () => {
    const stray = new Error('stray');
    const signals: AbortSignal[] = [];

    const work = withTimeout(
      1_000,
      new AbortController().signal,
      (stop) => {
        signals.push(stop.signal);
        queueMicrotask(() => stop.cut(stray));
        return never();
      },
      true,
    );

    await expect(work).rejects.toBe(stray);
    expect(signals[0]?.reason).toBe(stray);
  });

  it('lets work that has ended be', async () => {
    let stopped: Stop | undefined;

    const result = await withTimeout(1_000, new AbortController().signal, (stop) => {
      stopped = stop;
      return 42;
    });
    stopped?.cut(new Error('too late'));

    expect(result).toBe(42);
  });
});

describe('the time of work', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is longer by as long as the event loop stood still, and no more than twice as long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    const ended = vi.fn();
    const work = withTimeout(1_000, new AbortController().signal, never).catch(ended);

    // Somebody computes for 600 ms more.
    clock.mockReturnValue(1_600);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ended).not.toHaveBeenCalled();
    // And again, for longer than is left.
    clock.mockReturnValue(9_000);
    await vi.advanceTimersByTimeAsync(600);
    expect(ended).not.toHaveBeenCalled();
    clock.mockReturnValue(20_000);
    await vi.advanceTimersByTimeAsync(400);
    await work;

    expect(ended).toHaveBeenCalledExactlyOnceWith(new StageTimeoutError(1_000));
  });
});

import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { createDestinations } from '../../../activities/callbacks/destinations.ts';
import { DEFAULT_BREAKER } from '../../../domain/breaker.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';

const destination = { tenant: 'acme', origin: 'https://shop.example' };
const failed: CallbackAttempt = { at: '', status: 503, durationMs: 5, error: 'http_503', retryAfterMs: 60_000 };
const good: CallbackAttempt = { at: '', status: 204, durationMs: 5, error: null };

function prepare() {
  const describeRun = vi.fn<() => Promise<unknown>>(() => Promise.reject(new WorkflowNotFoundError('none', 'a', undefined)));
  const executeUpdate = vi.fn<(name: string, options: unknown) => Promise<unknown>>(async () => ({ state: 'half_open' }));
  const executeUpdateWithStart = vi.fn<(name: string, options: { args: unknown[] }) => Promise<unknown>>(async () => ({ state: 'open' }));
  let nowMs = 0;
  const client = {
    withDeadline: (_deadline: number, call: () => Promise<unknown>) => call(),
    workflow: { getHandle: () => ({ describe: describeRun, executeUpdate }), executeUpdateWithStart },
  } as unknown as Client;
  const destinations = createDestinations(client, DEFAULT_BREAKER, () => nowMs);
  const later = (ms: number): void => {
    nowMs += ms;
  };
  return { destinations, describeRun, executeUpdate, executeUpdateWithStart, later };
}

describe('a healthy destination', () => {
  it('is asked about once in ten seconds', async () => {
    const { destinations, describeRun, later } = prepare();

    expect(await destinations.stateOf(destination)).toBe('none');
    later(9_999);
    expect(await destinations.stateOf(destination)).toBe('none');
    expect(describeRun).toHaveBeenCalledTimes(1);
    later(1);
    await destinations.stateOf(destination);
    expect(describeRun).toHaveBeenCalledTimes(2);
  });

  it('is asked about once for all who ask at the same time', async () => {
    const { destinations, describeRun } = prepare();

    expect(await Promise.all([1, 2, 3].map(() => destinations.stateOf(destination)))).toEqual(['none', 'none', 'none']);
    expect(describeRun).toHaveBeenCalledTimes(1);
  });

  it('is not taken for one when a failure is told while the engine is asked', async () => {
    const { destinations, describeRun } = prepare();
    let answer = (): void => undefined;
    describeRun.mockImplementationOnce(
      () => new Promise((_, reject) => (answer = () => reject(new WorkflowNotFoundError('none', 'a', undefined)))),
    );

    const asked = destinations.stateOf(destination);
    expect(await destinations.note(destination, failed, false)).toBe('open');
    answer();
    expect(await asked).toBe('open');
    expect(await destinations.stateOf(destination)).toBe('open');
  });

  it('costs the engine nothing when an attempt succeeds, or never reaches it', async () => {
    const { destinations, executeUpdate, executeUpdateWithStart } = prepare();

    expect(await destinations.note(destination, good, false)).toBe('none');
    expect(await destinations.note(destination, { ...good, status: null, error: 'busy' }, false)).toBe('none');
    expect([executeUpdate.mock.calls, executeUpdateWithStart.mock.calls]).toEqual([[], []]);
  });
});

describe('a destination in trouble', () => {
  it('is told of a failure, and of the success after it', async () => {
    const { destinations, executeUpdate, executeUpdateWithStart } = prepare();

    expect(await destinations.note(destination, failed, false)).toBe('open');
    expect(executeUpdateWithStart.mock.calls[0]?.[1].args).toEqual([{ well: false, isGone: false, isProbe: false, retryAfterMs: 60_000 }]);
    expect(await destinations.note(destination, good, false)).toBe('half_open');
    expect(executeUpdate).toHaveBeenCalledTimes(1);
  });

  it('is told of attempts that are not answered as so many failures, and not probed before they are over', async () => {
    const { destinations, executeUpdateWithStart } = prepare();

    expect(await destinations.noteHang(destination, 16)).toBe('open');
    expect(executeUpdateWithStart.mock.calls[0]?.[1].args).toEqual([
      { well: false, isGone: false, isProbe: false, retryAfterMs: 20_000, failures: 16 },
    ]);
    expect(await destinations.stateOf(destination)).toBe('open');
  });

  it('is told of a success by a process that knows nothing of the trouble, if it may be in some', async () => {
    const { destinations, executeUpdate } = prepare();
    await destinations.stateOf(destination);

    expect(await destinations.note(destination, good, true)).toBe('half_open');
    expect(executeUpdate).toHaveBeenCalledTimes(1);
  });

  it('is none any more when its workflow has ended', async () => {
    const { destinations, executeUpdate } = prepare();
    await destinations.note(destination, failed, false);
    executeUpdate.mockRejectedValue(new WorkflowNotFoundError('none', 'a', undefined));

    expect(await destinations.note(destination, good, false)).toBe('none');
    expect(await destinations.note(destination, good, false)).toBe('none');
    expect(executeUpdate).toHaveBeenCalledTimes(1);
  });

  it.each([
    [{ status: { name: 'RUNNING' }, memo: { breaker: 'open' } }, 'open'],
    [{ status: { name: 'RUNNING' }, memo: { breaker: 'closed' } }, 'closed'],
    [{ status: { name: 'RUNNING' } }, 'closed'],
    [{ status: { name: 'COMPLETED' }, memo: { breaker: 'open' } }, 'none'],
  ])('is known by its workflow: %j', async (description, state) => {
    const { destinations, describeRun } = prepare();
    describeRun.mockResolvedValue(description);

    expect(await destinations.stateOf(destination)).toBe(state);
  });

  it('is asked about anew after two seconds, as long as the trouble lasts', async () => {
    const { destinations, describeRun, later } = prepare();
    describeRun.mockResolvedValue({ status: { name: 'RUNNING' }, memo: { breaker: 'open' } });
    await destinations.stateOf(destination);
    await destinations.stateOf(destination);
    later(2_000);
    await destinations.stateOf(destination);

    expect(describeRun).toHaveBeenCalledTimes(2);
  });
});

describe('an engine that does not answer', () => {
  it('holds no delivery up', async () => {
    const { destinations, describeRun, executeUpdateWithStart } = prepare();
    describeRun.mockRejectedValue(new Error('unavailable'));
    executeUpdateWithStart.mockRejectedValue(new Error('unavailable'));

    expect(await destinations.stateOf(destination)).toBe('none');
    expect(await destinations.note(destination, failed, false)).toBe('none');
  });

  it('leaves a process with what it knew', async () => {
    const { destinations, executeUpdateWithStart } = prepare();
    await destinations.note(destination, failed, false);
    executeUpdateWithStart.mockRejectedValue(new Error('unavailable'));

    expect(await destinations.note(destination, failed, false)).toBe('open');
  });
});

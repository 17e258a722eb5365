import { afterEach, describe, expect, it, vi } from 'vitest';
import { withProgress } from '../../../engine/with-progress.ts';

describe('withProgress', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('says how long it has taken so far, until the work is done', async () => {
    vi.useFakeTimers();
    const said: string[] = [];
    const work = withProgress(
      'Building …',
      (message) => said.push(message),
      () => new Promise((resolve) => setTimeout(resolve, 25_000, 'built')),
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await work).toBe('built');
    expect(said).toEqual(['Building …', 'Building … 10 s', 'Building … 20 s']);
  });

  it('is silent after a failure', async () => {
    vi.useFakeTimers();
    const said: string[] = [];
    await expect(
      withProgress(
        'Building …',
        (message) => said.push(message),
        () => Promise.reject(new Error('no disk')),
      ),
    ).rejects.toThrow('no disk');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said).toEqual(['Building …']);
  });
});

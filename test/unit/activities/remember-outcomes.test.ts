import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it, vi } from 'vitest';
import { rememberOutcomes } from '../../../activities/remember-outcomes.ts';
import type { Surroundings } from '../../../activities/surroundings.ts';

/** Calls it as the engine's local activity. */
async function call<Outcome>(activity: (key: string) => Promise<Outcome>, key: string, env = local()): Promise<Outcome> {
  return (await env.run(activity, key)) as Outcome;
}

function local(isLocal = true): MockActivityEnvironment {
  return new MockActivityEnvironment({ isLocal });
}

it('does once what is called twice, also while it is under way', async () => {
  const activity = vi.fn(async (key: string) => `${key} is done`);
  const remembering = rememberOutcomes(activity, (key) => key);

  expect(await Promise.all([call(remembering, 'a'), call(remembering, 'a')])).toEqual(['a is done', 'a is done']);
  expect(await call(remembering, 'a')).toBe('a is done');
  expect(await call(remembering, 'b')).toBe('b is done');
  expect(activity).toHaveBeenCalledTimes(2);
});

it('remembers failures too', async () => {
  const activity = vi.fn(async () => Promise.reject(new Error('no')));
  const remembering = rememberOutcomes(activity, (key: string) => key);

  await expect(call(remembering, 'a')).rejects.toThrow('no');
  await expect(call(remembering, 'a')).rejects.toThrow('no');
  expect(activity).toHaveBeenCalledTimes(1);
});

it('does again what was cut off with its task', async () => {
  const activity = vi.fn<() => Promise<string>>(async () => 'done');
  const remembering = rememberOutcomes(activity, (key: string) => key);
  const cut = local();
  activity.mockImplementationOnce(async () => {
    cut.cancel();
    throw new Error('cut off');
  });
  const first = call(remembering, 'a', cut);
  const second = call(remembering, 'a');

  await expect(first).rejects.toThrow('cut off');
  expect(await second).toBe('done');
});

it('does again what failed as an ordinary activity, which the engine tries again', async () => {
  const activity = vi.fn<() => Promise<string>>(async () => 'done');
  const remembering = rememberOutcomes(activity, (key: string) => key);
  activity.mockRejectedValueOnce(new Error('no'));

  await expect(call(remembering, 'a', local(false))).rejects.toThrow('no');
  expect(await call(remembering, 'a', local(false))).toBe('done');
  expect(await call(remembering, 'a', local(false))).toBe('done');
  expect(activity).toHaveBeenCalledTimes(2);
});

it('forgets the oldest of very many', async () => {
  const activity = vi.fn(async () => 'done');
  const remembering = rememberOutcomes(activity, (key: string) => key);

  await local().run(async () => {
    for (let index = 0; index <= 10_000; index += 1) await remembering(`event-${index}`);
    await remembering('event-10000');
    await remembering('event-0');
  });
  expect(activity).toHaveBeenCalledTimes(10_002);
});

it('forgets the oldest of large ones sooner', async () => {
  const activity = vi.fn(async () => 'x'.repeat(1024 * 1024));
  const remembering = rememberOutcomes(activity, (key: string) => key);

  for (let index = 0; index < 20; index += 1) await call(remembering, `event-${index}`);
  await call(remembering, 'event-19');
  await call(remembering, 'event-10');
  await call(remembering, 'event-0');
  expect(activity).toHaveBeenCalledTimes(21);
});

describe('what is begun ahead', () => {
  it('is found by the activity that asks for it, and not done again', async () => {
    const activity = vi.fn(async (key: string, { attempt, heartbeat }: Surroundings) => ({ key, attempt, heartbeat }));
    const remembering = rememberOutcomes(activity, (key, attempt) => `${key}/${attempt}`);

    remembering.ahead('a');
    remembering.ahead('a');
    expect(await call(remembering, 'a')).toEqual({ key: 'a', attempt: 1, heartbeat: null });
    remembering.ahead('a');
    expect(await call(remembering, 'a')).toMatchObject({ key: 'a' });
    expect(activity).toHaveBeenCalledTimes(1);
  });

  it('waits for what is going on in this turn of the loop', async () => {
    const activity = vi.fn(async (key: string) => key);
    const remembering = rememberOutcomes(activity, (key) => key);

    remembering.ahead('a');
    await Promise.resolve();
    expect(activity).not.toHaveBeenCalled();
    expect(await call(remembering, 'a')).toBe('a');
  });

  it('is left alone when its activity was the first', async () => {
    const activity = vi.fn(async (key: string) => key);
    const remembering = rememberOutcomes(activity, (key) => key);

    const asked = call(remembering, 'a');
    remembering.ahead('a');
    expect(await asked).toBe('a');
    expect(activity).toHaveBeenCalledTimes(1);
  });

  it('is done again when it has failed, and its failure goes nowhere else', async () => {
    const activity = vi.fn<() => Promise<string>>(async () => 'done');
    const remembering = rememberOutcomes(activity, (key: string) => key);
    activity.mockRejectedValueOnce(new Error('no'));

    remembering.ahead('a');
    expect(await call(remembering, 'a')).toBe('done');
    expect(activity).toHaveBeenCalledTimes(2);
  });

  it.each(['before', 'after'])('ends when its activity is cut off, %s it has begun', async (when) => {
    const cut = local();
    const activity = vi.fn<(key: string, surroundings: Surroundings) => Promise<string>>(async () => 'done');
    activity.mockImplementationOnce(
      (_key, { signal }) =>
        new Promise((_resolve, reject) => {
          if (signal.aborted) reject(signal.reason);
          else signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    const remembering = rememberOutcomes(activity, (key: string) => key);

    remembering.ahead('a');
    if (when === 'before') cut.cancel();
    const asked = call(remembering, 'a', cut);
    await vi.waitFor(() => expect(activity).toHaveBeenCalled());
    if (when === 'after') cut.cancel();
    expect(await asked).toBe('done');
    expect(activity).toHaveBeenCalledTimes(2);
  });
});

describe('what is done ahead', () => {
  it('can be taken back until it says that it has begun', async () => {
    const goOn: (() => void)[] = [];
    const seen: Surroundings[] = [];
    const remembering = rememberOutcomes(
      async (key: string, surroundings: Surroundings) => {
        seen.push(surroundings);
        await new Promise<void>((resolve) => goOn.push(resolve));
        if (surroundings.withdrawal?.isWithdrawn() === true) return `${key} is withdrawn`;
        surroundings.withdrawal?.begun();
        return `${key} is done`;
      },
      (key) => key,
    );
    const begun = vi.fn();
    const [a, b] = [remembering.ahead('a', begun), remembering.ahead('b')];
    await vi.waitFor(() => expect(seen).toHaveLength(2));

    expect(a?.()).toBe(true);
    // Whoever asks for it again is told the same.
    expect(a?.()).toBe(true);
    expect(seen[0]?.signal.aborted).toBe(true);
    expect(seen[1]?.signal.aborted).toBe(false);
    for (const go of goOn) go();

    expect(await call(remembering, 'a')).toBe('a is withdrawn');
    expect(await call(remembering, 'b')).toBe('b is done');
    expect(b?.()).toBe(false);
    expect(begun).toHaveBeenCalledOnce();
    // It is done already.
    expect(remembering.ahead('b')).toBeNull();
  });
});

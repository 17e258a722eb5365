import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it, vi } from 'vitest';
import { rememberOutcomes } from '../../../activities/remember-outcomes.ts';

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
    for (let index = 0; index <= 2_000; index += 1) await remembering(`event-${index}`);
    await remembering('event-2000');
    await remembering('event-0');
  });
  expect(activity).toHaveBeenCalledTimes(2_002);
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

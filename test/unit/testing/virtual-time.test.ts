import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import { RetryLaterError } from '../../../domain/handler-errors.ts';
import { advance, createTestBus } from '../../../testing.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);
const begun = vi.fn();
const patient = defineEvent({
  type: 'patient',
  data: z.object({ name: z.string() }),
  tier: 'normal',
  handler: ({ data }, { attempt }) => {
    begun(data.name, attempt);
    if (attempt === 1) throw new RetryLaterError(HOUR_MS);
    return data.name;
  },
});
const once = defineEvent({
  type: 'once',
  data: z.object({ name: z.string() }),
  tier: 'normal',
  handler: ({ data }) => void begun(data.name),
});
const clock = defineSubject<{ readonly hours: number; readonly atMs: number }>({
  type: 'clock',
  initial: ({ atMs }) => ({ hours: 0, atMs }),
  settle: (state, atMs) => ({ hours: state.hours + (atMs - state.atMs) / HOUR_MS, atMs }),
  apply: (state) => state,
});
const looked = defineEvent({
  type: 'looked',
  data: z.object({}),
  tier: 'normal',
  subject: clock,
  retry: { initialDelayMs: 500 },
  handler: (_event, { attempt }) => {
    if (attempt === 1) throw new Error('again in half a second');
  },
});
const events = [patient, once, looked];

afterEach(() => {
  begun.mockClear();
  vi.useRealTimers();
});

it('skips what an event waits for, and its clock shows it', async () => {
  const bus = createTestBus({ events, nowMs: START_MS });
  expect(await bus.run(patient, { name: 'a' }, { delayMs: HOUR_MS })).toMatchObject({ status: 'completed', attempts: { action: 2 } });
  expect(bus.now()).toBe(START_MS + 2 * HOUR_MS);
});

it('stands still between events, until it is advanced', async () => {
  const bus = createTestBus({ events, nowMs: START_MS });
  await bus.run(looked, {}, { subject: 'wall' });
  await bus.advance(2 * HOUR_MS);
  await bus.run(looked, {}, { subject: 'wall' });
  expect(bus.subject('clock', 'wall')).toEqual({ hours: 2 + 500 / HOUR_MS, atMs: START_MS + 2 * HOUR_MS + 500 });
});

it('without time skipping, does nothing before its time', async () => {
  const bus = createTestBus({ events, timeSkipping: false });
  const run = bus.run(patient, { name: 'a' }, { delayMs: 1_000 });
  const ended = vi.fn();
  void run.then(ended);
  await bus.advance(999);
  expect(begun.mock.calls).toEqual([]);
  await bus.advance(1);
  expect(begun.mock.calls).toEqual([['a', 1]]);
  await bus.advance(HOUR_MS - 1);
  expect(begun).toHaveBeenCalledTimes(1);
  expect(ended).not.toHaveBeenCalled();
  await bus.advance(1);
  expect(ended).toHaveBeenCalledWith(expect.objectContaining({ status: 'completed', result: expect.objectContaining({ action: 'a' }) }));
});

it('does what is due in the order of time, at its time, however far it is advanced at once', async () => {
  const bus = createTestBus({ events, timeSkipping: false, nowMs: START_MS });
  const runs = [
    bus.run(once, { name: 'second' }, { delayMs: 2_000 }),
    bus.run(patient, { name: 'first' }, { delayMs: 1_000 }),
    bus.run(once, { name: 'last' }, { delayMs: 2 * HOUR_MS }),
    bus.run(once, { name: 'as well' }, { delayMs: 2_000 }),
  ];
  await bus.advance(3 * HOUR_MS);
  await Promise.all(runs);
  expect(begun.mock.calls.map(([name]) => name as unknown)).toEqual(['first', 'second', 'as well', 'first', 'last']);
  expect(bus.now()).toBe(START_MS + 3 * HOUR_MS);
});

it('lets time go on while events wait for the one of their subject that waits to be tried again', async () => {
  const bus = createTestBus({ events, timeSkipping: false });
  const runs = Promise.all([bus.run(looked, {}, { subject: 'wall' }), bus.run(looked, {}, { subject: 'wall' })]);
  await bus.advance(1_000);
  expect(await runs).toMatchObject([
    { status: 'completed', attempts: { action: 2 } },
    { status: 'completed', attempts: { action: 2 } },
  ]);
});

it('advances all buses at once', async () => {
  const one = createTestBus({ events, timeSkipping: false });
  const other = createTestBus({ events, timeSkipping: false });
  const runs = Promise.all([one.run(once, { name: 'one' }, { delayMs: HOUR_MS }), other.run(patient, { name: 'other' })]);
  await advance(HOUR_MS);
  expect((await runs).map(({ status }) => status)).toEqual(['completed', 'completed']);
  expect(begun.mock.calls).toEqual([['other', 1], ['one'], ['other', 2]]);
});

it.each([-1, Number.NaN, Infinity])('does not go back, nor to the end of time: %s', async (ms) => {
  await expect(createTestBus({ events }).advance(ms)).rejects.toThrow(RangeError);
});

it('lets a handler’s own timers be those of the runner’s fake ones, with its timeout', async () => {
  vi.useFakeTimers();
  const slow = defineEvent({
    type: 'slow',
    data: z.object({ ms: z.number() }),
    tier: 'normal',
    retry: { maxAttempts: 1 },
    handler: async ({ data }, { signal }) => {
      await new Promise((resolve) => setTimeout(resolve, data.ms));
      return signal.aborted;
    },
  });
  const bus = createTestBus({ events: [slow] });
  const inTime = bus.run(slow, { ms: 9_000 });
  const late = bus.run(slow, { ms: 11_000 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await inTime).result?.action).toBe(false);
  expect((await late).error).toMatchObject({ code: 'timeout', stage: 'action' });
});

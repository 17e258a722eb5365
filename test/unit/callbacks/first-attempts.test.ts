import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHandedOver } from '../../../activities/callbacks/handed-over.ts';
import { createFirstAttempts } from '../../../activities/callbacks/first-attempts.ts';
import { createOrigins } from '../../../activities/callbacks/origins.ts';
import type { Origins } from '../../../activities/callbacks/origins.ts';
import type { StartDelivery } from '../../../activities/callbacks/start-delivery.ts';
import type { Ride } from '../../../domain/callback-message.ts';
import type { DestinationState } from '../../../activities/callbacks/destinations.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import type { CallbackOutcome } from '../../../domain/callback-record.ts';
import { eventDelivery } from '../../../domain/event-delivery.ts';
import type { WorkflowReference } from '../../../domain/event-resource.ts';
import { acceptRun, endRun } from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { LEAST_CONNECTIONS, LIGHT_TASK_SLOTS } from '../../../domain/riding.ts';
import { QUIET } from '../../support/quiet-origins.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';

const ORIGIN = 'https://shop.example';
const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const run = endRun(acceptRun(acceptedEvent({ callback })), { status: 'completed', endedAtMs: NOON_MS });
const RECORDED_AT = '2026-01-01T12:00:00.000Z';
const verdict = { type: 'event.completed', timestamp: RECORDED_AT, recordedAt: RECORDED_AT, data: {} };
const workflow = { id: 'order-1', runId: 'run-a' };
const good: CallbackAttempt = { at: '', status: 204, durationMs: 5, error: null };
const parked: CallbackOutcome = { attempt: null, nextAttemptAfterMs: 0, parkedAt: 'https://shop.example' };
const delivered: CallbackOutcome = { attempt: good, nextAttemptAfterMs: null };

beforeEach(() => {
  vi.useFakeTimers({ now: NOON_MS });
});
afterEach(() => vi.useRealTimers());

/** Origins of which none is given more connections than any. */
function originsOf(): Origins {
  return createOrigins({ ...QUIET, now: Date.now, maxConnections: LEAST_CONNECTIONS });
}

interface RideOptions {
  readonly of?: EventRun;
  /** Whose task it holds up. */
  readonly task?: WorkflowReference | null;
}

function prepare(
  state: DestinationState = 'none',
  origins = originsOf(),
  isBusy = false,
  startDelivery = vi.fn<StartDelivery>(async () => undefined),
  isInLine = false,
) {
  const handedOver = createHandedOver(Date.now);
  const sent: unknown[] = [];
  let settle = (_outcome: CallbackOutcome): void => undefined;
  let fail = (_error: Error): void => undefined;
  let proceed = (): void => undefined;
  let aborted = false;
  const firstAttempts = createFirstAttempts({
    attemptDelivery: (message, abortSignal, begins) =>
      new Promise((resolve, reject) => {
        settle = resolve;
        fail = reject;
        proceed = () => {
          if (begins?.() === false) resolve({ attempt: null, nextAttemptAfterMs: 1_000 });
          else sent.push(message);
        };
        if (!isInLine) proceed();
        abortSignal.addEventListener('abort', () => {
          aborted = true;
          resolve({ attempt: { ...good, status: null, error: 'aborted' }, nextAttemptAfterMs: 1_000 });
        });
      }),
    origins,
    destinations: { stateOf: async () => state, note: async () => state, noteHang: async () => state },
    handedOver,
    random: () => 0.5,
    now: Date.now,
    watchLoop: () => () => isBusy,
    startDelivery,
  });
  const many = (count: number, { of = run, task = workflow }: RideOptions = {}): Promise<readonly Ride[]> => {
    const message = eventDelivery(of, task ?? workflow);
    if (message === null) throw new Error('there is nothing to send');
    return firstAttempts(
      Array.from({ length: count }, () => message),
      task,
    );
  };
  return {
    many,
    ride: async (options?: RideOptions): Promise<Ride | undefined> => (await many(1, options))[0],
    handedOver,
    sent,
    startDelivery,
    settle: (outcome: CallbackOutcome) => settle(outcome),
    fail: (error: Error) => fail(error),
    /** Gives the last one that stands in line a connection. */
    proceed: () => proceed(),
    isAborted: () => aborted,
  };
}

/** An origin that has failed, and what shows how it is. */
async function unwell() {
  const origins = originsOf();
  const see = (attempt: CallbackAttempt) => origins.pass(ORIGIN, { waitMs: 0 }, async () => attempt);
  await see({ ...good, status: 503, error: 'http_503' });
  return { origins, see };
}

function prepareInLine(origins?: Origins): ReturnType<typeof prepare> {
  return prepare(undefined, origins, undefined, undefined, true);
}

async function handOver(prepared: ReturnType<typeof prepare>): Promise<void> {
  const riding = prepared.ride();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await riding).toEqual({ kind: 'handed_over', sender: prepared.handedOver.sender });
}

/** As its delivery asks. */
function outcomeOf({ handedOver }: ReturnType<typeof prepare>, recordedAt = RECORDED_AT): Promise<CallbackOutcome | null> {
  return handedOver.outcomeOf({ target: { kind: 'event', tenant: 'default', owner: 'order-1', run: 1, callback }, recordedAt });
}

describe('an attempt that rides', () => {
  it('says what was answered', async () => {
    const prepared = prepare();
    const riding = prepared.ride();
    await vi.advanceTimersByTimeAsync(0);
    prepared.settle(delivered);

    expect(await riding).toEqual({ kind: 'sent', ...delivered });
  });

  it('is handed over after a second, uncut, and its delivery hears of the outcome', async () => {
    const prepared = prepare();
    await handOver(prepared);
    const asked = outcomeOf(prepared);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(prepared.isAborted()).toBe(false);
    prepared.settle(delivered);

    expect(await asked).toEqual(delivered);
  });

  it('is remembered for ten minutes after its end, for a delivery that comes late, and tells nothing of another verdict', async () => {
    const prepared = prepare();
    await handOver(prepared);
    prepared.settle(delivered);
    await vi.advanceTimersByTimeAsync(599_000);

    expect(await outcomeOf(prepared)).toEqual(delivered);
    expect(await outcomeOf(prepared, '2026-01-01T12:00:01.000Z')).toBeNull();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await outcomeOf(prepared)).toBeNull();
  });

  it('is not waited for as it stops once it is forgotten', async () => {
    const handedOver = createHandedOver(Date.now);
    const { target, message } = {
      target: { kind: 'event', tenant: 'default', owner: 'order-1', run: 1, callback },
      message: verdict,
    } as const;
    handedOver.keep({ target, message }, Promise.resolve(delivered));
    let isOver = false;
    void handedOver.whenAskedFor(500).then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver).toBe(false);
    // As a rerun here does, whose attempt is another one.
    handedOver.keep({ target, message }, Promise.resolve(delivered));
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver).toBe(true);
  });

  it('is not begun where its destination is parked, and its delivery needn’t be told', async () => {
    const prepared = prepare('open');
    const riding = prepared.ride();
    await vi.advanceTimersByTimeAsync(0);
    prepared.settle(parked);

    expect(await riding).toEqual({ kind: 'sent', ...parked, isStarted: true });
    expect(prepared.sent).toEqual([expect.objectContaining({ destination: 'open' })]);
    expect(prepared.startDelivery).toHaveBeenCalledExactlyOnceWith({
      target: { kind: 'event', tenant: 'default', owner: 'order-1', run: 1, callback },
      messageOf: workflow,
      attempts: [],
      begin: { kind: 'suspended', origin: 'https://shop.example' },
    });
  });

  it.each<[string, () => Promise<void>]>([
    ['refuses', () => Promise.reject(new Error('unavailable'))],
    ['doesn’t answer', () => new Promise(() => undefined)],
  ])('leaves its delivery to the event’s workflow where the engine %s', async (_what, start) => {
    const prepared = prepare('open', undefined, false, vi.fn<StartDelivery>(start));
    const riding = prepared.ride();
    await vi.advanceTimersByTimeAsync(0);
    prepared.settle(parked);
    await vi.advanceTimersByTimeAsync(2_000);

    expect(await riding).toEqual({ kind: 'sent', ...parked });
  });

  it.each<[string, RideOptions]>([
    ['a chunk', { of: { ...run, event: { ...run.event, id: 'g~0_1' } }, task: { id: 'g~0', runId: 'run-a' } }],
    ['a batch', { of: { ...run, event: { ...run.event, batchId: 'b~1' } } }],
  ])('leaves the delivery of one of %s to its workflow', async (_what, options) => {
    const prepared = prepare('open');
    const riding = prepared.ride(options);
    await vi.advanceTimersByTimeAsync(0);
    prepared.settle(parked);

    expect(await riding).toEqual({ kind: 'sent', ...parked });
    expect(prepared.startDelivery).not.toHaveBeenCalled();
  });

  it.each(['closed', 'half_open'] as const)(
    'is not begun when the cluster has trouble with its destination, which is %s',
    async (state) => {
      const prepared = prepare(state);

      expect(await prepared.ride()).toEqual({ kind: 'declined' });
    },
  );

  it('is handed over after three seconds where the process itself had no rest', async () => {
    const prepared = prepare('none', undefined, true);
    let rode: Ride | undefined | null = null;
    void prepared.ride().then((outcome) => {
      rode = outcome;
    });
    await vi.advanceTimersByTimeAsync(2_900);
    expect(rode).toBeNull();
    await vi.advanceTimersByTimeAsync(100);
    expect(rode).toEqual({ kind: 'handed_over', sender: prepared.handedOver.sender });
  });

  it.each([
    ['rides in tasks of their own in no more than half of them', true, LIGHT_TASK_SLOTS / 2],
    ['rides in a task of several with as many others as there are', false, 150],
  ])('%s', async (_what, isAlone, expected) => {
    const prepared = prepare();
    const riding = isAlone ? Promise.all(Array.from({ length: 150 }, () => prepared.ride())) : prepared.many(150);
    await vi.advanceTimersByTimeAsync(0);

    expect(prepared.sent).toHaveLength(expected);
    await vi.advanceTimersByTimeAsync(1_000);
    const kinds = (await riding).map((ride) => ride?.kind);
    expect(kinds.filter((kind) => kind === 'handed_over')).toHaveLength(expected);
  });

  it('is left to a delivery when it has stood in line for a second, and not sent after that', async () => {
    const { ride, proceed, sent } = prepareInLine();
    const riding = ride({ task: null });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await riding).toEqual({ kind: 'declined' });
    proceed();
    expect(sent).toEqual([]);
  });

  it('is sent when its turn comes, unless others have shown meanwhile that its destination is unwell', async () => {
    const origins = originsOf();
    const { ride, proceed, sent, settle } = prepareInLine(origins);
    const first = ride({ task: null });
    await vi.advanceTimersByTimeAsync(500);
    proceed();
    settle(delivered);
    expect(await first).toEqual({ kind: 'sent', ...delivered });
    const second = ride({ task: null });
    await vi.advanceTimersByTimeAsync(0);
    await origins.pass(ORIGIN, { waitMs: 0 }, async () => ({ ...good, status: 503, error: 'http_503' }));
    proceed();
    expect(await second).toEqual({ kind: 'declined' });
    expect(sent).toHaveLength(1);
  });

  it('tries an origin that was unwell, and whoever comes meanwhile waits for a moment to hear of it', async () => {
    const { origins, see } = await unwell();
    const { ride, sent, settle } = prepare('none', origins);
    const riding = Array.from({ length: 3 }, () => ride({ task: null }));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toHaveLength(1);
    await see({ ...good, status: 503, error: 'http_503' });
    settle({ attempt: { ...good, status: 503, error: 'http_503' }, nextAttemptAfterMs: 5_000 });
    expect((await Promise.all(riding)).map((ride) => ride?.kind)).toEqual(['sent', 'declined', 'declined']);
    expect(sent).toHaveLength(1);
  });

  it('is sent once the origin has shown that it is well again', async () => {
    const { origins, see } = await unwell();
    const { ride, sent, settle } = prepare('none', origins);
    const first = ride({ task: null });
    const second = ride({ task: null });
    await vi.advanceTimersByTimeAsync(0);
    await see(good);
    settle(delivered);
    expect(await first).toEqual({ kind: 'sent', ...delivered });
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toHaveLength(2);
    settle(delivered);
    expect(await second).toEqual({ kind: 'sent', ...delivered });
  });

  it('tries it again where the trial takes long, once, and is then left to a delivery', async () => {
    const { origins } = await unwell();
    const { ride, sent } = prepare('none', origins);
    const riding = Array.from({ length: 3 }, () => ride({ task: null }));
    await vi.advanceTimersByTimeAsync(99);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(100);
    expect((await Promise.all(riding)).map((ride) => ride?.kind)).toEqual(['handed_over', 'handed_over', 'declined']);
    expect(sent).toHaveLength(2);
  });

  it('is put off where all connections to its destination are open and none is answered soon', async () => {
    const origins = originsOf();
    const hang = (): Promise<never> => new Promise(() => undefined);
    for (let open = 0; open < LEAST_CONNECTIONS; open += 1) void origins.pass(ORIGIN, { waitMs: 0 }, hang);
    await vi.advanceTimersByTimeAsync(1_000);
    const prepared = prepare('none', origins);

    const nextAttemptAt = new Date(Date.now() + 15_000).toISOString();
    const waiting = { kind: 'sent', attempt: null, nextAttemptAfterMs: 15_000, nextAttemptAt };
    expect(await prepared.ride()).toEqual({ ...waiting, isStarted: true });
    expect(await prepared.ride({ task: null })).toEqual(waiting);
    expect(prepared.sent).toEqual([]);
    expect(prepared.startDelivery).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ messageOf: workflow, attempts: [], begin: { kind: 'after', ms: 15_000 } }),
    );
  });

  it('is broken off when the process stops, and its delivery is told so', async () => {
    const prepared = prepare();
    await handOver(prepared);
    const asked = outcomeOf(prepared);
    const closing = prepared.handedOver.close(5_000);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(prepared.isAborted()).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    await closing;

    expect(await asked).toMatchObject({ attempt: { error: 'aborted' }, nextAttemptAfterMs: 1_000 });
  });

  it('is left to a delivery where this process could not end it', async () => {
    const prepared = prepare();
    const riding = prepared.many(2);
    await vi.advanceTimersByTimeAsync(0);
    prepared.fail(new Error('cut off'));
    await vi.advanceTimersByTimeAsync(1_000);

    expect((await riding).map(({ kind }) => kind)).toEqual(['handed_over', 'declined']);
  });
});

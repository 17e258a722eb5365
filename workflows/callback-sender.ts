import { allHandlersFinished, condition, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { CallbackRecord } from '../domain/callback-record.ts';
import type { DeliveryInput } from '../domain/delivery-input.ts';
import { addCallback, beginRides, endRides, endStarts, unsettled } from '../domain/subject-callbacks.ts';
import type { FirstCallback, SubjectCallbacks } from '../domain/subject-callbacks.ts';
import { createJsonBound } from '../domain/json-bound.ts';
import { firstDeliveries, startDeliveries } from './start-deliveries.ts';
import { WATCHED } from './watched.ts';

/** What a run of a subject's workflow leaves to the next. */
export interface PendingCallbacks {
  /** Their first attempts have yet to be made. */
  readonly callbacks?: readonly FirstCallback[];
  /** Their deliveries have yet to be started. */
  readonly deliveries?: readonly DeliveryInput[];
}

export interface CallbackSender {
  add(callback: FirstCallback): void;
  /** Resolves when there is room for more, or false: there is none in this run, which is full. */
  hasRoom(): Promise<boolean>;
  /** Sends until the run's history is full, no Update is at work and nothing is under way; what is left then. */
  untilFull(): Promise<PendingCallbacks>;
}

// Not local: Updates of a subject wait for no receiver, and a callback goes out once its result is recorded, not before.
const { firstAttempts } = proxyActivities<Activities>({
  ...WATCHED,
  // It ends by itself after two seconds, or six in a process without rest; the rest is for one whose timers are late.
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

// A receiver that begins to hang holds up one of them for a second; callbacks to others go with the next.
const RIDES_AT_ONCE = 3;
const MAX_HISTORY_EVENTS = 4_000;
const MAX_HISTORY_BYTES = 1024 * 1024;
// Where callbacks can't be sent, events wait: what is left to do is carried from run to run.
const MAX_PENDING = 200;
const MAX_PENDING_BYTES = 512 * 1024;
const START_AGAIN_MS = 1_000;

/**
 * Sends the callbacks of a subject's events: first attempts together, and deliveries of their own for what these leave. Neither
 * waits for the other, so that first attempts aren't held up by starts.
 * @param record told of what is known of a callback once its ride is over, be it that it waits
 */
export function createCallbackSender(
  { callbacks: waiting = [], deliveries: left = [] }: PendingCallbacks,
  record: (version: number, record: CallbackRecord) => void,
): CallbackSender {
  const bound = createJsonBound();
  const bytesOf = (pending: readonly object[]): number => pending.reduce<number>((sum, one) => sum + bound(one), 0);
  let callbacks: SubjectCallbacks = { waiting, riding: [], left };
  let ridesUnderWay = 0;
  let isStarting = false;

  return {
    add(callback) {
      callbacks = addCallback(callbacks, callback);
    },
    async hasRoom() {
      await condition(() => !isBehind() || isFull());
      return !isBehind();
    },
    async untilFull() {
      for (;;) {
        await condition(() => mayStart() || mayRide() || mayEnd());
        // They go on beside this loop, and don't reject.
        if (mayStart()) void startLeft();
        else if (mayRide()) void ride();
        else if (mayEnd()) return { callbacks: callbacks.waiting, deliveries: callbacks.left };
      }
    },
  };

  async function ride(): Promise<void> {
    const first = firstDeliveries(callbacks.waiting);
    callbacks = beginRides(callbacks, first);
    ridesUnderWay += 1;
    // Where somebody has ended it by hand, nothing is known of any: deliveries send them.
    const { rides } = await firstAttempts({ messages: first }).catch(() => ({ rides: [] }));
    const ended = endRides(callbacks, first, rides);
    for (const { version, callback } of ended.records) record(version, callback);
    ({ callbacks } = ended);
    ridesUnderWay -= 1;
  }

  async function startLeft(): Promise<void> {
    const first = firstDeliveries(callbacks.left);
    isStarting = true;
    const isDone = await startDeliveries({ deliveries: first }).then(
      () => true,
      () => false,
    );
    if (isDone) callbacks = endStarts(callbacks, first);
    else await sleep(START_AGAIN_MS);
    isStarting = false;
  }

  function isBehind(): boolean {
    const pending = unsettled(callbacks);
    return pending.length >= MAX_PENDING || bytesOf(pending) > MAX_PENDING_BYTES;
  }

  function mayRide(): boolean {
    return callbacks.waiting.length > 0 && ridesUnderWay < RIDES_AT_ONCE && mayBegin();
  }

  function mayStart(): boolean {
    return callbacks.left.length > 0 && !isStarting && mayBegin();
  }

  /** What a full run hasn't begun is the next one's. */
  function mayBegin(): boolean {
    return !isFull();
  }

  /** An attempt's outcome is told to the run that began it, and to no other. */
  function mayEnd(): boolean {
    return isFull() && ridesUnderWay === 0 && !isStarting && allHandlersFinished();
  }
}

function isFull(): boolean {
  const { historyLength, historySize } = workflowInfo();
  return historyLength > MAX_HISTORY_EVENTS || historySize > MAX_HISTORY_BYTES;
}

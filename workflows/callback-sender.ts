import { allHandlersFinished, condition, sleep, workflowInfo } from '@temporalio/workflow';
import type { CallbackRecord } from '../domain/callback-record.ts';
import type { DeliveryInput } from '../domain/delivery-input.ts';
import { addCallback, beginRides, endRides, endStarts, unsettled } from '../domain/subject-callbacks.ts';
import type { FirstCallback, SubjectCallbacks } from '../domain/subject-callbacks.ts';
import { createJsonBound } from '../domain/json-bound.ts';
import { firstAttempts } from './first-attempts.ts';
import { firstOf } from './portion.ts';
import { startByActivity } from './start-deliveries.ts';

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

// A receiver that begins to hang holds up one of them for a second; callbacks to others go with the next.
const RIDES_AT_ONCE = 3;
const MAX_HISTORY_EVENTS = 4_000;
const MAX_HISTORY_BYTES = 1024 * 1024;
// Where callbacks can't be sent, events wait: what is left to do is carried from run to run.
const MAX_PENDING = 200;
const MAX_PENDING_BYTES = 512 * 1024;
// The activity is tried again by itself; what ends it for good is somebody's hand, or a fault that will be there for long.
const START_AGAIN_MS = { first: 1_000, longest: 300_000 } as const;

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
  let pauseMs: number = START_AGAIN_MS.first;

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
    const first = firstOf(callbacks.waiting);
    callbacks = beginRides(callbacks, first);
    ridesUnderWay += 1;
    const rides = await firstAttempts(first);
    // Others have been added meanwhile: what it ends is taken from the callbacks of now.
    const ended = endRides(callbacks, first, rides);
    for (const { version, callback } of ended.records) record(version, callback);
    ({ callbacks } = ended);
    ridesUnderWay -= 1;
  }

  async function startLeft(): Promise<void> {
    const first = firstOf(callbacks.left);
    isStarting = true;
    const isDone = await startByActivity({ deliveries: first }).then(
      () => true,
      () => false,
    );
    if (isDone) {
      callbacks = endStarts(callbacks, first);
      pauseMs = START_AGAIN_MS.first;
    } else {
      await sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, START_AGAIN_MS.longest);
    }
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

/** Whether the run is to end as soon as it can. */
export function isFull(): boolean {
  const { historyLength, historySize } = workflowInfo();
  return historyLength > MAX_HISTORY_EVENTS || historySize > MAX_HISTORY_BYTES;
}

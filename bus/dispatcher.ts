import { createCallQueue } from '../domain/call-queue.ts';
import { delay } from '../handlers/delay.ts';
import { isThenable } from '../handlers/with-timeout.ts';
import { within } from '../runtime/within.ts';
import { BusError } from './bus-error.ts';
import type { HandlerResult } from './bus.ts';
import { Again } from './call.ts';
import type { Call, Follow } from './call.ts';
import { createDeferred } from './deferred.ts';
import type { Deferred } from './deferred.ts';

export interface DispatcherOptions {
  readonly concurrency: number;
  readonly maxQueued: number;
  /** No call begins before; null: at any time. */
  readonly ready: Promise<void> | null;
  /** Aborts when calls are to stop. */
  readonly signal: AbortSignal;
  readonly onFailure: (error: unknown, call: Call) => void;
  readonly follow: Follow;
}

/** Begins calls when their turn comes, and sees them to their end. */
export interface Dispatcher {
  /** Something goes on from now on, until `settled`: `idle` waits for it. */
  opened(): void;
  settled(): void;
  /** A call that was opened has its turn as soon as it can begin, after the code that runs now. */
  enqueue(call: Call): void;
  /** A call that was opened fails, without having begun. */
  fail(call: Call, error: unknown): void;
  isFull(): boolean;
  /** Resolves once no more wait than may; null where that is so. */
  room(): Promise<void> | null;
  idle(): Promise<void>;
  /** Whether nothing waits or runs, as soon as that is so, or after so long. */
  idleWithin(ms: number): Promise<boolean>;
  /** Whatever hasn't begun fails. To be called once the signal has aborted. */
  stop(): void;
}

export function createDispatcher({ concurrency, maxQueued, ready, signal, onFailure, follow }: DispatcherOptions): Dispatcher {
  const queue = createCallQueue<Call>(concurrency);
  let open = 0;
  let isReady = ready === null;
  let isScheduled = false;
  let room: Deferred<void> | null = null;
  let idle: Deferred<void> | null = null;
  void ready?.then(() => {
    isReady = true;
    schedule();
  });

  return {
    opened() {
      open += 1;
    },

    settled,

    enqueue(call) {
      queue.add(call);
      schedule();
    },

    fail,

    isFull: () => queue.backlog() >= maxQueued,

    room() {
      if (queue.backlog() <= maxQueued) return null;
      room ??= createDeferred<void>();
      return room.promise;
    },

    idle: whenIdle,

    idleWithin: async (ms) =>
      (await within(
        whenIdle().then(() => true),
        ms,
      )) ?? false,

    stop() {
      for (const call of queue.clear()) fail(call, closedError());
      openRoom();
    },
  };

  function whenIdle(): Promise<void> {
    if (open === 0) return Promise.resolve();
    idle ??= createDeferred<void>();
    return idle.promise;
  }

  function schedule(): void {
    if (isScheduled || !isReady) return;
    isScheduled = true;
    queueMicrotask(drain);
  }

  function drain(): void {
    for (let call = queue.next(); call !== undefined; call = queue.next()) start(call);
    isScheduled = false;
    openRoom();
  }

  function start(call: Call): void {
    const { subscription } = call;
    if (subscription.isOff) {
      queue.end(call);
      settle(call, null);
      return;
    }
    let value: unknown;
    try {
      if (call.fault !== null) throw call.fault.error;
      value = subscription.work(call);
    } catch (error) {
      queue.end(call);
      fail(call, error);
      return;
    }
    if (isThenable(value)) {
      Promise.resolve(value).then(
        (result) => ended(call, result),
        (error: unknown) => {
          queue.end(call);
          fail(call, error);
          schedule();
        },
      );
      return;
    }
    queue.end(call);
    succeed(call, value);
  }

  function ended(call: Call, result: unknown): void {
    queue.end(call);
    if (result instanceof Again) retry(call, result);
    else succeed(call, result);
    schedule();
  }

  function retry(call: Call, { afterMs }: Again): void {
    delay(afterMs, signal).then(
      () => {
        queue.add(call);
        schedule();
      },
      () => fail(call, closedError()),
    );
  }

  function succeed(call: Call, value: unknown): void {
    if (call.emitted !== null) {
      follow(call).then(
        () => succeed(call, value),
        (error: unknown) => fail(call, error),
      );
      return;
    }
    settle(call, call.emission && { handler: call.subscription.name, status: 'fulfilled', value });
  }

  function fail(call: Call, reason: unknown): void {
    onFailure(reason, call);
    settle(call, call.emission && { handler: call.subscription.name, status: 'rejected', reason });
  }

  function settle(call: Call, result: HandlerResult | null): void {
    for (const { call: next, isSkipped } of call.emission?.record(call, result) ?? []) {
      if (isSkipped) fail(next, new BusError('handler_skipped', 'a handler before it has failed'));
      else if (signal.aborted) fail(next, closedError());
      else {
        queue.add(next);
        schedule();
      }
    }
    settled();
  }

  function settled(): void {
    open -= 1;
    if (open > 0 || idle === null) return;
    idle.resolve();
    idle = null;
  }

  function openRoom(): void {
    if (room === null || queue.backlog() > maxQueued) return;
    room.resolve();
    room = null;
  }
}

function closedError(): BusError {
  return new BusError('bus_closed', 'the bus was closed before this had run');
}

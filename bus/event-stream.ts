import { BusError } from './bus-error.ts';
import type { OnFull } from './bus.ts';
import { createDeferred } from './deferred.ts';
import type { Deferred } from './deferred.ts';

/** What one reader has of a bus's events. */
export interface EventStream<Event> {
  readonly reader: AsyncIterableIterator<Event, undefined>;
  /** False where the reader is so far behind that it doesn't get it. */
  push(event: Event): boolean;
  /** Resolves when the reader is no longer behind; null where it isn't. */
  room(): Promise<void> | null;
  /** The reader gets what is kept for it, and then the end. */
  end(): void;
}

export interface EventStreamOptions {
  readonly maxBuffered: number;
  readonly onFull: OnFull;
  /** Called when it takes no more, however that comes. */
  readonly onEnd: () => void;
}

type Read<Event> = IteratorResult<Event, undefined>;

/** Keeps events for a reader, at most so many. */
export function createEventStream<Event>({ maxBuffered, onFull, onEnd }: EventStreamOptions): EventStream<Event> {
  const buffered: Event[] = [];
  // Whoever has asked for more than there is.
  const asking: Deferred<Read<Event>>[] = [];
  let room: Deferred<void> | null = null;
  let error: BusError | null = null;
  let isEnded = false;

  return {
    push(event) {
      const first = asking.shift();
      if (first !== undefined) first.resolve({ done: false, value: event });
      else if (buffered.length < maxBuffered || onFull === 'wait') buffered.push(event);
      else if (onFull === 'drop') return false;
      else {
        error = new BusError('bus_full', `the reader of a stream is more than ${maxBuffered} events behind`);
        end();
      }
      return true;
    },

    room() {
      if (buffered.length <= maxBuffered) return null;
      room ??= createDeferred<void>();
      return room.promise;
    },

    end,

    reader: {
      [Symbol.asyncIterator]() {
        return this;
      },

      async next() {
        const [event] = buffered;
        if (buffered.length > 0) {
          buffered.shift();
          openRoom();
          return { done: false, value: event as Event };
        }
        if (!isEnded) {
          const asked = createDeferred<Read<Event>>();
          asking.push(asked);
          return asked.promise;
        }
        if (error === null) return { done: true, value: undefined };
        const reason = error;
        error = null;
        throw reason;
      },

      async return() {
        buffered.length = 0;
        end();
        return { done: true, value: undefined };
      },
    },
  };

  function end(): void {
    if (!isEnded) onEnd();
    isEnded = true;
    openRoom();
    for (const { resolve } of asking.splice(0)) resolve({ done: true, value: undefined });
  }

  function openRoom(): void {
    if (room === null || (buffered.length > maxBuffered && !isEnded)) return;
    room.resolve();
    room = null;
  }
}

import { EngineUnavailableError } from '../../temporal/engine-unavailable-error.ts';
import type { Message } from './message.ts';
import { createThrottle } from './throttle.ts';
import { wakened } from './wakened.ts';

export interface WatchSource {
  /** Asks the engine; null when there is no such thing. */
  readonly read: () => Promise<Message | null>;
  /** Calls back with what this process sees by itself, until it is told to stop. */
  readonly listen: (tell: (message: Message) => void) => () => void;
}

/** What is known of a resource that somebody watches; asked for as long as it goes on. */
export interface Watch {
  /** Resolves when something is known of it; false when there is no such thing. @throws EngineUnavailableError */
  readonly found: Promise<boolean>;
  /** The newest message; null until `found`. */
  latest(): Message | null;
  /**
   * The newest message as soon as it isn't the one with this id; null when `waitMs` have passed or the signal aborts.
   * @throws what reading it threw, or GoneError; but an engine that is away is only asked again
   */
  next(options: NextOptions): Promise<Message | null>;
  stop(): void;
}

export interface NextOptions {
  readonly afterId: string | null;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

// At most four messages a second, and no more questions to the engine than that, however many watch.
const FASTEST_MS = 250;
// Where nothing changes it is asked ever less often, so that a thousand who wait for tomorrow don't wear the engine out.
const SLOWEST_MS = 1_000;

/** Watches one resource: reads it again and again, and listens, until its last message or `stop`. */
export function createWatch({ read, listen }: WatchSource): Watch {
  let latest: Message | null = null;
  let failure: Error | null = null;
  let heard = 0;
  let isOver = false;
  let pauseMs = FASTEST_MS;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<() => void>();

  const throttle = createThrottle<Message>(FASTEST_MS, (message) => {
    latest = message;
    if (message.last) stop();
    wake();
  });
  const stopListening = listen((message) => {
    heard += 1;
    show(message);
  });

  function show(message: Message): void {
    if (isOver || message.id === latest?.id) return;
    pauseMs = FASTEST_MS;
    if (message.last) throttle.flush(message);
    else throttle.offer(message);
  }

  /** Reads once, and arranges for the next time. @throws the first time only; later it ends the watch */
  async function ask(): Promise<boolean> {
    const heardBefore = heard;
    const message = await read();
    if (message === null) return false;
    // What this process has seen meanwhile is newer, unless this is the end.
    if (message.last || heard === heardBefore) show(message);
    again();
    return true;
  }

  function again(): void {
    if (isOver) return;
    timer = setTimeout(() => {
      ask().then(
        (exists) => exists || fail(new GoneError('it is no longer kept')),
        (error: Error) => (error instanceof EngineUnavailableError ? again() : fail(error)),
      );
    }, pauseMs);
    pauseMs = Math.min(pauseMs * 2, SLOWEST_MS);
  }

  function fail(error: Error): void {
    failure = error;
    stop();
    wake();
  }

  function wake(): void {
    for (const look of waiting) look();
  }

  function stop(): void {
    isOver = true;
    clearTimeout(timer);
    throttle.stop();
    stopListening();
  }

  return {
    found: ask(),
    latest: () => latest,
    async next({ afterId, waitMs, signal }) {
      const isNew = (): boolean => failure !== null || latest?.id !== afterId;
      if (!isNew()) await wakened(waiting, waitMs, signal);
      if (failure !== null) throw failure;
      return isNew() ? latest : null;
    },
    stop,
  };
}

/** What was watched is there no more. */
export class GoneError extends Error {
  override readonly name = 'GoneError';
}

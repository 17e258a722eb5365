import type { EndedEvent } from '../../client/create-client.ts';
import { TicklessError } from '../../client/tickless-error.ts';
import { client } from './client.ts';
import { connection } from './connection.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

export interface LiveStreamOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly onEnded: (ended: EndedEvent) => void;
  /** Each time that the service is there again, which may have missed nothing or everything. */
  readonly onReturn: () => void;
}

/** Follows the events that end, over as many connections as it takes, from where the one before was lost. Says in `connection` how that stands. */
export async function followLiveStream({ signal, onEnded, onReturn }: LiveStreamOptions): Promise<void> {
  let lastEventId: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  const lost = (error: Error): void => {
    const before = connection.get();
    if (!signal.aborted && before.state !== 'lost') connection.set({ state: 'lost', sinceMs: Date.now(), reason: error.message });
  };
  const connected = (): void => {
    const wasAway = connection.get().state === 'lost';
    pauseMs = FIRST_PAUSE_MS;
    connection.set({ state: 'live' });
    if (wasAway) onReturn();
  };
  connection.set({ state: 'connecting' });
  while (!signal.aborted) {
    try {
      for await (const ended of client.events.streamAll({ signal, lastEventId, onReconnect: lost, onConnect: connected })) {
        ({ lastEventId } = ended);
        onEnded(ended);
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (isRefused(error)) {
        connection.set({ state: 'refused', reason: error.message });
        return;
      }
      lost(error);
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

/** A key that isn't there, isn't known, or may not read. */
function isRefused(error: Error): boolean {
  return error instanceof TicklessError && (error.status === 401 || error.status === 403);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

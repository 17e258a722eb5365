import { readEventStream } from './read-event-stream.ts';
import type { StreamEvent } from './read-event-stream.ts';
import { TicklessError } from './tickless-error.ts';
import type { Transport } from './transport.ts';

/** What a stream tells: progress as often as there is some, then once the resource as it ended. */
export type StreamMessage<Resource, Progress> =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'ended'; readonly resource: Resource };

export interface FollowOptions {
  /** Ends the stream; what is watched goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Told each time that the service has begun to answer. */
  readonly onConnect?: () => void;
  /** Told each time that the connection is lost, before it is tried again. */
  readonly onReconnect?: (error: Error) => void;
}

const LONGEST_PAUSE_MS = 10_000;

/**
 * Follows a stream to its last message, over as many connections as it takes.
 * @throws TicklessError when the first connection fails, or the service says that there is nothing to follow
 */
export async function* follow<Resource, Progress>(
  send: Transport,
  path: string,
  options: FollowOptions = {},
): AsyncGenerator<StreamMessage<Resource, Progress>, undefined> {
  for await (const { event, data } of followEvents(send, path, options)) {
    const value: unknown = JSON.parse(data);
    if (event === 'progress') yield { kind: 'progress', progress: value as Progress };
    else {
      yield { kind: 'ended', resource: value as Resource };
      return;
    }
  }
}

/**
 * Follows a stream for as long as the service goes on with it, over as many connections as it takes.
 * @param lastEventId where to go on; from now on, if it isn't given
 * @throws TicklessError as `follow` does
 */
export async function* followEvents(
  send: Transport,
  path: string,
  {
    signal,
    onConnect = () => undefined,
    onReconnect = () => undefined,
    lastEventId = '',
  }: FollowOptions & { readonly lastEventId?: string | undefined },
): AsyncGenerator<StreamEvent, undefined> {
  let lastId = lastEventId;
  let retryMs = 1_000;
  let failures = 0;
  let hasConnected = false;
  for (;;) {
    try {
      const headers = { accept: 'text/event-stream', ...(lastId !== '' && { 'last-event-id': lastId }) };
      const { body } = await send(path, { headers, signal });
      // 204: there is nothing after the last message.
      if (body === null) return;
      hasConnected = true;
      onConnect();
      const events = readEventStream(body, (asked) => {
        retryMs = asked;
      });
      for await (const event of events) {
        failures = 0;
        lastId = event.id;
        yield event;
      }
      onReconnect(new Error('the stream ended before its last message'));
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof Error) || !hasConnected || isFinal(error)) throw error;
      onReconnect(error);
    }
    failures += 1;
    await pause(Math.min(retryMs * 2 ** (failures - 1), LONGEST_PAUSE_MS), signal);
  }
}

/** Whether another try would come to the same. */
function isFinal(error: Error): boolean {
  return error instanceof TicklessError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  });
}

import type { Context } from 'hono';
import type { AppEnvironment } from '../app.ts';
import { problem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { toFrame } from './message.ts';
import type { StreamPlace, StreamRoom } from './stream-room.ts';
import { GoneError } from './watch.ts';
import type { Seat, Watches } from './watches.ts';

export interface StreamOptions {
  readonly room: StreamRoom;
  readonly watches: Watches;
  readonly id: string;
  /** What the problem says where there is no such thing. */
  readonly notFound: string;
  readonly reportError: (error: Error) => void;
}

export const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' } as const;
const PING_EVERY_MS = 15_000;
const RETRY_MS = 1_000;

/** Answers with the stream of a resource: its state now, every change, and one last message, after which it ends. */
export async function streamWatch(context: Context<AppEnvironment>, options: StreamOptions): Promise<Response> {
  const place = options.room.enter();
  if (place === null) return problem(context, noRoom());
  const key = { tenant: context.get('tenant'), id: options.id };
  const seat = await options.watches.join(key).catch((error: unknown) => {
    place.leave();
    throw error;
  });
  const leave = (): void => {
    place.leave();
    seat?.leave();
  };
  if (seat === null) {
    leave();
    return problem(context, { code: 'not_found', detail: options.notFound });
  }
  const lastEventId = context.req.header('last-event-id') ?? null;
  const latest = seat.watch.latest();
  if (latest?.last === true && latest.id === lastEventId) {
    leave();
    // A browser comes back after the last message, which it has; this makes it stay away (WHATWG HTML, 9.2.3).
    return context.body(null, 204);
  }
  if (context.req.method === 'HEAD') {
    leave();
    return context.body(null, 200, STREAM_HEADERS);
  }
  return context.body(toStream(writeFrames({ seat, place, lastEventId, reportError: options.reportError }), leave), 200, STREAM_HEADERS);
}

interface FrameOptions {
  readonly seat: Seat;
  readonly place: StreamPlace;
  readonly lastEventId: string | null;
  readonly reportError: (error: Error) => void;
}

async function* writeFrames({ seat, place, lastEventId, reportError }: FrameOptions): AsyncGenerator<string, undefined> {
  const { signal } = place;
  yield `retry: ${RETRY_MS}\n\n`;
  let afterId = lastEventId;
  try {
    while (!signal.aborted) {
      const message = await seat.watch.next({ afterId, waitMs: PING_EVERY_MS, signal });
      if (signal.aborted) return;
      yield message === null ? ': ping\n\n' : toFrame(message);
      if (message?.last === true) return;
      afterId = message?.id ?? afterId;
    }
  } catch (error) {
    // The stream just ends: whoever comes back is told why.
    if (error instanceof Error && !(error instanceof GoneError)) reportError(error);
  }
}

/** Why there is no stream where this process holds as many as it may. */
export function noRoom(): Problem {
  return { code: 'overloaded', detail: 'this process has no room for another stream just now', headers: { 'retry-after': '5' } };
}

/** Takes a frame only when the reader wants one, so that a slow reader skips states instead of heaping them up here. */
export function toStream(frames: AsyncGenerator<string, undefined>, leave: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await frames.next();
        if (done === true) {
          leave();
          controller.close();
        } else controller.enqueue(encoder.encode(value));
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, problems } from '../describe.ts';
import { FellBehindError } from '../ended-feed.ts';
import type { EndedReader } from '../ended-feed.ts';
import { problem } from '../problem.ts';
import { toFrame } from '../sse/message.ts';
import { noRoom, STREAM_HEADERS, toStream } from '../sse/stream-watch.ts';
import type { StreamPlace } from '../sse/stream-room.ts';

const PING_EVERY_MS = 15_000;
const RETRY_MS = 1_000;

/** `/v1/stream`: a tenant's events as they end. */
export function streamAllRoute(app: OpenAPIHono<AppEnvironment>, { ended, streamRoom, reportError }: AppDependencies): void {
  app.get('/v1/stream', (context) => {
    if (context.req.method === 'HEAD') return context.body(null, 200, STREAM_HEADERS);
    const place = streamRoom.enter();
    if (place === null) return problem(context, noRoom());
    const reader = ended.join(context.get('tenant'), context.req.header('last-event-id') ?? null);
    const leave = once(() => {
      place.leave();
      reader.leave();
    });
    const report = (error: Error): void => reportError(error, { requestId: context.get('requestId'), path: context.req.path });
    return context.body(toStream(writeFrames(reader, place, report), leave), 200, STREAM_HEADERS);
  });

  describe(app, {
    method: 'get',
    path: '/v1/stream',
    summary: "Watch your tenant's events as they end",
    description:
      'Server-sent events, one for each event that ends, named like its status, with a summary of it: the resource without `data`, `result`, ' +
      '`progress` and the attempts of its callback. `: ping` every 15 s. It goes on after the message of `Last-Event-ID`; after a reconnection some ' +
      'may come again, which have the same `id` and `run`. `gap` says that more has ended at once than is told. A reader that is too slow is cut off.',
    request: { headers: z.object({ 'last-event-id': z.string().optional() }) },
    responses: { 200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } }, ...problems(401, 503) },
  });
}

async function* writeFrames(
  reader: EndedReader,
  { signal }: StreamPlace,
  reportError: (error: Error) => void,
): AsyncGenerator<string, undefined> {
  yield `retry: ${RETRY_MS}\n\n`;
  try {
    while (!signal.aborted) {
      const message = await reader.next({ waitMs: PING_EVERY_MS, signal });
      if (signal.aborted) return;
      yield message === null ? ': ping\n\n' : toFrame(message);
    }
  } catch (error) {
    // The stream just ends, and whoever comes back goes on after its last message.
    if (error instanceof Error && !(error instanceof FellBehindError)) reportError(error);
  }
}

function once(call: () => void): () => void {
  let isCalled = false;
  return () => {
    if (!isCalled) call();
    isCalled = true;
  };
}

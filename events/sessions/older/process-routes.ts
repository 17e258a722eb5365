import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { describe, EngineUnavailableError, json, jsonBody, limitBody, newUuidV7, problems, readJson } from 'tickless/server';
import type { AppEnvironment, Core } from 'tickless/server';
import type { ReadDocument } from '../read-document.ts';
import { REQUESTS } from './legacy-input.ts';
import { legacyError, toLegacyError } from './legacy-error.ts';
import { neededScope } from './needed-scope.ts';
import { createProcessEvent } from './process-event.ts';
import type { ProcessLegacy } from './process-event.ts';
import { createProcessEvents } from './process-events.ts';

const PREFIXES = ['', '/api', '/api/v1'];
const MAX_EVENT_BYTES = 1024 * 1024;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;

/** The older routes, in their own shapes: each is a session by `/v1`, or a batch of them, with callbacks in the older format. */
export function processRoutes(app: OpenAPIHono<AppEnvironment>, core: Core, readDocument: ReadDocument): void {
  const event = createProcessEvent(core, readDocument);
  const events = createProcessEvents(core, readDocument);
  const onError = (context: Context): Response =>
    legacyError(context, toLegacyError({ code: 'too_large', detail: 'the body is too large' }));
  for (const prefix of PREFIXES) {
    route(prefix, '/process-event-async', MAX_EVENT_BYTES, event.async);
    route(prefix, '/process-event', MAX_EVENT_BYTES, event.sync);
    route(prefix, '/process-events-async', MAX_BATCH_BYTES, events.async);
    route(prefix, '/process-events', MAX_BATCH_BYTES, events.sync);
  }

  function route(prefix: string, name: keyof typeof REQUESTS, maxSize: number, process: ProcessLegacy): void {
    const path = prefix + name;
    app.use(path, core.rateLimit, limitBody({ maxSize, onError }));
    app.post(path, (context) => answer(context, process, name.startsWith('/process-events')));
    describeLegacy(app, path, REQUESTS[name]);
  }

  async function answer(context: Context<AppEnvironment>, process: ProcessLegacy, isBatch: boolean): Promise<Response> {
    if (!core.isAccepting()) {
      const detail = 'this process is stopping';
      return legacyError(context, toLegacyError({ code: 'overloaded', detail, headers: { 'retry-after': '1' } }));
    }
    const read = await readJson(context, { list: isBatch ? 'events' : undefined });
    if (!read.ok) return legacyError(context, toLegacyError(read.problem));
    const facts = { processId: newUuidV7(), acceptedAt: new Date().toISOString() };
    try {
      const answered = await process(read.body, {
        lossy: read.lossy,
        tenant: context.get('tenant'),
        facts,
        signal: context.req.raw.signal,
      });
      return answered.ok ? context.json(answered.body) : legacyError(context, answered.error);
    } catch (error) {
      if (!(error instanceof EngineUnavailableError)) throw error;
      const detail = 'the engine does not answer; whether the request took effect is unknown: send it again with the same id';
      return legacyError(context, toLegacyError({ code: 'engine_unavailable', detail, headers: { 'retry-after': '2' } }));
    }
  }
}

const legacyAnswer = z.object({
  status: z.literal('success'),
  request: z.looseObject({}),
  process: z.looseObject({}),
  error: z.null(),
  data: z.looseObject({}).nullable(),
});
const legacyFailure = z.object({
  status: z.literal('error'),
  error: z.object({ code: z.string(), message: z.string(), details: z.array(z.object({ field: z.string(), message: z.string() })) }),
});

function describeLegacy(app: OpenAPIHono<AppEnvironment>, path: string, request: z.ZodType): void {
  const failure = { content: { 'application/json': { schema: legacyFailure.openapi('LegacyError') } } };
  describe(
    app,
    {
      method: 'post',
      path,
      deprecated: true,
      summary: `Process ${path.includes('events') ? 'talks' : 'a talk'} and ${path.endsWith('-async') ? 'call back' : 'wait'} (older clients)`,
      request: { body: jsonBody(request) },
      responses: {
        200: json('Accepted, or done', legacyAnswer.openapi('LegacyAnswer')),
        400: { ...failure, description: 'Nothing was started, or the event failed' },
        413: { ...failure, description: 'The body is too large' },
        503: { ...failure, description: 'Not now; `Retry-After` says when' },
        504: { ...failure, description: 'Still at work' },
        ...problems(401, 415, 429),
      },
    },
    neededScope('post', path),
  );
}

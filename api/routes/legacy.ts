import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, problems } from '../describe.ts';
import { EngineUnavailableError } from '../event-service.ts';
import { acknowledgeEvent, answerEvent } from '../legacy/legacy-answer.ts';
import type { RequestFacts } from '../legacy/legacy-answer.ts';
import { invalidInput, legacyError, toLegacyError } from '../legacy/legacy-error.ts';
import type { LegacyError } from '../legacy/legacy-error.ts';
import { parseAsyncEvent, parseSyncEvent } from '../legacy/legacy-input.ts';
import type { LegacyEvent, Parsed } from '../legacy/legacy-input.ts';
import { readJson } from '../read-json.ts';
import { submitEvent } from '../submit-event.ts';
import type { Submitted } from '../submit-event.ts';
import { newUuidV7 } from '../uuid.ts';

const PREFIXES = ['', '/api', '/api/v1'];
const MAX_BODY_BYTES = 1024 * 1024;
// Clients of the synchronous route use timeouts of 15 to 20 minutes.
const MAX_WAIT_MS = 15 * 60_000;

type Answered = { readonly ok: true; readonly body: object } | { readonly ok: false; readonly error: LegacyError };
type Accepted = Exclude<Submitted, { kind: 'refused' }>;

/** The older routes, in their own shapes: each is a session by `/v1` with a callback in the older format. */
export function legacyRoutes(app: OpenAPIHono<AppEnvironment>, dependencies: AppDependencies): void {
  const onError = (context: Context): Response =>
    legacyError(context, toLegacyError({ code: 'too_large', detail: 'the body is too large' }));
  for (const prefix of PREFIXES) {
    for (const name of ['process-event', 'process-event-async']) {
      const path = `${prefix}/${name}`;
      app.use(path, dependencies.authenticate, dependencies.rateLimit, bodyLimit({ maxSize: MAX_BODY_BYTES, onError }));
      describeLegacy(app, path);
    }
    app.post(`${prefix}/process-event-async`, (context) => answer(context, processAsync));
    app.post(`${prefix}/process-event`, (context) => answer(context, processSync));
  }

  async function processAsync(context: Context<AppEnvironment>, body: unknown, facts: RequestFacts): Promise<Answered> {
    const parsed = parseAsyncEvent(body, newUuidV7);
    const submitted = await submit(context, parsed, 0);
    if (!submitted.ok) return submitted;
    return { ok: true, body: acknowledgeEvent(submitted.event, facts) };
  }

  async function processSync(context: Context<AppEnvironment>, body: unknown, facts: RequestFacts): Promise<Answered> {
    const parsed = parseSyncEvent(body, newUuidV7);
    const submitted = await submit(context, parsed, MAX_WAIT_MS);
    if (!submitted.ok) return submitted;
    const { event, submission } = submitted;
    // A session is for no subject, and those alone are compacted.
    if (submission.kind === 'accepted' || 'compacted' in submission.resource) {
      const message = `the event "${event.format.eventId}" is still at work; GET /v1/events/${event.format.eventId} shows it`;
      return { ok: false, error: { status: 504, code: 'timeout', message, details: [] } };
    }
    const { resource } = submission;
    if (resource.status !== 'completed') {
      const { code, message } = resource.error ?? { code: 'cancelled', message: 'the event was cancelled' };
      return { ok: false, error: { status: 400, code, message, details: [] } };
    }
    const action = resource.result?.action;
    const path = typeof action === 'object' && action !== null && 'markdown_file' in action ? String(action.markdown_file) : '';
    return { ok: true, body: answerEvent(event.input, resource, await dependencies.readDocument(path), facts) };
  }

  async function submit(
    context: Context<AppEnvironment>,
    legacy: Parsed<LegacyEvent>,
    waitMs: number,
  ): Promise<
    { readonly ok: true; readonly event: LegacyEvent; readonly submission: Accepted } | { readonly ok: false; readonly error: LegacyError }
  > {
    if (!legacy.ok) return { ok: false, error: invalidInput(legacy.errors) };
    const { envelope, idempotencyKey, format } = legacy.value;
    const parsed = dependencies.parseEvent(envelope, { tenant: context.get('tenant'), idempotencyKey });
    if (!parsed.ok) return { ok: false, error: invalidInput(parsed.errors) };
    const { callback } = parsed.event;
    const event = { ...parsed.event, callback: callback && { ...callback, format } };
    const submission = await submitEvent(dependencies, event, { fingerprint: parsed.fingerprint, waitMs });
    if (submission.kind === 'refused') return { ok: false, error: toLegacyError(submission.problem) };
    return { ok: true, event: legacy.value, submission };
  }

  async function answer(
    context: Context<AppEnvironment>,
    process: (context: Context<AppEnvironment>, body: unknown, facts: RequestFacts) => Promise<Answered>,
  ): Promise<Response> {
    if (!dependencies.isAccepting()) {
      return legacyError(
        context,
        toLegacyError({ code: 'overloaded', detail: 'this process is stopping', headers: { 'retry-after': '1' } }),
      );
    }
    const read = await readJson(context);
    if (!read.ok) return legacyError(context, toLegacyError(read.problem));
    const facts = { processId: newUuidV7(), acceptedAt: new Date().toISOString() };
    try {
      const answered = await process(context, read.body, facts);
      return answered.ok ? context.json(answered.body) : legacyError(context, answered.error);
    } catch (error) {
      if (!(error instanceof EngineUnavailableError)) throw error;
      const detail = 'the engine does not answer; whether the request took effect is unknown: send it again with the same event_id';
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

function describeLegacy(app: OpenAPIHono<AppEnvironment>, path: string): void {
  const failure = { content: { 'application/json': { schema: legacyFailure.openapi('LegacyError') } } };
  describe(app, {
    method: 'post',
    path,
    deprecated: true,
    summary: path.endsWith('-async') ? 'Process a talk and call back (older clients)' : 'Process a talk and wait (older clients)',
    request: { body: { required: true, content: { 'application/json': { schema: z.looseObject({}) } } } },
    responses: {
      200: { description: 'Accepted, or done', content: { 'application/json': { schema: legacyAnswer.openapi('LegacyAnswer') } } },
      400: { ...failure, description: 'Nothing was started, or the event failed' },
      503: { ...failure, description: 'Not now; `Retry-After` says when' },
      504: { ...failure, description: 'Still at work' },
      ...problems(401, 429),
    },
  });
}

import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { STAGES } from '../../domain/stage.ts';
import { TIERS } from '../../domain/tier.ts';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { eventEnvelope } from '../parse-event.ts';
import { problem } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { parseIdempotencyKey, parsePreference } from '../request-headers.ts';
import { parseQuery } from '../parse-query.ts';
import { describe, idParameter, problems } from '../describe.ts';

const STATUSES = ['accepted', 'waiting', 'running', 'completed', 'failed', 'cancelled'] as const;

const listQuery = z.strictObject({
  type: z.string().min(1).max(128).optional(),
  status: z.enum(STATUSES).optional(),
  tier: z.enum(TIERS).optional(),
  subject: z.string().min(1).max(255).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(4_096).optional(),
});

/** `/v1/events`: submit, list, read, cancel. */
export function eventRoutes(app: OpenAPIHono<AppEnvironment>, { events, parseEvent, admit, metrics, isAccepting }: AppDependencies): void {
  app.post('/v1/events', async (context) => {
    if (!isAccepting())
      return problem(context, { code: 'overloaded', detail: 'this process is stopping', headers: { 'retry-after': '1' } });
    const read = await readJson(context);
    if (!read.ok) return problem(context, read.problem);
    const idempotency = parseIdempotencyKey(context.req.header('idempotency-key'));
    if (!idempotency.ok) return problem(context, { code: 'malformed', detail: idempotency.detail });
    const parsed = parseEvent(read.body, { tenant: context.get('tenant'), idempotencyKey: idempotency.key });
    if (!parsed.ok) return problem(context, parsed);

    const prefer = context.req.header('prefer');
    const { waitMs, applied } = parsePreference(prefer);
    const { event } = parsed;
    if (isTooLargeToStart(event)) {
      return problem(context, { code: 'too_large', detail: 'written out as the engine keeps it, the event has more than 1.5 MB' });
    }
    const startedAt = performance.now();
    const admitted = await admit(event);
    if (!admitted.admitted) {
      metrics.shed(event.tier, admitted.reason);
      return problem(context, {
        code: 'overloaded',
        detail: `there is no room for a ${event.tier} event just now`,
        headers: { 'retry-after': String(Math.ceil(admitted.retryAfterMs / 1_000)) },
      });
    }
    const submission = await events.submit(event, { fingerprint: parsed.fingerprint, waitMs }).catch((error: unknown) => {
      admitted.cancel();
      throw error;
    });
    if (submission.kind === 'conflict') {
      admitted.cancel();
      return problem(context, { code: 'id_conflict', detail: `the id "${event.id}" was used before, with other content` });
    }
    if (prefer !== undefined) context.header('vary', 'Prefer');
    if (applied !== null) context.header('preference-applied', applied);
    metrics.accepted(event, (performance.now() - startedAt) / 1_000);
    if (submission.kind === 'ended') {
      // One that was over before it came again is never seen to end here.
      admitted.cancel();
      return context.json(submission.resource);
    }
    return accepted(context, event);
  });

  app.get('/v1/events', async (context) => {
    const query = parseQuery(listQuery, context);
    if (!query.ok) return problem(context, query.problem);
    const { since, ...filter } = query.value;
    const page = await events.list({
      ...filter,
      tenant: context.get('tenant'),
      sinceMs: since === undefined ? undefined : Date.parse(since),
    });
    if (page.nextCursor !== null) {
      const next = new URL(context.req.url);
      next.searchParams.set('cursor', page.nextCursor);
      context.header('link', `<${next.pathname}${next.search}>; rel="next"`);
    }
    return context.json(page);
  });

  app.get('/v1/events/:id', async (context) => {
    const id = context.req.param('id');
    const resource = await events.get({ tenant: context.get('tenant'), id });
    return resource === null ? noSuchEvent(context, id) : context.json(resource);
  });

  app.get('/v1/events/:id/why', async (context) => {
    const id = context.req.param('id');
    const why = await events.why({ tenant: context.get('tenant'), id });
    return why === null ? noSuchEvent(context, id) : context.json(why);
  });

  app.post('/v1/events/:id/cancel', async (context) => {
    const id = context.req.param('id');
    const cancellation = await events.cancel({ tenant: context.get('tenant'), id });
    if (cancellation === 'not_found') return noSuchEvent(context, id);
    if (cancellation === 'already_ended') return problem(context, { code: 'already_ended', detail: `the event "${id}" has ended` });
    if (cancellation === 'not_cancellable') {
      return problem(context, {
        code: 'not_cancellable',
        detail: `the stages of "${id}" have begun: a light event can be cancelled only while it waits`,
      });
    }
    return context.json({ id, status: 'cancelling', links: { self: selfLink(id) } }, 202);
  });

  describeEvents(app);
}

// The engine refuses 2 MiB; numbers such as 1e20 grow when they are written out.
const MAX_ENCODED_BYTES = 1_500_000;

function isTooLargeToStart(event: AcceptedEvent): boolean {
  return Buffer.byteLength(JSON.stringify(event)) > MAX_ENCODED_BYTES;
}

function accepted(context: Context<AppEnvironment>, { id, type, tier }: AcceptedEvent): Response {
  const self = selfLink(id);
  context.header('location', self);
  context.header('retry-after', '1');
  return context.json({ id, type, tier, status: 'accepted', links: { self, stream: `${self}/stream`, why: `${self}/why` } }, 202);
}

export function selfLink(id: string): string {
  return `/v1/events/${encodeURIComponent(id)}`;
}

export function noSuchEvent(context: Context<AppEnvironment>, id: string): Response {
  return problem(context, { code: 'not_found', detail: `there is no event "${id}"` });
}

const stageValues = z.object(Object.fromEntries(STAGES.map((stage) => [stage, z.unknown()])));
const eventResource = z.looseObject({
  id: z.string(),
  ownId: z.string().nullable(),
  run: z.int(),
  type: z.string(),
  time: z.string(),
  data: z.unknown(),
  tier: z.enum(TIERS),
  urgency: z.number(),
  tenant: z.string(),
  status: z.enum(STATUSES),
  stage: z.enum(STAGES).nullable(),
  acceptedAt: z.string(),
  startedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
  timings: z.object({ queuedMs: z.int().nullable(), runMs: z.int().nullable() }),
  progress: z.object({ step: z.string(), percent: z.number(), message: z.string() }).nullable(),
  attempts: z.object(Object.fromEntries(STAGES.map((stage) => [stage, z.int()]))),
  result: stageValues.nullable(),
  error: z.object({ code: z.string(), message: z.string(), stage: z.enum(STAGES).nullable(), retryable: z.boolean() }).nullable(),
  callback: z.looseObject({ status: z.enum(['none', 'pending', 'delivered', 'parked', 'failed']), url: z.string().nullable() }),
  workflow: z.object({ id: z.string(), runId: z.string(), url: z.string().nullable() }),
});

const why = z.object({
  id: z.string(),
  status: z.enum(STATUSES),
  reason: z.enum(['running', 'permit', 'retry', 'delay', 'mailbox', 'no_worker', 'paused', 'breaker', 'ended']),
  summary: z.string(),
  since: z.string().nullable(),
  details: z.looseObject({}),
});

const acceptedEvent = z.object({
  id: z.string(),
  type: z.string(),
  tier: z.enum(TIERS),
  status: z.literal('accepted'),
  links: z.object({ self: z.string(), stream: z.string(), why: z.string() }),
});

function describeEvents(app: OpenAPIHono<AppEnvironment>): void {
  const resource = eventResource.openapi('EventResource');
  const terminal = z.object({
    type: z.enum(['event.completed', 'event.failed', 'event.cancelled']),
    timestamp: z.string(),
    data: resource,
  });
  describe(app, {
    method: 'post',
    path: '/v1/events',
    summary: 'Submit an event',
    description: 'Answered when the event is durable. With `Prefer: wait=N` answered with the event if its stages end in time.',
    request: {
      headers: z.object({ prefer: z.string().optional(), 'idempotency-key': z.string().optional() }),
      body: { required: true, content: { 'application/json': { schema: eventEnvelope } } },
    },
    responses: {
      200: { description: 'Ended within the wait', content: { 'application/json': { schema: resource } } },
      202: { description: 'Durable', content: { 'application/json': { schema: acceptedEvent.openapi('AcceptedEvent') } } },
      ...problems(400, 401, 409, 413, 415, 422, 429, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/events',
    summary: 'List events, newest first; the index may lag by a second',
    request: { query: listQuery },
    responses: {
      200: {
        description: 'A page',
        content: { 'application/json': { schema: z.object({ items: z.array(resource), nextCursor: z.string().nullable() }) } },
      },
      ...problems(401, 422, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/events/{id}',
    summary: 'Read an event',
    request: { params: idParameter },
    responses: { 200: { description: 'The event', content: { 'application/json': { schema: resource } } }, ...problems(401, 404, 503) },
  });
  describe(app, {
    method: 'get',
    path: '/v1/events/{id}/why',
    summary: 'What an event waits for, who is before it, and for how long',
    request: { params: idParameter },
    responses: { 200: { description: 'The reason', content: { 'application/json': { schema: why } } }, ...problems(401, 404, 503) },
  });
  describe(app, {
    method: 'post',
    path: '/v1/events/{id}/cancel',
    summary: 'Cancel an event',
    request: { params: idParameter },
    responses: {
      202: {
        description: 'It will end as cancelled',
        content: {
          'application/json': {
            schema: z.object({ id: z.string(), status: z.literal('cancelling'), links: z.object({ self: z.string() }) }),
          },
        },
      },
      ...problems(401, 404, 409, 503),
    },
  });
  app.openAPIRegistry.registerWebhook({
    method: 'post',
    path: 'event-ended',
    summary: 'The terminal message of a run, signed after Standard Webhooks',
    request: {
      headers: z.object({ 'webhook-id': z.string(), 'webhook-timestamp': z.string(), 'webhook-signature': z.string() }),
      body: { required: true, content: { 'application/json': { schema: terminal } } },
    },
    responses: { 200: { description: 'Any 2xx: delivered. Anything else is tried again.' } },
  });
}

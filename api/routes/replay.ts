import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { TIERS } from '../../domain/tier.ts';
import { toFaults } from '../../domain/to-faults.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, idempotencyKeyHeader, idParameter, json, jsonBody, problems } from '../describe.ts';
import { faultySummary } from '../faulty-summary.ts';
import { problem } from '../problem.ts';
import { readOptionalJson } from '../read-json.ts';
import { replayEvent } from '../replay-event.ts';
import { parseIdempotencyKey, parsePreference } from '../request-headers.ts';
import { STATUSES } from './describe-events.ts';
import { eventLinks } from './events.ts';

const MAX_OPERATIONS = 100;

const pointer = z.string().max(2_048).describe('a JSON Pointer (RFC 6901) into the data');
const operation = z.object({
  op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
  path: pointer,
  from: pointer.optional(),
  value: z.unknown().optional(),
});

export const patch = z.array(operation).min(1).max(MAX_OPERATIONS).optional().describe("a JSON Patch (RFC 6902) of the event's data");

const replayBody = z
  .strictObject({
    from: z
      .enum(['stage', 'start'])
      .optional()
      .describe('where the new run begins: at the stage that failed, or at the first; with a patch by default at the first'),
    emits: z
      .enum(['again', 'skip'])
      .optional()
      .describe('whether what its handlers emit is started again, as new events (default), or not'),
    patch,
  })
  .openapi('Replay');

/** `/v1/events/{id}/replay`: another run of an event that has failed or was cancelled. */
export function replayRoute(app: OpenAPIHono<AppEnvironment>, dependencies: AppDependencies): void {
  app.post('/v1/events/:id/replay', async (context) => {
    if (!dependencies.isAccepting())
      return problem(context, { code: 'overloaded', detail: 'this process is stopping', headers: { 'retry-after': '1' } });
    const idempotency = parseIdempotencyKey(context.req.header('idempotency-key'));
    if (!idempotency.ok) return problem(context, { code: 'malformed', detail: idempotency.detail });
    const read = await readOptionalJson(context);
    if (!read.ok) return problem(context, read.problem);
    const body = replayBody.safeParse(read.body);
    if (!body.success) {
      const errors = toFaults(body.error.issues, '');
      return problem(context, { code: 'invalid_event', detail: faultySummary(errors), errors });
    }

    const prefer = context.req.header('prefer');
    const { waitMs, applied } = parsePreference(prefer);
    const key = { tenant: context.get('tenant'), id: context.req.param('id') };
    const replayed = await replayEvent(dependencies, key, { ...body.data, idempotencyKey: idempotency.key, waitMs });
    if (replayed.kind === 'refused') return problem(context, replayed.problem);
    if (prefer !== undefined) context.header('vary', 'Prefer');
    if (applied !== null) context.header('preference-applied', applied);
    if (replayed.kind === 'ended') return context.json(replayed.resource);
    const { event, joined } = replayed;
    const links = eventLinks(event.id);
    context.header('location', links.self);
    context.header('retry-after', '1');
    const { id, type, tier, run } = event;
    return context.json({ id, type, tier, run, status: 'accepted', joined: joined !== undefined, ...joined, links }, 202);
  });

  describeReplay(app);
}

function describeReplay(app: OpenAPIHono<AppEnvironment>): void {
  const replayed = z
    .object({
      id: z.string(),
      type: z.string(),
      tier: z.enum(TIERS),
      status: z.enum(STATUSES).describe('`accepted`, or that of the run that it joined'),
      joined: z.boolean().describe('whether the same request has begun the run before'),
      run: z.int().describe('the number of the new run'),
      links: z.object({ self: z.string(), stream: z.string(), why: z.string() }),
    })
    .openapi('Replayed');
  describe(app, {
    method: 'post',
    path: '/v1/events/{id}/replay',
    summary: 'Run an event again that has failed or was cancelled',
    description:
      'A new run of the same id, which begins at the stage that failed, with the results of those before it, or `from: "start"`; `run` is one more, ' +
      'and there is one more terminal message. `patch` changes the data first, which the type then accepts or refuses as that of a new event. ' +
      '`not_replayable` for what runs or is completed, for events of subjects, and for items of batches, which have retry-failed. ' +
      'Of two replays that come at once one begins a run. With an `Idempotency-Key` it is safe to repeat.',
    request: {
      params: idParameter,
      headers: z.object({ prefer: z.string().optional(), 'idempotency-key': idempotencyKeyHeader.optional() }),
      body: { ...jsonBody(replayBody), required: false },
    },
    responses: {
      200: json('Ended within the wait', z.looseObject({ id: z.string(), status: z.enum(STATUSES), run: z.int() })),
      202: json('The new run is durable', replayed),
      ...problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    },
  });
}

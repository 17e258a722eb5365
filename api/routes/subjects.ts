import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { isSubjectId } from '../../domain/subject-id.ts';
import type { SubjectDefinition } from '../../domain/define-subject.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, json, problems } from '../describe.ts';
import { problem } from '../problem.ts';
import { isKnownTag } from '../request-headers.ts';
import { eventSummary } from './describe-events.ts';

const LAST_EVENTS = 50;

/** `/v1/subjects`: the state that events share, and the last of these events. */
export function subjectRoutes(app: OpenAPIHono<AppEnvironment>, { events, catalog, ask }: AppDependencies): void {
  app.get('/v1/subjects/:type/:id', async (context) => {
    const { type, id } = context.req.param();
    const definition = subjectType(type, id);
    const snapshot = definition && (await events.subject({ tenant: context.get('tenant'), type, id }));
    if (!definition || !snapshot || snapshot.updatedAtMs === null) return noSuchSubject(context, type, id);
    const etag = `"${snapshot.version}"`;
    context.header('etag', etag);
    if (isKnownTag(context.req.header('if-none-match'), etag)) return context.body(null, 304);
    const updatedAt = new Date(snapshot.updatedAtMs).toISOString();
    const state = (await ask({ kind: 'show', type, state: snapshot.state })) as object;
    return context.json({ type, id, version: snapshot.version, state, updatedAt });
  });

  app.get('/v1/subjects/:type/:id/events', async (context) => {
    const { type, id } = context.req.param();
    const tenant = context.get('tenant');
    if (!subjectType(type, id) || (await events.subject({ tenant, type, id })) === null) return noSuchSubject(context, type, id);
    return context.json(await events.list({ tenant, ofSubject: { type, id }, limit: LAST_EVENTS }));
  });

  function subjectType(type: string, id: string): SubjectDefinition | undefined {
    return isSubjectId(id) ? catalog.findSubject(type) : undefined;
  }

  describeSubjects(app);
}

function noSuchSubject(context: Context<AppEnvironment>, type: string, id: string): Response {
  return problem(context, { code: 'not_found', detail: `there is no subject "${type}/${id}"` });
}

function describeSubjects(app: OpenAPIHono<AppEnvironment>): void {
  const params = z.object({ type: z.string().max(32), id: z.string().max(80) });
  const subject = z
    .object({ type: z.string(), id: z.string(), version: z.int(), state: z.looseObject({}), updatedAt: z.string() })
    .openapi('Subject');
  describe(app, {
    method: 'get',
    path: '/v1/subjects/{type}/{id}',
    summary: "A subject's state; its version is the ETag",
    request: { params, headers: z.object({ 'if-none-match': z.string().optional() }) },
    responses: {
      200: json('A consistent snapshot', subject),
      304: { description: 'It still has this version' },
      ...problems(401, 404, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/subjects/{type}/{id}/events',
    summary: "A subject's last 50 events, newest first",
    request: { params },
    responses: {
      200: json('All of them', z.object({ items: z.array(eventSummary), nextCursor: z.null() })),
      ...problems(401, 404, 503),
    },
  });
}

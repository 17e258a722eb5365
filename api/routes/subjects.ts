import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { leafChanges } from '../../domain/leaf-changes.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { isSubjectId } from '../../domain/subject-id.ts';
import type { SubjectDefinition } from '../../domain/define-subject.ts';
import { toIso } from '../../domain/to-iso.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { answerList } from '../answer-list.ts';
import { describe, json, pageOf, problems } from '../describe.ts';
import { pageQuery } from '../page-query.ts';
import { parseQuery } from '../parse-query.ts';
import { problem } from '../problem.ts';
import { isKnownTag } from '../request-headers.ts';
import { eventSummary } from './describe-events.ts';

const LAST_EVENTS = 50;
// Each is shown by the process that has the handlers.
const STATES_AT_ONCE = 8;

const subjectsQuery = pageQuery.extend({ type: z.string().max(32).optional() });
const changesQuery = z.strictObject({ limit: pageQuery.shape.limit });

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

  app.get('/v1/subjects', (context) => answerList(context, subjectsQuery, events.subjects));

  app.get('/v1/subjects/:type/:id/changes', async (context) => {
    const { type, id } = context.req.param();
    const query = parseQuery(changesQuery, context);
    if (!query.ok) return problem(context, query.problem);
    const versions =
      subjectType(type, id) && (await events.subjectVersions({ tenant: context.get('tenant'), type, id }, query.value.limit));
    if (!versions?.at(-1)?.version) return noSuchSubject(context, type, id);
    const shown = await mapAtMost(versions, STATES_AT_ONCE, async ({ state }) =>
      state === null ? null : ask({ kind: 'show', type, state }),
    );
    const items = versions.slice(1).map(({ version, updatedAtMs }, index) => ({
      version,
      events: version - (versions[index]?.version ?? 0),
      at: updatedAtMs === null ? null : toIso(updatedAtMs),
      changes: leafChanges(shown[index], shown[index + 1]),
    }));
    return context.json({ items: items.toReversed(), nextCursor: null });
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
  const leaf = z.union([z.string(), z.number(), z.boolean(), z.null()]).optional();
  const subjectChange = z
    .object({
      version: z.int(),
      events: z.int().openapi({ description: 'How many were processed together' }),
      at: z.string().nullable(),
      changes: z
        .array(z.object({ pointer: z.string(), before: leaf, after: leaf }))
        .openapi({ description: 'At most 100; of a text its beginning, of a list how long it is' }),
    })
    .openapi('SubjectChange');
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
  describe(app, {
    method: 'get',
    path: '/v1/subjects/{type}/{id}/changes',
    summary: 'What a subject was changed by, newest first: its fields before and after each gathering of events',
    request: { params, query: changesQuery },
    responses: {
      200: json('The last of them, as far as the engine keeps them', z.object({ items: z.array(subjectChange), nextCursor: z.null() })),
      ...problems(401, 404, 422, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/subjects',
    summary: 'Subjects, by type if you like; the list lags by a second',
    request: { query: subjectsQuery },
    responses: { 200: json('A page of them', pageOf(z.object({ type: z.string(), id: z.string() }))), ...problems(401, 422, 503) },
  });
}

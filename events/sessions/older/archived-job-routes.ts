import type { OpenAPIHono } from '@hono/zod-openapi';
import { describe, hasEnded, idParameter, json, problem, problems } from 'tickless/server';
import type { AppEnvironment, Core } from 'tickless/server';
import { findJob } from './find-job.ts';
import { knownAs } from './known-as.ts';
import { toJob } from './to-job.ts';
import { jobSchema, noSuchJob } from './job-routes.ts';

/** `/api/jobs/{id}/archived`: puts an ended job out of the way, where it is kept for as long as nobody takes it out. */
export function archivedJobRoutes(app: OpenAPIHono<AppEnvironment>, core: Core): void {
  const { archive } = core;

  app.put('/api/jobs/:id/archived', async (context) => {
    const id = context.req.param('id');
    const found = await findJob(core, { tenant: context.get('tenant'), id });
    if (found === null) return problem(context, noSuchJob(id));
    const { resource } = found;
    if (!hasEnded(resource)) return problem(context, { code: 'not_ended', detail: `the job "${id}" is still at work` });
    if (!(await archive.events.put(resource))) {
      return problem(context, { code: 'id_conflict', detail: `the archive has another job of the id "${id}"` });
    }
    return context.json(toJob(resource, true));
  });

  app.delete('/api/jobs/:id/archived', async (context) => {
    const id = context.req.param('id');
    const isOut = await archive.events.takeOut({ tenant: context.get('tenant'), id: knownAs('event_id', id) });
    return isOut ? context.body(null, 204) : problem(context, { code: 'not_found', detail: `there is no job "${id}" in the archive` });
  });

  const older = { deprecated: true, path: '/api/jobs/{id}/archived', request: { params: idParameter } } as const;
  describe(app, {
    ...older,
    method: 'put',
    summary: 'Archive a session (older clients)',
    description:
      'It is no longer listed but among what is archived, and is kept until it is taken out. 409 `not_ended` while it is at work, ' +
      '`id_conflict` where another job of its id is archived.',
    responses: {
      200: json('It is in the archive', jobSchema),
      ...problems(401, 404, 409, 503),
    },
  });
  describe(app, {
    ...older,
    method: 'delete',
    summary: 'Take a session out of the archive (older clients)',
    responses: { 204: { description: 'It is not in the archive any more' }, ...problems(401, 404, 503) },
  });
}

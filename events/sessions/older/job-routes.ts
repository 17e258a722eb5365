import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { describe, idParameter, json, linkToNext, parseQuery, problem, problems } from 'tickless/server';
import type { AppEnvironment, Core, EventKey } from 'tickless/server';
import { knownAs } from './known-as.ts';
import { listJobs } from './list-jobs.ts';
import { findJob } from './find-job.ts';
import { hasJobEnded, JOB_STATUSES, toJob } from './to-job.ts';
import type { Job } from './to-job.ts';

export const archivedParameter = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

const jobsQuery = z.strictObject({
  status: z.enum(JOB_STATUSES).optional(),
  batch_id: z.string().min(1).max(255).optional(),
  archived: archivedParameter,
  limit: z.coerce.number().int().min(1).max(200).default(100),
  cursor: z.string().max(4_096).optional(),
});

export const jobSchema = z
  .looseObject({
    id: z.string(),
    job_type: z.literal('session'),
    batch_id: z.string().nullable(),
    restart_of: z.string().nullable(),
    archived: z.boolean(),
    status: z.enum(JOB_STATUSES),
    progress: z.object({ step: z.string(), percent: z.number(), message: z.string() }).nullable(),
    attempts: z.int(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    logs: z.array(z.object({ at: z.string().nullable(), level: z.enum(['info', 'warning', 'error']), message: z.string() })),
    created_at: z.string(),
    started_at: z.string().nullable(),
    completed_at: z.string().nullable(),
  })
  .openapi('Job');

/** `/api/jobs`: sessions in the words of older clients. Each is an event that `/v1/events` shows too. */
export function jobRoutes(app: OpenAPIHono<AppEnvironment>, core: Core): void {
  const { events } = core;
  const stream = core.stream<Job>({
    read: readJob,
    listen: (key, tell) => events.listen(key, (resource) => tell(toJob(resource, false))),
    isEnded: hasJobEnded,
    progressOf: ({ id, status, progress, attempts }) => ({ id, status, progress, attempts }),
  });

  app.get('/api/jobs', async (context) => {
    const query = parseQuery(jobsQuery, context);
    if (!query.ok) return problem(context, query.problem);
    const { status, batch_id: batch, archived: isArchived, limit, cursor } = query.value;
    const page = await listJobs(core, { tenant: context.get('tenant'), status, batch, isArchived, limit, cursor });
    linkToNext(context, page.nextCursor);
    return context.json({ items: page.items, next_cursor: page.nextCursor });
  });

  app.get('/api/jobs/:id', async (context) => {
    const id = context.req.param('id');
    const job = await readJob({ tenant: context.get('tenant'), id });
    return job === null ? problem(context, noSuchJob(id)) : context.json(job);
  });

  app.get('/api/jobs/:id/stream', (context) => {
    const id = context.req.param('id');
    return stream(context, { id: knownAs('event_id', id), notFound: noSuchJob(id).detail });
  });

  describeJobs(app);

  async function readJob(key: EventKey): Promise<Job | null> {
    const found = await findJob(core, key);
    return found && toJob(found.resource, found.isArchived);
  }
}

export function noSuchJob(id: string): { readonly code: 'not_found'; readonly detail: string } {
  return { code: 'not_found', detail: `there is no job "${id}"` };
}

function describeJobs(app: OpenAPIHono<AppEnvironment>): void {
  const older = { deprecated: true } as const;
  describe(app, {
    ...older,
    method: 'get',
    path: '/api/jobs',
    summary: 'List sessions (older clients)',
    description:
      'Newest first, those of a batch by index; items of a batch are listed with its `batch_id` only, and what is archived with ' +
      '`archived=true` only. A page may be short.',
    request: { query: jobsQuery },
    responses: {
      200: json('A page of jobs', z.object({ items: z.array(jobSchema), next_cursor: z.string().nullable() })),
      ...problems(401, 422, 503),
    },
  });
  describe(app, {
    ...older,
    method: 'get',
    path: '/api/jobs/{id}',
    summary: 'Read a session (older clients)',
    request: { params: idParameter },
    responses: { 200: json('The job', jobSchema), ...problems(401, 404, 503) },
  });
  describe(app, {
    ...older,
    method: 'get',
    path: '/api/jobs/{id}/stream',
    summary: 'Watch a session (older clients)',
    description: 'As `/v1/events/{id}/stream`, with the job in place of the event.',
    request: { params: idParameter, headers: z.object({ 'last-event-id': z.string().optional() }) },
    responses: {
      200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
      204: { description: 'There is nothing after the message of `Last-Event-ID`' },
      ...problems(401, 404, 503),
    },
  });
}

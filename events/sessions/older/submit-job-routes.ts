import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { describe, hasEnded, idParameter, json, jsonBody, limitBody, newUuidV7, problem, problems, readJson } from 'tickless/server';
import type { AppEnvironment, Core, Fault } from 'tickless/server';
import { newJob, parseNewJob, parseRestart, restartedJob, toJobFault } from './job-input.ts';
import type { JobRequest } from './job-input.ts';
import { neededScope } from './needed-scope.ts';
import { findJob } from './find-job.ts';
import type { Parsed } from './legacy-input.ts';
import { submitSession } from './submit-session.ts';
import { toJob } from './to-job.ts';
import { jobSchema, noSuchJob } from './job-routes.ts';

const MAX_BYTES = 1024 * 1024;

/** `POST /api/jobs` and `…/restart`: sessions in the words of older clients, who may wait a while for their end. */
export function submitJobRoutes(app: OpenAPIHono<AppEnvironment>, core: Core): void {
  const { events, isAccepting, rateLimit } = core;
  const limit = limitBody({
    maxSize: MAX_BYTES,
    onError: (context) => problem(context, { code: 'too_large', detail: `a body has at most ${MAX_BYTES} bytes` }),
  });

  app.post('/api/jobs', rateLimit, limit, async (context) => {
    const read = await readJson(context);
    return read.ok ? submit(context, parseNewJob(read.body, newUuidV7)) : problem(context, read.problem);
  });

  app.post('/api/jobs/:id/restart', rateLimit, limit, async (context) => {
    const id = context.req.param('id');
    const tenant = context.get('tenant');
    const found = await findJob(core, { tenant, id });
    if (found === null) return problem(context, noSuchJob(id));
    const { resource } = found;
    if (!hasEnded(resource)) return problem(context, { code: 'not_replayable', detail: `the job "${id}" is still at work` });
    const before = resource.batchId === null ? await events.accepted({ tenant, id: resource.id }) : null;
    if (before === null) {
      const detail =
        resource.batchId === null
          ? `"${id}" is in the archive only: submit its parameters as a new job`
          : `"${id}" is an item of a batch, whose retry-failed runs it again`;
      return problem(context, { code: 'not_replayable', detail });
    }
    // Whoever wants just the same sends nothing.
    const hasBody = context.req.header('content-type') !== undefined;
    const read = hasBody ? await readJson(context) : ({ ok: true, body: {} } as const);
    return read.ok ? submit(context, parseRestart(read.body, before, newUuidV7)) : problem(context, read.problem);
  });

  describeSubmitJobs(app);

  async function submit(context: Context<AppEnvironment>, parsed: Parsed<JobRequest>): Promise<Response> {
    if (!isAccepting()) {
      return problem(context, { code: 'overloaded', detail: 'this process is stopping', headers: { 'retry-after': '1' } });
    }
    if (!parsed.ok) return invalid(context, parsed.errors);
    const tenant = context.get('tenant');
    const submitted = await submitSession(core, parsed.value, { tenant, waitMs: parsed.value.waitMs });
    if (submitted.kind === 'invalid') return invalid(context, submitted.errors.map(toJobFault));
    if (submitted.kind === 'refused') return problem(context, submitted.problem);
    // A session is for no subject, and those alone are compacted.
    if (submitted.kind === 'ended' && !('compacted' in submitted.resource)) return context.json(toJob(submitted.resource, false));
    const { id } = submitted.event;
    const resource = await events.get({ tenant, id });
    if (resource === null) throw new Error(`the event "${id}" was accepted a moment ago`);
    const job = toJob(resource, false);
    return context.json(job, 202, { location: job.links.self, 'retry-after': '1' });
  }
}

function invalid(context: Context, errors: readonly Fault[]): Response {
  const [first] = errors;
  return problem(context, { code: 'invalid_event', detail: `${first?.pointer}: ${first?.detail}`, errors });
}

function describeSubmitJobs(app: OpenAPIHono<AppEnvironment>): void {
  const answers = {
    200: json('It ended within `wait_ms`', jobSchema),
    202: json('It is durable', jobSchema),
  };
  describe(
    app,
    {
      deprecated: true,
      method: 'post',
      path: '/api/jobs',
      summary: 'Submit a session (older clients)',
      description: '`parameters` are those of a session; `wait_ms`, at most a minute, waits for its end.',
      request: { body: jsonBody(newJob) },
      responses: { ...answers, ...problems(400, 401, 408, 409, 413, 415, 422, 429, 503) },
    },
    neededScope('post', '/api/jobs'),
  );
  describe(app, {
    deprecated: true,
    method: 'post',
    path: '/api/jobs/{id}/restart',
    summary: 'Run a session again (older clients)',
    description:
      'As a job of its own, with the same callback and the same parameters but for those that are given. ' +
      '409 `not_replayable` while it is at work, and for items of a batch.',
    request: { params: idParameter, body: { required: false, content: { 'application/json': { schema: restartedJob } } } },
    responses: { ...answers, ...problems(400, 401, 404, 408, 409, 413, 415, 422, 429, 503) },
  });
}

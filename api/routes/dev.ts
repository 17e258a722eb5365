import type { HttpBindings } from '@hono/node-server';
import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, json, problems } from '../describe.ts';
import type { DevControl } from '../dev-tools.ts';
import { problem } from '../problem.ts';
import { refuseOtherSites } from '../refuse-other-sites.ts';

/** `/dev`: what `tickless dev` has for trying things out. Nothing else has these routes. */
export function devRoutes(app: OpenAPIHono<AppEnvironment>, dev: DevControl, { now }: Pick<AppDependencies, 'now'>): void {
  app.use('/dev/*', refuseOtherSites());

  app.get('/dev', async (context) => context.json(await (await dev.ask('GET', '')).json()));

  app.get('/dev/callbacks/:number', async (context) => {
    const number = context.req.param('number');
    const answer = /^\d{1,15}$/.test(number) ? await dev.ask('GET', `/callbacks/${number}`) : null;
    if (answer?.ok) return context.json(await answer.json());
    return problem(context, { code: 'not_found', detail: `no callback "${number}" is kept` });
  });

  app.put('/dev/failing', async (context) => {
    await dev.ask('PUT', '/failing');
    return context.body(null, 204);
  });

  app.delete('/dev/failing', async (context) => {
    await dev.ask('DELETE', '/failing');
    return context.body(null, 204);
  });

  app.post('/dev/kill', (context) => {
    const { outgoing } = context.env as HttpBindings;
    // Who asks is told before.
    outgoing.once('finish', dev.kill);
    return context.json({ at: new Date(now()).toISOString() }, 202);
  });

  describeDev(app);
}

function describeDev(app: OpenAPIHono<AppEnvironment>): void {
  const callback = z.object({
    number: z.int().describe('counted from 1 on, in order of arrival'),
    receivedAt: z.string(),
    messageId: z.string().nullable().describe('`webhook-id`'),
    type: z.string().nullable(),
    id: z.string().nullable().describe("the event's or the batch's"),
    attempt: z.int().describe('how often this message has come, with this time'),
    signature: z.object({ ok: z.boolean(), reason: z.string().optional() }),
    answer: z.int().describe('the status that it was answered with'),
  });
  const resource = z.object({ receiverUrl: z.string(), isFailing: z.boolean(), callbacks: z.array(callback).describe('newest first') });
  const content = callback.extend({ headers: z.record(z.string(), z.string()), body: z.string() });
  const done = { 204: { description: 'It does' } };
  describe(app, {
    method: 'get',
    path: '/dev',
    summary: 'The receiver of `tickless dev`, and the last 100 callbacks that have come to it',
    responses: { 200: json('The receiver', resource), ...problems(401) },
  });
  describe(app, {
    method: 'get',
    path: '/dev/callbacks/{number}',
    summary: 'One of these callbacks, with its headers and its body',
    request: { params: z.object({ number: z.string() }) },
    responses: { 200: json('The callback', content), ...problems(401, 404) },
  });
  describe(app, {
    method: 'put',
    path: '/dev/failing',
    summary: 'Have the receiver answer 500 to each callback',
    responses: { ...done, ...problems(401) },
  });
  describe(app, {
    method: 'delete',
    path: '/dev/failing',
    summary: 'Have the receiver answer 200 again',
    responses: { ...done, ...problems(401) },
  });
  describe(app, {
    method: 'post',
    path: '/dev/kill',
    summary: 'Kill the process of the service, which is started again at once',
    responses: { 202: json('It is killed now', z.object({ at: z.string() })), ...problems(401) },
  });
}

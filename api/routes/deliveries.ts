import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { CallbackAttempt } from '../../domain/delivery.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, idParameter, json, problems } from '../describe.ts';
import { problem } from '../problem.ts';
import { noSuchEvent, selfLink } from './events.ts';

/** What became of an event's terminal message: `/v1/events/{id}/deliveries` and `/redeliver`. */
export function deliveryRoutes(app: OpenAPIHono<AppEnvironment>, { events }: AppDependencies): void {
  app.get('/v1/events/:id/deliveries', async (context) => {
    const id = context.req.param('id');
    const attempts = await events.deliveries({ tenant: context.get('tenant'), id });
    return attempts === null ? noSuchEvent(context, id) : context.json({ items: attempts.map(toDelivery), nextCursor: null });
  });

  app.post('/v1/events/:id/redeliver', async (context) => {
    const id = context.req.param('id');
    const redelivery = await events.redeliver({ tenant: context.get('tenant'), id });
    if (redelivery === 'not_found') return noSuchEvent(context, id);
    if (redelivery === 'nothing_sent') {
      return problem(context, { code: 'not_found', detail: `"${id}" has no terminal callback: it hasn't ended, or asked for none` });
    }
    return context.json({ id, status: 'redelivering', links: { self: selfLink(id), deliveries: `${selfLink(id)}/deliveries` } }, 202);
  });

  describeDeliveries(app);
}

function toDelivery({ at, status, durationMs, error, excerpt, reason }: CallbackAttempt) {
  return { at, status, durationMs, error, excerpt: excerpt ?? null, reason: reason ?? 'schedule' };
}

function describeDeliveries(app: OpenAPIHono<AppEnvironment>): void {
  const delivery = z
    .object({
      at: z.string(),
      status: z.int().nullable(),
      durationMs: z.int(),
      error: z.string().nullable(),
      excerpt: z.string().nullable(),
      reason: z.enum(['schedule', 'probe', 'redelivery']),
    })
    .openapi('Delivery');
  describe(app, {
    method: 'get',
    path: '/v1/events/{id}/deliveries',
    summary: "Every attempt to deliver the terminal message of an event's latest run, with the first 1 KB of each answer",
    request: { params: idParameter },
    responses: {
      200: json('In the order in which they were made', z.object({ items: z.array(delivery), nextCursor: z.null() })),
      ...problems(401, 404, 503),
    },
  });
  describe(app, {
    method: 'post',
    path: '/v1/events/{id}/redeliver',
    summary: 'Send the terminal message again, now and with the same webhook-id',
    request: { params: idParameter },
    responses: {
      202: json(
        'It will be sent',
        z.object({
          id: z.string(),
          status: z.literal('redelivering'),
          links: z.object({ self: z.string(), deliveries: z.string() }),
        }),
      ),
      ...problems(401, 404, 503),
    },
  });
}

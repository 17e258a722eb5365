import { nearestType } from '../../domain/nearest-type.ts';
import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Catalog } from '../../domain/catalog.ts';
import type { EventDefinition } from '../../domain/define-event.ts';
import { TIERS } from '../../domain/tier.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, json, problems } from '../describe.ts';
import { problem } from '../problem.ts';

/** `/v1/event-types`: what can be submitted. */
export function eventTypeRoutes(app: OpenAPIHono<AppEnvironment>, { catalog, ask }: AppDependencies): void {
  app.get('/v1/event-types', (context) =>
    context.json({ items: catalog.definitions.map((definition) => summarise(definition, catalog)), nextCursor: null }),
  );

  app.get('/v1/event-types/:type', async (context) => {
    const type = context.req.param('type');
    const definition = catalog.find(type);
    if (definition) return context.json({ ...summarise(definition, catalog), schema: (await ask({ kind: 'describe', type })).schema });
    const nearest = nearestType(catalog, type);
    return problem(context, {
      code: 'not_found',
      detail: `there is no event type "${type}"${nearest ? `; the nearest is "${nearest}"` : ''}`,
    });
  });

  const summary = z.object({
    type: z.string(),
    summary: z.string(),
    tier: z.enum(TIERS).nullable(),
    weight: z.enum(['light', 'heavy']),
    coalesce: z.boolean(),
    stages: z.array(z.string()),
    handlers: z
      .array(z.object({ name: z.string(), tier: z.enum(TIERS).nullable(), weight: z.enum(['light', 'heavy']), after: z.array(z.string()) }))
      .describe('called once the stages are complete; a tier of null is the event’s'),
    cloudEventTypes: z.array(z.string()).optional().describe('what CloudEvents of this type may have as theirs, besides its name'),
  });
  describe(app, {
    method: 'get',
    path: '/v1/event-types',
    summary: 'The event types of this service',
    responses: {
      200: json('All of them', z.object({ items: z.array(summary), nextCursor: z.null() })),
      ...problems(401),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/event-types/{type}',
    summary: 'One event type, with the JSON schema of its data',
    request: { params: z.object({ type: z.string() }) },
    responses: {
      200: json('The type', summary.extend({ schema: z.looseObject({}).nullable() })),
      ...problems(401, 404, 503),
    },
  });
}

function summarise({ type, summary, tier, weight, coalesce, stages, cloudEventTypes }: EventDefinition, { handlersOf }: Catalog) {
  const handlers = handlersOf(type).map((handler) => ({
    name: handler.name,
    tier: handler.tier,
    weight: handler.weight,
    after: handler.after,
  }));
  return { type, summary, tier, weight, coalesce, stages, handlers, ...(cloudEventTypes.length > 0 && { cloudEventTypes }) };
}

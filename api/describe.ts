import { z } from '@hono/zod-openapi';
import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import type { Scope } from '../config/api-keys.ts';
import type { AppEnvironment } from './app.ts';
import { neededScope } from './needed-scope.ts';
import { operationIdOf, tagOf } from './operation-names.ts';

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    instance: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .openapi('Problem');

const MEANING: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'No valid key was given',
  403: 'The key lacks the scope that this needs',
  404: 'There is no such thing',
  408: 'The body took too long',
  409: 'Its state forbids it',
  412: '`If-Match` names another version',
  413: 'The body is too large',
  415: 'The body is of a type, or in an encoding, that this does not take',
  422: 'The input is invalid; `errors` says where',
  429: 'Too many requests; `Retry-After` says when',
  431: 'The headers, with the address, are too large',
  503: 'Not now; `Retry-After` says when',
};

/** As they are checked, but for quotes within quotes. */
export const idempotencyKeyHeader = z
  .string()
  .describe('1 to 255 printable characters, in quotes or bare')
  .openapi({ pattern: '^[!#-\\[\\]-~]{1,255}$' });

export const ifMatchHeader = z
  .string()
  .describe('the subject\'s version in quotes, as `"12"`, or `*`')
  .openapi({ pattern: '^(\\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$' });

export const idParameter = z.object({ id: z.string().max(255) });

/**
 * Writes a route down in the OpenAPI document, with the scope that it needs. Input is checked by the route itself, which knows
 * more than a schema.
 */
export function describe(
  app: OpenAPIHono<AppEnvironment>,
  route: RouteConfig,
  scope: Scope | null = neededScope(route.method, route.path),
): void {
  const named = { tags: [tagOf(route.path)], operationId: operationIdOf(route.method, route.path), ...route };
  // The server's own answer, before any route is asked.
  const responses = { ...route.responses, ...problems(431) };
  app.openAPIRegistry.registerPath(
    scope === null
      ? { ...named, responses, security: [] }
      : {
          ...named,
          // Where no keys are configured, none is needed.
          security: [{ key: [scope] }, { keyHeader: [scope] }, {}],
          description: [route.description, `A key needs the scope \`${scope}\`.`].filter(Boolean).join(' '),
          responses: { ...responses, ...problems(403) },
        },
  );
}

/** What a route answers. */
export function json(description: string, schema: z.ZodType) {
  return { description, content: { 'application/json': { schema } } };
}

/** What a route takes. */
export function jsonBody(schema: z.ZodType) {
  return { required: true, content: { 'application/json': { schema } } };
}

export function pageOf(item: z.ZodType) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export function problems(...statuses: readonly number[]): RouteConfig['responses'] {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: MEANING[status] ?? 'A problem', content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  );
}

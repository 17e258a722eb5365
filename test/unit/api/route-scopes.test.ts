import { afterAll, describe, expect, it } from 'vitest';
import { SCOPES } from '../../../config/api-keys.ts';
import type { Scope } from '../../../config/api-keys.ts';
import { createApiUnderTest, expectProblem } from '../../contract/api-under-test.ts';
import { startMemoryApp } from './memory-app.ts';

/** The whole service, route by route, and what each needs. */
const NEEDED: Readonly<Record<string, Scope | 'nothing'>> = {
  'GET /': 'nothing',
  'GET /dashboard/:file': 'nothing',
  'GET /livez': 'nothing',
  'GET /readyz': 'nothing',
  'GET /metrics': 'nothing',
  'GET /openapi.json': 'nothing',
  'GET /docs': 'nothing',
  'GET /docs/start.js': 'nothing',
  'GET /docs/:file': 'nothing',

  'POST /v1/events': 'send',
  'GET /v1/events': 'read',
  'GET /v1/events/:id': 'read',
  'GET /v1/events/:id/why': 'read',
  'GET /v1/events/:id/tree': 'read',
  'GET /v1/events/:id/stream': 'read',
  'GET /v1/events/:id/deliveries': 'read',
  'POST /v1/events/:id/cancel': 'operate',
  'DELETE /v1/events/:id': 'operate',
  'POST /v1/events/:id/redeliver': 'operate',
  'POST /v1/events/:id/replay': 'operate',

  'POST /v1/batches': 'send',
  'GET /v1/batches': 'read',
  'GET /v1/batches/:id': 'read',
  'GET /v1/batches/:id/items': 'read',
  'GET /v1/batches/:id/stream': 'read',
  'POST /v1/batches/:id/pause': 'operate',
  'POST /v1/batches/:id/resume': 'operate',
  'POST /v1/batches/:id/cancel': 'operate',
  'POST /v1/batches/:id/retry-failed': 'operate',

  'GET /v1/destinations': 'read',
  'POST /v1/destinations/:origin{.+}/resume': 'operate',
  'POST /v1/destinations/:origin{.+}/redeliver': 'operate',

  'GET /v1/dead-letters': 'read',
  'GET /v1/dead-letters/:cause/events': 'read',
  'POST /v1/dead-letters/:cause/replay': 'operate',
  'POST /v1/dead-letters/:cause/discard': 'operate',
  'GET /v1/event-types': 'read',
  'GET /v1/event-types/:type': 'read',
  'GET /v1/subjects/:type/:id': 'read',
  'GET /v1/subjects/:type/:id/events': 'read',
  'GET /v1/subjects/:type/:id/changes': 'read',
  'GET /v1/subjects': 'read',
  'GET /v1/limits': 'read',
  'GET /v1/limits/:key': 'read',
  'PUT /v1/limits/:key': 'admin',
  'GET /v1/stats': 'read',
  'GET /v1/stream': 'read',

  'POST /process-event': 'send',
  'POST /process-events': 'send',
  'POST /process-event-async': 'send',
  'POST /process-events-async': 'send',
  'POST /api/process-event': 'send',
  'POST /api/process-events': 'send',
  'POST /api/process-event-async': 'send',
  'POST /api/process-events-async': 'send',
  'POST /api/v1/process-event': 'send',
  'POST /api/v1/process-events': 'send',
  'POST /api/v1/process-event-async': 'send',
  'POST /api/v1/process-events-async': 'send',

  'POST /api/jobs': 'send',
  'GET /api/jobs': 'read',
  'GET /api/jobs/:id': 'read',
  'GET /api/jobs/:id/stream': 'read',
  'GET /api/jobs/:id/files': 'read',
  'GET /api/jobs/:id/files/:name{.+}': 'read',
  'GET /api/jobs/:id/archive': 'read',
  // Its answer shows the parameters of the job before it.
  'POST /api/jobs/:id/restart': 'operate',
  'DELETE /api/jobs/:id/files': 'operate',
  'PUT /api/jobs/:id/archived': 'operate',
  'DELETE /api/jobs/:id/archived': 'operate',
  'GET /api/batches': 'read',
  'GET /api/batches/:id': 'read',
  'PUT /api/batches/:id/archived': 'operate',
  'DELETE /api/batches/:id/archived': 'operate',
};

const keyOf = (name: string): string => `key-of-${name}-0123456789`;

const memory = startMemoryApp({
  keys: SCOPES.flatMap((scope) => [
    { tenant: 'acme', key: keyOf(scope), scopes: [scope] },
    { tenant: 'acme', key: keyOf(`all-but-${scope}`), scopes: SCOPES.filter((other) => other !== scope) },
  ]),
});
const api = createApiUnderTest(() => memory);
afterAll(() => memory.stop());

const registered = new Set(memory.app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`));
const protectedRoutes = Object.entries(NEEDED).filter((entry): entry is [string, Scope] => entry[1] !== 'nothing');
const openRoutes = Object.entries(NEEDED).flatMap(([route, needed]) => (needed === 'nothing' ? [route] : []));

/** A request that the route would take, with nothing real in it. */
function requestOf(route: string): { readonly method: string; readonly path: string } {
  const [method = '', pattern = ''] = route.split(' ');
  return { method, path: pattern.replace(/:\w+(\{[^}]*\})?/g, 'x') };
}

describe('the routes', () => {
  it('are all listed here', () => {
    expect([...registered].toSorted()).toEqual(Object.keys(NEEDED).toSorted());
  });

  it.each(protectedRoutes)('%s answers 401 without a key, and with one that is not known', async (route) => {
    const { method, path } = requestOf(route);
    expectProblem(await api.send(method, path), 401, 'unauthorized');
    expectProblem(await api.send(method, path, { headers: { 'x-api-key': 'unknown-0123456789' } }), 401, 'unauthorized');
  });

  it.each(protectedRoutes)('%s needs the scope %s, and no other', async (route, scope) => {
    const { method, path } = requestOf(route);
    const refused = await api.send(method, path, { headers: { 'x-api-key': keyOf(`all-but-${scope}`) } });
    expectProblem(refused, 403, 'forbidden');
    expect(refused.body['detail']).toBe(`this key lacks the scope "${scope}"`);
    expect(refused.headers.get('www-authenticate')).toBe(`Bearer realm="tickless", error="insufficient_scope", scope="${scope}"`);
    const answer = await memory.request(path, { method, headers: { 'x-api-key': keyOf(scope) } });
    await answer.body?.cancel();
    expect([401, 403]).not.toContain(answer.status);
  });

  it.each(openRoutes)('%s needs no key', async (route) => {
    const { method, path } = requestOf(route);
    const answer = await memory.request(path, { method });
    await answer.body?.cancel();
    expect([401, 403]).not.toContain(answer.status);
  });
});

describe('whatever is not a route', () => {
  it.each([
    ['GET', '/nothing'],
    ['GET', '/dashboard'],
    ['GET', '/v1'],
    ['GET', '/api/nothing'],
    ['POST', '/livez/more'],
    ['GET', '/documents'],
    ['DELETE', '/v1/events'],
  ])('answers 401 to %s %s without a key', async (method, path) => {
    expectProblem(await api.send(method, path), 401, 'unauthorized');
  });
});

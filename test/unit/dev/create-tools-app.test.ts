import { expect, it } from 'vitest';
import { createReceiver } from '../../../dev/tools/create-receiver.ts';
import { createToolsApp } from '../../../dev/tools/create-tools-app.ts';

const TOKEN = 'token-of-the-service';
const app = createToolsApp(createReceiver(Date.now), { token: TOKEN, url: () => 'http://127.0.0.1:4747' });

async function ask(method: string, path: string, body?: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await app.request(path, { method, headers: { authorization: `Bearer ${TOKEN}` }, ...(body !== undefined && { body }) });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

it('takes whatever is POSTed as a callback, up to a size', async () => {
  expect((await app.request('/any/path', { method: 'POST', body: '{}' })).status).toBe(200);
  expect((await app.request('/', { method: 'POST', body: 'x'.repeat(1_100_000) })).status).toBe(413);
  expect(await ask('GET', '/control')).toMatchObject({ body: { receiverUrl: 'http://127.0.0.1:4747', callbacks: [{ number: 1 }] } });
  expect(await ask('GET', '/control/callbacks/1')).toMatchObject({ body: { number: 1, body: '{}', headers: {} } });
  expect((await ask('GET', '/control/callbacks/2')).status).toBe(404);
  expect((await app.request('/')).status).toBe(404);
});

it('fails, and does no longer, as the service asks', async () => {
  expect((await ask('PUT', '/control/failing')).status).toBe(204);
  expect((await app.request('/', { method: 'POST', body: '{}' })).status).toBe(500);
  expect((await ask('DELETE', '/control/failing')).status).toBe(204);
  expect((await app.request('/', { method: 'POST', body: '{}' })).status).toBe(200);
});

it.each([
  ['GET', '/control'],
  ['GET', '/control/callbacks/1'],
  ['PUT', '/control/secrets'],
  ['PUT', '/control/failing'],
  ['DELETE', '/control/failing'],
  ['POST', '/control/failing'],
])('lets nobody else ask for %s %s', async (method, path) => {
  const headers = { authorization: 'Bearer of-somebody-else' };
  expect((await app.request(path, { method })).status).toBe(401);
  expect((await app.request(path, { method, headers })).status).toBe(401);
});

import { EventEmitter } from 'node:events';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiUnderTest, expectProblem } from '../../contract/api-under-test.ts';
import { startMemoryApp } from './memory-app.ts';

const URL_HERE = 'http://127.0.0.1:3000';
const REPORT = { receiverUrl: 'http://127.0.0.1:4747', isFailing: false, callbacks: [] };
const ROUTES = [
  ['GET', '/dev'],
  ['GET', '/dev/callbacks/1'],
  ['PUT', '/dev/failing'],
  ['DELETE', '/dev/failing'],
  ['POST', '/dev/kill'],
] as const;

let asked: string[] = [];
const dev = {
  async ask(method: string, path: string) {
    asked.push(`${method} ${path}`);
    if (path === '/callbacks/2') return new Response(null, { status: 404 });
    return method === 'GET' ? Response.json(REPORT) : new Response(null, { status: 204 });
  },
  kill: () => asked.push('kill'),
};
const memory = startMemoryApp({
  dev,
  keys: [
    { tenant: 'acme', key: 'reader-0123456789', scopes: ['read'] },
    { tenant: 'acme', key: 'operator-0123456789', scopes: ['operate'] },
  ],
});
const without = startMemoryApp();
afterAll(() => Promise.all([memory.stop(), without.stop()]));
beforeEach(() => {
  asked = [];
});

/** As the server has it, whose answer has been sent when it says `finish`. */
async function request(method: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const outgoing = new EventEmitter();
  const key = method === 'GET' ? 'reader-0123456789' : 'operator-0123456789';
  const all = { host: '127.0.0.1:3000', 'x-api-key': key, ...headers };
  const answer = await memory.app.request(URL_HERE + path, { method, headers: all }, { outgoing });
  return { status: answer.status, text: await answer.text(), outgoing };
}

describe('/dev', () => {
  it.each(ROUTES)('is nowhere but in `tickless dev`: %s %s', async (method, path) => {
    expectProblem(await createApiUnderTest(() => without).send(method, path), 404, 'not_found');
  });

  it('shows what has come to the receiver', async () => {
    expect(JSON.parse((await request('GET', '/dev')).text)).toEqual(REPORT);
    expect((await request('GET', '/dev/callbacks/1')).status).toBe(200);
    expect((await request('GET', '/dev/callbacks/2')).status).toBe(404);
    expect((await request('GET', '/dev/callbacks/..%2Fsecrets')).status).toBe(404);
    expect(asked).toEqual(['GET ', 'GET /callbacks/1', 'GET /callbacks/2']);
  });

  it('has the receiver fail, and answer well again', async () => {
    expect((await request('PUT', '/dev/failing')).status).toBe(204);
    expect((await request('DELETE', '/dev/failing')).status).toBe(204);
    expect(asked).toEqual(['PUT /failing', 'DELETE /failing']);
    expect(memory.steered.map(({ method, path }) => `${method} ${path}`)).toEqual(['PUT /dev/failing', 'DELETE /dev/failing']);
  });

  it('kills the service once that is answered', async () => {
    const { status, text, outgoing } = await request('POST', '/dev/kill');
    expect([status, ...asked]).toEqual([202]);
    expect(JSON.parse(text)).toEqual({ at: expect.stringMatching(/^\d{4}-.*Z$/) });
    outgoing.emit('finish');
    expect(asked).toEqual(['kill']);
  });

  it.each(ROUTES)('needs a key where there are keys, with the scope: %s %s', async (method, path) => {
    expect((await memory.app.request(path, { method })).status).toBe(401);
    expect((await request(method, path, { 'x-api-key': method === 'GET' ? 'operator-0123456789' : 'reader-0123456789' })).status).toBe(403);
  });

  it.each(ROUTES)('is nothing for pages of other sites: %s %s', async (method, path) => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'http://127.0.0.1:8080' },
      { origin: 'http://127.0.0.1.evil.example:3000' },
      { origin: 'null' },
      { host: 'evil.example:3000', origin: 'http://evil.example:3000' },
      { host: 'evil.example:3000' },
      { host: '' },
    ]) {
      expect((await request(method, path, headers)).status).toBe(403);
    }
    expect(asked).toEqual([]);
  });

  it.each([
    ['localhost:3000', 'http://localhost:3000'],
    ['[::1]:3000', 'http://[::1]:3000'],
    ['192.168.1.5', 'https://192.168.1.5'],
    ['shop.localhost', 'http://shop.localhost'],
  ])('is for its own page at %s', async (host, origin) => {
    expect((await request('PUT', '/dev/failing', { host, origin })).status).toBe(204);
  });

  it('is described where it is', async () => {
    const paths = async ({ request: ask }: typeof memory): Promise<readonly string[]> =>
      Object.keys(((await (await ask('/openapi.json')).json()) as { paths: object }).paths);
    expect((await paths(memory)).filter((path) => path.startsWith('/dev'))).toEqual([
      '/dev',
      '/dev/callbacks/{number}',
      '/dev/failing',
      '/dev/kill',
    ]);
    expect((await paths(without)).some((path) => path.startsWith('/dev'))).toBe(false);
  });
});

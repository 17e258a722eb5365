import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpServer } from '../../../api/start-server.ts';
import type { Refusal } from '../../../api/server-refusals.ts';
import { startServer } from '../../../api/start-server.ts';
import { until } from '../../support/until.ts';
import { startMemoryApp } from './memory-app.ts';

describe('startServer', () => {
  it('answers at the address it gives', async () => {
    const { server } = await start(() => new Response('here'));
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(server.url)).text()).toBe('here');
  });

  it('writes an IPv6 address in brackets', async () => {
    const { server } = await start(() => new Response('here'), '::1');
    expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('says which port is in use and how to take another', async () => {
    const { server } = await start(() => new Response());
    const port = Number(new URL(server.url).port);
    const second = startServer({ fetch: () => new Response(), host: '127.0.0.1', port, report: () => undefined });
    await expect(second).rejects.toThrow(`port ${port} on 127.0.0.1 is in use; set PORT to another one`);
  });

  it('says where it cannot listen, and which setting that is', async () => {
    await expect(startServer({ fetch: () => new Response(), host: '203.0.113.1', port: 0, report: () => undefined })).rejects.toThrow(
      /cannot listen on 203\.0\.113\.1:0: .+; set HOST to an address of this machine/,
    );
  });

  it('answers what is under way when it stops, and takes nothing new', async () => {
    let answerNow = (_response: Response): void => undefined;
    const held = new Promise<Response>((resolve) => {
      answerNow = resolve;
    });
    const { server, requests } = await start(() => held);
    const answer = fetch(server.url);
    await until('the request has come', async () => requests.length === 1);
    const stopped = server.stop(60_000);
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
    answerNow(new Response('in time'));
    expect(await (await answer).text()).toBe('in time');
    await stopped;
  });

  it('cuts what is still under way after the grace', async () => {
    const { server, requests } = await start(() => new Promise(() => undefined));
    const answer = expect(fetch(server.url)).rejects.toThrow('fetch failed');
    await until('the request has come', async () => requests.length === 1);
    await server.stop(1);
    await answer;
  });

  it('is not held by a connection that never asked for anything', async () => {
    const { server } = await start(() => new Response());
    const socket = await open(server);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await server.stop(1);
    await closed;
  });

  it('answers 413 for a body that is too large, over the network as well', async () => {
    const memory = startMemoryApp();
    const { server } = await start((request) => memory.app.fetch(request));
    const socket = await open(server);
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.write('POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n{');
    await until('there is an answer', async () => answer.includes('too_large'));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    await memory.stop();
  });

  it.each([
    ['/v1/events', 'application/json'],
    ['/v1/batches', 'application/x-ndjson'],
  ])('reads an encoded body, over the network as well, at %s', async (path, type) => {
    const memory = startMemoryApp();
    const { server } = await start((request) => memory.app.fetch(request));
    const body = new Uint8Array(gzipSync('{"type":"joy","data":{"intensity":0.3}}'));
    const headers = { 'content-type': type, 'content-encoding': 'gzip' };
    expect((await fetch(server.url + path, { method: 'POST', headers, body })).status).toBe(202);
    expect((await fetch(server.url + path, { method: 'POST', headers, body: body.subarray(0, 30) })).status).toBe(400);
    await memory.stop();
  });

  it.each([
    ['no HTTP', 'Hello\r\n\r\n', 400, 'malformed'],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400, 'malformed'],
    ['large headers', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
    ['a large extension', `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(20_000)}`, 413, 'too_large'],
    ['no host', 'GET /livez HTTP/1.1\r\n\r\n', 400, 'malformed'],
    ['a host that is none', 'GET /livez HTTP/1.1\r\nHost: a/b\r\n\r\n', 400, 'malformed'],
    ['an address that is none', 'GET livez HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed'],
    ['an unknown expectation', 'GET /livez HTTP/1.1\r\nHost: x\r\nExpect: coffee\r\n\r\n', 417, 'expectation_failed'],
    ['a tunnel', 'CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n', 405, 'method_not_allowed'],
  ])('answers %s with a problem, and reports it', async (_what, sent, status, code) => {
    const { server, refusals } = await start(() => new Promise<Response>(() => undefined));
    const answer = await answerTo(server, sent);
    expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { status, code, detail: expect.any(String) } });
    expect(refusals).toMatchObject([{ code, requestId: answer.body['requestId'] }]);
  });

  it('answers headers that take too long with a problem', async () => {
    const { server, refusals } = await start(() => new Response(), '127.0.0.1', 50);
    const answer = await answerTo(server, 'GET /livez HTTP/1.1\r\nHost: x\r\n');
    expect(answer).toMatchObject({ status: 408, body: { code: 'request_timeout' } });
    expect(refusals).toMatchObject([{ code: 'request_timeout', address: '127.0.0.1' }]);
  });

  it('lets a stream take longer than the headers may', async () => {
    const { server } = await start(async (request) => new Response(await request.text()), '127.0.0.1', 50);
    const socket = await open(server);
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na');
    // Longer than two looks at the connections take.
    await answerTo(server, 'GET / HTTP/1.1\r\nHost: x\r\n');
    await answerTo(server, 'GET / HTTP/1.1\r\nHost: x\r\n');
    socket.write('b');
    await until('there is an answer', async () => answer.endsWith('ab'));
  });

  it('answers lines that are refused while they still come', async () => {
    const memory = startMemoryApp();
    const { server } = await start((request) => memory.app.fetch(request));
    const socket = await open(server);
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    const head = 'POST /v1/batches?strict=true HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonl\r\nContent-Length: 100\r\n\r\n';
    socket.write(`${head}no event\n`);
    await until('there is an answer', async () => answer.includes('invalid_event'));
    expect(answer).toMatch(/^HTTP\/1\.1 422 /);
    await memory.stop();
  });

  it('answers what fails past all handlers without telling why', async () => {
    const { server, refusals } = await start(() => Promise.reject(new Error('a secret')));
    const response = await fetch(server.url);
    expect(await response.json()).toMatchObject({ status: 500, code: 'internal', detail: expect.not.stringContaining('secret') });
    expect(refusals).toMatchObject([{ code: 'internal', detail: 'a secret' }]);
  });

  it('is not held by a body that nobody asked for', async () => {
    const { server } = await start(() => new Response('here'));
    const socket = await open(server);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na');
    socket.resume();
    await closed;
  });

  it.each(['Content-Length: 100', 'Transfer-Encoding: chunked', 'Content-Encoding: gzip\r\nContent-Length: 100'])(
    'reports nothing when a caller goes away in the middle of a body with %s',
    async (length) => {
      const memory = startMemoryApp();
      const ended: Promise<unknown>[] = [];
      const { server } = await start((request) => {
        const response = Promise.resolve(memory.app.fetch(request));
        ended.push(response);
        return response;
      });
      const socket = await open(server);
      socket.write(`POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}\r\n\r\n1\r\n{\r\n`);
      await until('the request has come', async () => ended.length === 1);
      socket.destroy();
      await Promise.all(ended);
      await memory.stop();
    },
  );
});

async function start(
  fetch: (request: Request) => Response | Promise<Response>,
  host = '127.0.0.1',
  headersWithinMs = 60_000,
): Promise<{ readonly server: HttpServer; readonly requests: readonly Request[]; readonly refusals: readonly Refusal[] }> {
  const requests: Request[] = [];
  const refusals: Refusal[] = [];
  const server = await startServer({
    fetch: (request) => {
      requests.push(request);
      return fetch(request);
    },
    host,
    port: 0,
    report: (refusal) => refusals.push(refusal),
    headersWithinMs,
  });
  onTestFinished(() => server.stop(1));
  return { server, requests, refusals };
}

async function open(server: HttpServer): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** What comes back until the connection is closed. */
async function answerTo(server: HttpServer, sent: string) {
  const socket = await open(server);
  let text = '';
  socket.on('data', (data) => (text += data.toString()));
  socket.write(sent);
  await new Promise((resolve) => socket.once('close', resolve));
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return {
    status: Number(head.split(' ')[1]),
    type: /^content-type: (.*)$/im.exec(head)?.[1],
    body: JSON.parse(body) as Record<string, unknown>,
  };
}

import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpServer } from '../../../api/start-server.ts';
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
    const second = startServer({ fetch: () => new Response(), host: '127.0.0.1', port });
    await expect(second).rejects.toThrow(`port ${port} on 127.0.0.1 is in use; set PORT to another one`);
  });

  it('says where it cannot listen', async () => {
    await expect(startServer({ fetch: () => new Response(), host: '203.0.113.1', port: 0 })).rejects.toThrow(
      'cannot listen on 203.0.113.1:0',
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
): Promise<{ readonly server: HttpServer; readonly requests: readonly Request[] }> {
  const requests: Request[] = [];
  const server = await startServer({
    fetch: (request) => {
      requests.push(request);
      return fetch(request);
    },
    host,
    port: 0,
  });
  onTestFinished(() => server.stop(1));
  return { server, requests };
}

async function open(server: HttpServer): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startServer } from '../../../../api/start-server.ts';
import type { EventResource } from '../../../../domain/event-resource.ts';
import { until } from '../../../support/until.ts';
import { startMemoryApp } from '../memory-app.ts';
import type { MemoryApp, MemoryAppOptions } from '../memory-app.ts';

const DAY_MS = 24 * 3_600_000;
let memory: MemoryApp;

async function start(options: MemoryAppOptions = {}): Promise<void> {
  memory = startMemoryApp(options);
  const body = JSON.stringify({ type: 'joy', id: 'a', data: { intensity: 0.3 }, delayMs: DAY_MS });
  await memory.request('/v1/events', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

async function open(): Promise<{ readonly status: number; readonly reader: ReadableStreamDefaultReader<Uint8Array> }> {
  const response = await memory.request('/v1/events/a/stream');
  return { status: response.status, reader: (response.body as ReadableStream<Uint8Array>).getReader() };
}

const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);

describe('a stream of an event', () => {
  beforeEach(() => start({ maxStreams: 2 }));
  afterEach(() => memory.stop());

  it('says when to come back, then what is', async () => {
    const { reader } = await open();
    expect(text((await reader.read()).value)).toBe('retry: 1000\n\n');
    expect(text((await reader.read()).value)).toMatch(/^id: \S+\nevent: progress\ndata: \{.*\}\n\n$/);
    await reader.cancel();
  });

  it('is refused above the cap, until somebody leaves', async () => {
    const [one, two] = [await open(), await open()];
    const refused = await memory.request('/v1/events/a/stream');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toMatchObject({ code: 'overloaded' });
    await one.reader.cancel();
    expect((await open()).status).toBe(200);
    await two.reader.cancel();
  });

  it('takes no room when there is no such event, or only its head is wanted', async () => {
    for (let time = 0; time < 3; time += 1) {
      expect((await memory.request('/v1/events/b/stream')).status).toBe(404);
      expect((await memory.request('/v1/events/a/stream', { method: 'HEAD' })).status).toBe(200);
    }
    expect((await open()).status).toBe(200);
  });

  it('is refused, and takes no room, while the engine is away', async () => {
    memory.events.setAway(true);
    for (let time = 0; time < 3; time += 1) expect((await memory.request('/v1/events/a/stream')).status).toBe(503);
    memory.events.setAway(false);
    expect((await open()).status).toBe(200);
  });

  it('ends when the process stops', async () => {
    const { reader } = await open();
    await reader.read();
    await reader.read();
    const rest = reader.read();
    await memory.stop();
    expect((await rest).done).toBe(true);
    expect((await memory.request('/v1/events/a/stream')).status).toBe(503);
  });

  it('leaves when the connection breaks', async () => {
    const server = await startServer({ fetch: memory.app.fetch, host: '127.0.0.1', port: 0, report: () => undefined });
    try {
      for (let time = 0; time < 4; time += 1) {
        const status = await until('there is room again', async () => {
          const answer = await firstBytes(`${server.url}/v1/events/a/stream`);
          return answer.status === 200 && answer;
        });
        expect(status.body).toMatch(/^retry: 1000\n\n/);
      }
    } finally {
      await server.stop(1_000);
    }
  });
});

describe('a stream of an event that goes on for long', () => {
  it('has a ping every 15 s', async () => {
    await start();
    const { reader } = await open();
    await reader.read();
    await reader.read();
    vi.useFakeTimers();
    const next = reader.read();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(text((await next).value)).toBe(': ping\n\n');
    vi.useRealTimers();
    await memory.stop();
  });

  it('ends, and the error is reported, when it can be read no more', async () => {
    const error = new Error('broken');
    const states: unknown[] = [{ id: 'a', status: 'running', handlers: {} }, error];
    const get = async () => {
      const state = states.shift();
      if (state instanceof Error) throw state;
      return state as EventResource;
    };
    await start({ overrides: { get } });
    const { reader } = await open();
    await reader.read();
    await reader.read();
    expect((await reader.read()).done).toBe(true);
    expect(memory.reported.splice(0)).toEqual([{ error, context: expect.objectContaining({ path: '/v1/events/a/stream' }) }]);
    await memory.stop();
  });
});

/** Opens a stream over a socket, reads its first bytes, and breaks off. */
function firstBytes(url: string): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, (response) => {
      response.once('data', (chunk: Buffer) => {
        request.destroy();
        resolve({ status: response.statusCode, body: chunk.toString() });
      });
      response.on('error', () => undefined);
    });
    request.on('error', reject);
    request.end();
  });
}

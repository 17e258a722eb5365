import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiUnderTest } from '../../contract/api-under-test.ts';
import { createApiUnderTest, expectProblem } from '../../contract/api-under-test.ts';
import { startMemoryApp } from './memory-app.ts';
import type { MemoryApp, MemoryAppOptions } from './memory-app.ts';

const JOY = { type: 'joy', data: { intensity: 0.3 } };

let memory: MemoryApp;
let api: ApiUnderTest;
function start(options: MemoryAppOptions = {}): void {
  memory = startMemoryApp(options);
  api = createApiUnderTest(() => memory);
}
beforeEach(() => start());
afterEach(() => memory.stop());

describe('while the engine is away, the service', () => {
  it.each([
    ['POST', '/v1/events', JSON.stringify(JOY)],
    ['GET', '/v1/events', undefined],
    ['GET', '/v1/events/a', undefined],
    ['POST', '/v1/events/a/cancel', undefined],
  ])('answers 503 with Retry-After for %s %s', async (method, path, body) => {
    memory.events.setAway(true);
    const answer = await api.send(method, path, { headers: { 'content-type': 'application/json' }, ...(body !== undefined && { body }) });
    expectProblem(answer, 503, 'engine_unavailable');
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });

  it('still says what is wrong with an event', async () => {
    memory.events.setAway(true);
    expectProblem(await api.submit({ ...JOY, type: 'shok' }), 422, 'unknown_type');
  });

  it('lives, but is not ready', async () => {
    memory.events.setAway(true);
    expect((await api.send('GET', '/livez')).status).toBe(200);
    for (const path of ['/readyz', '/readyz?verbose']) {
      const answer = await api.send('GET', path);
      expect(answer).toMatchObject({ status: 503, body: { status: 'engine_unavailable' } });
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    }
    expect(memory.unavailable.map(({ path }) => path)).toEqual(['/readyz', '/readyz']);
  });

  it('has kept nothing of what it answered 503 to, and takes it again under the same id', async () => {
    memory.events.setAway(true);
    await api.submit({ ...JOY, id: 'a' });
    memory.events.setAway(false);
    expectProblem(await api.send('GET', '/v1/events/a'), 404, 'not_found');
    expect((await api.submit({ ...JOY, id: 'a' }, { prefer: 'wait=30' })).status).toBe(200);
    expect((await api.send('GET', '/readyz')).status).toBe(200);
  });
});

describe('while it stops, the service', () => {
  it('takes no events', async () => {
    memory.setAccepting(false);
    const answer = await api.submit(JOY);
    expectProblem(answer, 503, 'overloaded');
    expect(answer.body['type']).toBe('https://iana.org/assignments/http-problem-types#temporary-reduced-capacity');
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });

  it('lives, but is not ready', async () => {
    memory.setAccepting(false);
    expect((await api.send('GET', '/livez')).status).toBe(200);
    expect(await api.send('GET', '/readyz')).toMatchObject({ status: 503, body: { status: 'stopping' } });
  });

  it('still shows and cancels events', async () => {
    await api.submit({ ...JOY, id: 'a', delayMs: 60_000 });
    memory.setAccepting(false);
    expect((await api.send('GET', '/v1/events/a')).status).toBe(200);
    expect((await api.send('GET', '/v1/events')).status).toBe(200);
    expect((await api.send('POST', '/v1/events/a/cancel')).status).toBe(202);
  });
});

describe('an unexpected error', () => {
  it('is answered with 500 without saying anything about itself, and is reported', async () => {
    const error = new Error('the password is "secret"');
    start({ overrides: { get: () => Promise.reject(error) } });
    const answer = await api.send('GET', '/v1/events/a', { headers: { 'x-request-id': 'caller-1' } });
    expectProblem(answer, 500, 'internal');
    expect(answer.text).not.toContain('secret');
    expect(memory.reported.splice(0)).toEqual([{ error, context: { requestId: 'caller-1', path: '/v1/events/a' } }]);
  });

  it('in the check of its health is one too', async () => {
    const error = new Error('no such method');
    start({ overrides: { health: () => Promise.reject(error) } });
    expectProblem(await api.send('GET', '/readyz'), 500, 'internal');
    expect(memory.reported.splice(0)).toEqual([{ error, context: expect.objectContaining({ path: '/readyz' }) }]);
  });
});

describe('an event whose light stages have begun', () => {
  it('is not cancelled', async () => {
    await api.submit({ type: 'test-failing', id: 'a', data: { how: 'slowly' } });
    await api.readUntil('a', 'running');
    expectProblem(await api.send('POST', '/v1/events/a/cancel'), 409, 'not_cancellable');
    await api.readUntil('a', 'failed');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, ApiUnderTest } from '../../contract/api-under-test.ts';
import { createApiUnderTest, expectProblem, itemsOf, JSON_HEADERS } from '../../contract/api-under-test.ts';
import { startMemoryApp } from './memory-app.ts';
import type { MemoryApp } from './memory-app.ts';

const ACME = 'acme-key-0123456789';
const OTHER = 'other-key-0123456789';

let memory: MemoryApp;
let api: ApiUnderTest;
beforeEach(() => {
  memory = startMemoryApp({
    keys: [
      { tenant: 'acme', key: ACME },
      { tenant: 'other', key: OTHER },
      { tenant: 'acme', key: 'acme-second-key-0123' },
    ],
  });
  api = createApiUnderTest(() => memory);
});
afterEach(() => memory.stop());

describe('a service with API keys', () => {
  it.each([
    ['GET', '/v1/events'],
    ['POST', '/v1/events'],
    ['GET', '/v1/events/a'],
    ['POST', '/v1/events/a/cancel'],
    ['GET', '/v1/event-types'],
    ['GET', '/v1/event-types/joy'],
    ['GET', '/v1/nothing'],
    ['PUT', '/v1/events'],
  ])('answers 401 for %s %s without a key and says how to give one', async (method, path) => {
    const answer = await api.send(method, path);
    expectProblem(answer, 401, 'unauthorized');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
  });

  it.each([
    { authorization: 'Bearer wrong' },
    { authorization: `Bearer ${ACME}x` },
    { authorization: `Bearer ${ACME} ${OTHER}` },
    { authorization: 'Bearer ' },
    { authorization: ACME },
    { authorization: `Basic ${ACME}` },
    { 'x-api-key': 'wrong' },
    { 'x-api-key': '' },
    { 'x-api-key': `Bearer ${ACME}` },
    // The one that is looked at first counts.
    { authorization: 'Bearer wrong', 'x-api-key': ACME },
  ])('answers 401 for %j', async (headers) => {
    const answer = await api.send('GET', '/v1/events', { headers });
    expectProblem(answer, 401, 'unauthorized');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
    expect(answer.text).not.toContain(ACME);
  });

  it.each([
    { authorization: `Bearer ${ACME}` },
    { authorization: `bearer   ${ACME}` },
    { 'x-api-key': ACME },
    { 'X-API-Key': 'acme-second-key-0123' },
  ])('lets %j in', async (headers) => {
    expect((await api.send('GET', '/v1/events', { headers })).status).toBe(200);
  });

  it.each(['/', '/livez', '/readyz', '/readyz?verbose', '/openapi.json', '/docs', '/docs/start.js', '/docs/swagger-ui.css'])(
    'needs no key at %s',
    async (path) => {
      expect((await api.send('GET', path)).status).toBe(200);
    },
  );

  it('refuses a large body without a key before it reads it', async () => {
    expectProblem(await api.send('POST', '/v1/events', { headers: JSON_HEADERS, body: 'x'.repeat(2_000_000) }), 401, 'unauthorized');
  });

  it('puts an event under the tenant of its key', async () => {
    expect((await submit(ACME, { id: 'a' })).status).toBe(202);
    const read = await api.send('GET', '/v1/events/a', { headers: { 'x-api-key': 'acme-second-key-0123' } });
    expect(read.body).toMatchObject({ id: 'a', tenant: 'acme', workflow: { id: 'acme/a' } });
  });

  it("answers 404 for another tenant's event", async () => {
    await submit(ACME, { id: 'a', delayMs: 60_000 });
    expectProblem(await api.send('GET', '/v1/events/a', { headers: { 'x-api-key': OTHER } }), 404, 'not_found');
    expectProblem(await api.send('POST', '/v1/events/a/cancel', { headers: { 'x-api-key': OTHER } }), 404, 'not_found');
    expectProblem(await api.send('GET', '/v1/events/acme%2Fa', { headers: { 'x-api-key': OTHER } }), 404, 'not_found');
  });

  it('takes the same id of two tenants for two events', async () => {
    expect((await submit(ACME, { id: 'a', data: { intensity: 0.1 } })).status).toBe(202);
    expect((await submit(OTHER, { id: 'a', data: { intensity: 0.2 } })).status).toBe(202);
    expectProblem(await submit(OTHER, { id: 'a', data: { intensity: 0.1 } }), 409, 'id_conflict');
    const read = await api.send('GET', '/v1/events/a', { headers: { 'x-api-key': OTHER } });
    expect(read.body).toMatchObject({ tenant: 'other', data: { intensity: 0.2 } });
  });

  it('takes the same Idempotency-Key of two tenants for two events', async () => {
    const body = JSON.stringify({ type: 'joy', data: { intensity: 0.1 } });
    const keyed = (key: string): Promise<Answer> =>
      api.send('POST', '/v1/events', { headers: { ...JSON_HEADERS, 'x-api-key': key, 'idempotency-key': 'k' }, body });
    const { body: first } = await keyed(ACME);
    await keyed(OTHER);
    const listed = await api.send('GET', '/v1/events', { headers: { 'x-api-key': OTHER } });
    expect(itemsOf(listed)).toEqual([expect.objectContaining({ id: first['id'], tenant: 'other' })]);
  });

  it("lists a tenant's own events only", async () => {
    await submit(ACME, { id: 'a' });
    await submit(OTHER, { id: 'b' });
    const listed = await api.send('GET', '/v1/events', { headers: { 'x-api-key': ACME } });
    expect(itemsOf(listed).map(({ id }) => id)).toEqual(['a']);
  });
});

function submit(key: string, event: object): Promise<Answer> {
  return api.submit({ type: 'joy', data: { intensity: 0.3 }, ...event }, { 'x-api-key': key });
}

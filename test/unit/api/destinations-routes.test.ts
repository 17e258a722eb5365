import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DestinationResource } from '../../../domain/destination-resource.ts';
import type { PageFilter } from '../../../api/page-query.ts';
import type { ApiUnderTest } from '../../contract/api-under-test.ts';
import { createApiUnderTest, expectProblem } from '../../contract/api-under-test.ts';
import { startMemoryApp } from './memory-app.ts';
import type { MemoryApp } from './memory-app.ts';

const DEAD: DestinationResource = {
  origin: 'https://shop.example:8443',
  state: 'open',
  parked: 3,
  failures: 7,
  connections: 16,
  nextProbeAt: '2026-01-01T12:00:00.000Z',
};

let memory: MemoryApp;
let api: ApiUnderTest;
let asked: PageFilter[];

beforeEach(() => {
  asked = [];
  memory = startMemoryApp({
    destinations: {
      list: async (filter) => {
        asked.push(filter);
        return { items: filter.tenant === 'default' ? [DEAD] : [], nextCursor: filter.cursor === undefined ? 'more' : null };
      },
      resume: async ({ origin }) => (origin === DEAD.origin ? DEAD : null),
    },
  });
  api = createApiUnderTest(() => memory);
});
afterEach(() => memory.stop());

it("lists the tenant's failing destinations", async () => {
  const answer = await api.send('GET', '/v1/destinations');
  expect(answer).toMatchObject({ status: 200, body: { items: [DEAD], nextCursor: 'more' } });
  expect(answer.headers.get('link')).toBe('</v1/destinations?cursor=more>; rel="next"');
  expect(asked).toEqual([{ tenant: 'default', limit: 50 }]);
});

it('lists them page by page', async () => {
  const answer = await api.send('GET', '/v1/destinations?limit=200&cursor=more');
  expect(answer.body).toEqual({ items: [DEAD], nextCursor: null });
  expect(asked).toEqual([{ tenant: 'default', limit: 200, cursor: 'more' }]);
});

it.each(['limit=0', 'limit=201', 'limit=x', 'state=parked'])('answers 422 for the query %s', async (query) => {
  expectProblem(await api.send('GET', `/v1/destinations?${query}`), 422, 'invalid_query');
  expect(asked).toEqual([]);
});

it.each([
  encodeURIComponent(DEAD.origin),
  DEAD.origin,
  encodeURIComponent(`${DEAD.origin}/`),
  encodeURIComponent('https://SHOP.example:8443/hook'),
])('resumes a destination written as %s', async (written) => {
  expect(await api.send('POST', `/v1/destinations/${written}/resume`)).toMatchObject({ status: 202, body: DEAD });
});

it.each([encodeURIComponent('https://other.example'), 'nonsense', 'data:,a'])('answers 404 for %s', async (written) => {
  expectProblem(await api.send('POST', `/v1/destinations/${written}/resume`), 404, 'not_found');
});

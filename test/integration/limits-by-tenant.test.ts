import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTemporalLimitService } from '../../api/temporal/temporal-limit-service.ts';
import { toSearchAttributes } from '../../temporal/durable/search-attributes.ts';
import { createBreaker, DEFAULT_BREAKER } from '../../domain/breaker.ts';
import { destinationWorkflowId, limitWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { TASK_QUEUES, WORKFLOWS } from '../../temporal/durable/names.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { LimitResource } from '../../domain/limit-resource.ts';
import type { Why } from '../../domain/why.ts';
import { startTestService } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const ACME = 'acme-0123456789abcdef';
const OTHER = 'other-0123456789abcdef';
const OPERATOR = 'operator-0123456789abcdef';
const DEFAULT_LIMIT = { key: 'tasks', capacity: 5, reserved: {} };

let service: TestService;
let submitted: { readonly id: string; readonly key: string }[] = [];
let started: string[] = [];

beforeAll(async () => {
  service = await startTestService({ API_KEYS: `acme:${ACME},other:${OTHER},acme:${OPERATOR}:read+admin` });
});
afterAll(() => service.stop());
afterEach(async () => {
  await Promise.all(submitted.map(({ id, key }) => ask(key, `/v1/events/${id}/cancel`, { method: 'POST' })));
  await mapAtMost(started, 8, (workflowId) =>
    service.client.workflow
      .getHandle(workflowId)
      .terminate()
      .catch(() => undefined),
  );
  submitted = [];
  started = [];
});

it("shows a tenant its own holders and waiters, and how many others' there are", async () => {
  const host = newKey();
  const key = `host:${host}`;
  const acmes = await submit(ACME, host);
  const others = await submit(OTHER, host);
  await until('both hold a permit', async () => {
    const shown = await limit(ACME, key);
    return shown.otherHolders === 1 && shown.holders.length === 1;
  });
  const waiting = await submit(ACME, host);
  const last = await submit(OTHER, host);
  const seen = await until('two wait', async () => {
    const shown = await limit(ACME, key);
    return shown.waiting === 2 && shown;
  });
  const why = (await (await ask(ACME, `/v1/events/${waiting}/why`)).json()) as Why;
  const listed = await listAll<LimitResource>(OTHER, '/v1/limits');

  expect(seen).toMatchObject({ holders: [{ event: acmes }], otherHolders: 1, waiters: [{ event: waiting }], otherWaiters: 1 });
  expect(why).toMatchObject({ reason: 'permit', details: { key, holders: [{ event: acmes }], otherHolders: 1 } });
  expect(why.summary).toMatch(/; 2 hold one\.$/);
  expect(JSON.stringify([seen, why])).not.toContain(others);
  const othersView = listed.find((item) => item.key === key);
  expect(othersView).toMatchObject({ holders: [{ event: others }], otherHolders: 1, waiters: [{ event: last }], otherWaiters: 1 });
  expect(JSON.stringify(listed)).not.toContain(acmes);
});

it("lets the operator's key set a capacity, and no other", async () => {
  expect((await put(ACME, 'tasks', 0)).status).toBe(403);
  expect((await put(OPERATOR, 'tasks', 7)).status).toBe(200);
  expect(await limit(OTHER, 'tasks')).toMatchObject({ capacity: 7 });
  expect((await put(OPERATOR, 'tasks', null)).status).toBe(200);
});

it('starts nothing for a limit that nobody uses, unless its capacity is set', async () => {
  const key = newKey();
  expect((await ask(OPERATOR, `/v1/limits/${key}`)).status).toBe(404);
  expect((await put(OPERATOR, key, null)).status).toBe(404);
  expect(await isRunning(key)).toBe(false);

  started.push(limitWorkflowId(key));
  expect((await put(OPERATOR, key, 3)).status).toBe(200);
  expect(await isRunning(key)).toBe(true);
  expect(await limit(OPERATOR, key)).toMatchObject({ capacity: 3, holders: [], otherHolders: 0 });
});

it('sets no more limits than may be kept, but always the default one and those that are set', async () => {
  const [key, another] = [newKey(), newKey()];
  started.push(limitWorkflowId(key));
  await put(OPERATOR, key, 3);
  const full = createTemporalLimitService({ client: service.client, defaultLimit: DEFAULT_LIMIT, maxKept: 0, now: Date.now });

  expect(await full.setCapacity({ tenant: 'acme', key: another }, 3)).toEqual({ kind: 'too_many', atMost: 0 });
  expect(await isRunning(another)).toBe(false);
  expect(await full.setCapacity({ tenant: 'acme', key }, 4)).toMatchObject({ kind: 'set', limit: { capacity: 4 } });
  expect(await full.setCapacity({ tenant: 'acme', key: 'tasks' }, 6)).toMatchObject({ kind: 'set', limit: { capacity: 6 } });
  expect(await full.setCapacity({ tenant: 'acme', key: 'tasks' }, null)).toMatchObject({ kind: 'set' });
});

it('lists 150 limits page by page, the default one first', async () => {
  const prefix = newKey();
  const keys = Array.from({ length: 150 }, (_, index) => `${prefix}-${index}`);
  started.push(...keys.map(limitWorkflowId));
  await mapAtMost(keys, 8, async (key) => expect((await put(OPERATOR, key, 2)).status).toBe(200));
  await until('the index has them all', async () => {
    const ids = keys.map((key) => `'${limitWorkflowId(key)}'`).join(', ');
    return (await service.client.workflow.count(`WorkflowId IN (${ids})`)).count === keys.length;
  });

  const first = (await (await ask(ACME, '/v1/limits?limit=1')).json()) as Page<LimitResource>;
  const second = (await (await ask(ACME, `/v1/limits?limit=1&cursor=${first.nextCursor}`)).json()) as Page<LimitResource>;
  const listed = (await listAll<LimitResource>(ACME, '/v1/limits')).map(({ key }) => key);

  expect(first.items.map(({ key }) => key)).toEqual(['tasks']);
  expect(second.items).toHaveLength(1);
  expect(listed[0]).toBe('tasks');
  expect(listed.filter((key) => key.startsWith(prefix)).toSorted()).toEqual(keys.toSorted());
  expect(new Set(listed).size).toBe(listed.length);
});

it('lists 80 failing destinations page by page', async () => {
  const name = newKey();
  const destinations = Array.from({ length: 80 }, (_, index) => ({ tenant: 'acme', origin: `https://${name}-${index}.example` }));
  started.push(...destinations.map(destinationWorkflowId));
  await mapAtMost(destinations, 8, (destination) =>
    service.client.workflow.start(WORKFLOWS.watchDestination, {
      workflowId: destinationWorkflowId(destination),
      taskQueue: TASK_QUEUES.heavy,
      args: [{ destination, settings: DEFAULT_BREAKER, breaker: { ...createBreaker(), failures: 1 } }],
      typedSearchAttributes: toSearchAttributes({ Kind: 'internal', Tenant: destination.tenant, Destination: destination.origin }),
    }),
  );
  const origins = destinations.map(({ origin }) => origin).toSorted();
  const listed = await until('the index has them all, and each has had its first task', async () => {
    // One that is asked before that holds the list up for longer than a request may take.
    if (!(await ask(ACME, '/v1/destinations?limit=200')).ok) return false;
    const items = await listAll<{ readonly origin: string }>(ACME, '/v1/destinations');
    const found = items.map(({ origin }) => origin).filter((origin) => origin.includes(name));
    return found.length >= origins.length && found;
  });
  const page = (await (await ask(ACME, '/v1/destinations?limit=30')).json()) as Page<unknown>;

  expect(listed.toSorted()).toEqual(origins);
  expect(page).toMatchObject({ items: { length: 30 }, nextCursor: expect.any(String) });
  expect(await listAll(OTHER, '/v1/destinations')).toEqual([]);
});

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

function newKey(): string {
  return `k-${randomUUID().slice(0, 8)}`;
}

async function ask(key: string, path: string, init: RequestInit = {}): Promise<Response> {
  return service.app.request(path, { ...init, headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` } });
}

async function listAll<T>(key: string, path: string): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const response: Response = await ask(key, cursor === null ? path : `${path}?cursor=${cursor}`);
    expect(response.status).toBe(200);
    const page = (await response.json()) as Page<T>;
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

async function submit(key: string, host: string): Promise<string> {
  const body = JSON.stringify({ type: 'test-per-host', data: { host, ms: 60_000 } });
  const response = await ask(key, '/v1/events', { method: 'POST', body });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { readonly id: string };
  submitted.push({ id, key });
  return id;
}

async function limit(key: string, of: string): Promise<LimitResource> {
  return (await (await ask(key, `/v1/limits/${of}`)).json()) as LimitResource;
}

function put(key: string, of: string, capacity: number | null): Promise<Response> {
  return ask(key, `/v1/limits/${of}`, { method: 'PUT', body: JSON.stringify({ capacity }) });
}

async function isRunning(key: string): Promise<boolean> {
  const description = await service.client.workflow
    .getHandle(limitWorkflowId(key))
    .describe()
    .catch(() => null);
  return description?.status.name === 'RUNNING';
}

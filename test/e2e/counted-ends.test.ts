import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { startChild } from '../support/child-process.ts';
import type { Child } from '../support/child-process.ts';
import { engineVariables } from '../support/cluster.ts';
import { proof } from '../support/proof.ts';
import { testEngine } from '../support/test-engine.ts';
import { WEBHOOK_SECRET } from '../support/service.ts';
import { freePort } from '../support/service-process.ts';
import { until } from '../support/until.ts';

const KILLED = proof({
  reduced: { events: 60, items: 20, after: [20] },
  full: { events: 120, items: 60, after: [20, 40] },
});

// An API that runs light events, and a worker that runs all that others leave to it.
let api: Child;
let worker: Child;
let apiUrl: string;
let workerUrl: string;
let startWorker: () => Promise<Child>;
/** What workers had counted when they were killed. */
const lost: Counts[] = [];

type Counts = ReadonlyMap<string, number>;

beforeAll(async () => {
  const env = { ...engineVariables(testEngine()), WEBHOOK_SECRETS: WEBHOOK_SECRET };
  const [port, metricsPort] = [await freePort(), await freePort()];
  apiUrl = `http://127.0.0.1:${port}`;
  workerUrl = `http://127.0.0.1:${metricsPort}`;
  api = startChild('api-main.ts', { ...env, PORT: String(port) });
  startWorker = async () => {
    const child = startChild('worker-main.ts', { ...env, METRICS_PORT: String(metricsPort) });
    await until(
      'the worker shows its metrics',
      async () => {
        if (child.hasEnded()) throw new Error(`the worker ended before it was ready:\n${child.output()}`);
        return (await fetch(`${workerUrl}/metrics`).catch(() => null))?.ok;
      },
      90_000,
    );
    return child;
  };
  worker = await startWorker();
  await until('the API is ready', async () => (await fetch(`${apiUrl}/readyz`).catch(() => null))?.ok, 90_000);
});

afterAll(async () => {
  for (const child of [api, worker]) child.kill('SIGTERM');
  await Promise.all([api, worker].map(({ exited }) => exited));
});

it('agrees over two processes with what a client counts, to the event, whatever way each runs', async () => {
  const before = await counted();
  const singles = await Promise.all([
    ...times(40, () => send({ type: 'joy', data: { intensity: 0.3 } })),
    ...times(5, (index) => send({ type: 'joy', id: `own-${index}`, data: { intensity: 0.3 } })),
    ...times(3, () => send({ type: 'test-failing', data: { how: 'permanently' } })),
    ...times(2, () => send({ type: 'test-failing', data: { how: 'twice' } })),
    ...times(4, () => send({ type: 'test-slow-work', data: { ms: 50 } })),
    ...times(12, (index) => send({ type: 'test-counted', subject: `s-${index % 3}`, data: { add: 1, fail: index > 9 } })),
  ]);
  // The same again, which is the same event.
  await send({ type: 'test-counted', id: 'twice', subject: 's-1', data: { add: 1 } });
  singles.push(await send({ type: 'test-counted', id: 'twice', subject: 's-1', data: { add: 1 } }));
  for (const cancelled of [
    await send({ type: 'joy', data: { intensity: 0.3 }, delayMs: 600_000 }),
    await send({ type: 'test-slow-work', data: { ms: 600_000 } }),
  ]) {
    await post(`/v1/events/${cancelled}/cancel`, {});
    singles.push(cancelled);
  }
  const batches = [
    await send({
      path: '/v1/batches',
      events: [
        ...times(20, () => ({ type: 'joy', data: { intensity: 0.3 } })),
        ...times(3, () => ({ type: 'test-slow-work', data: { ms: 50 } })),
        ...times(2, () => ({ type: 'joy', data: { intensity: 7 } })),
        ...times(2, () => ({ type: 'test-failing', data: { how: 'permanently' } })),
      ],
    }),
    await send({
      path: '/v1/batches',
      events: times(5, (index) => ({ type: 'test-counted', subject: `b-${index % 2}`, data: { add: 1 } })),
    }),
  ];
  const stopped = await send({
    path: '/v1/batches',
    mode: 'sequential',
    events: [{ type: 'test-slow-work', data: { ms: 600_000 } }, ...times(4, () => ({ type: 'joy', data: { intensity: 0.3 } }))],
  });
  await until('its first item runs', async () => (await read<BatchResource>(`/v1/batches/${stopped}`)).counts.running === 1);
  await post(`/v1/batches/${stopped}/cancel`, {});
  batches.push(stopped);

  const clients = new Map<string, number>();
  const note = ({ type, status }: Pick<EventResource, 'type' | 'status'>): void => {
    const key = `${type} ${status}`;
    clients.set(key, (clients.get(key) ?? 0) + 1);
  };
  for (const id of singles) note(await ended(id));
  for (const id of batches) for (const item of await itemsOf(id)) note(item);

  expect(await settled(before, sum(clients))).toEqual(clients);
});

it('counts what handlers emit as accepted, once each', async () => {
  const [acceptedBefore, endedBefore] = [await countedAs('accepted', 'type'), await counted()];
  const branch = (name: string, type: string, more: object = {}): object => ({ name, type, ...more });
  const root = branch('root', 'test-branch', {
    fails: 'once',
    first: [branch('light', 'test-branch'), branch('grouped', 'test-branch-grouped')],
    second: [
      branch('heavy', 'test-branch-heavy', { second: [branch('last', 'test-branch')] }),
      branch('letter', 'test-branch-of-subject', { options: { subject: 'f-1' } }),
      branch('other', 'test-branch-of-subject', { options: { subject: 'f-1' } }),
    ],
  });
  await send({ type: 'test-branch', data: root });

  await until('all verdicts are counted', async () => sum(await counted()) - sum(endedBefore) >= 7);
  const expected = { 'test-branch': 3, 'test-branch-grouped': 1, 'test-branch-heavy': 1, 'test-branch-of-subject': 2 };
  const accepted = since(acceptedBefore, await countedAs('accepted', 'type'));
  expect(Object.fromEntries(accepted)).toEqual(expected);
  const completed = Object.entries(expected).map(([type, count]) => [`${type} completed`, count]);
  expect(Object.fromEntries(since(endedBefore, await counted()))).toEqual(Object.fromEntries(completed));
});

it('is never above what has happened where a process is killed', async () => {
  const before = await counted();
  const ids = times(KILLED.events, (index) => `killed-${index}`);
  const sending = ids.map((id, index) =>
    send(index % 4 === 0 ? { type: 'test-slow-work', id, data: { ms: 100 } } : { type: 'joy', id, data: { intensity: 0.3 } }),
  );
  const batch = await send({ path: '/v1/batches', events: times(KILLED.items, () => ({ type: 'test-slow-work', data: { ms: 20 } })) });
  for (const share of KILLED.after) {
    await until('so many are counted', async () => sum(await counted()) - sum(before) >= share, 60_000);
    lost.push(await scrape(workerUrl, 'completed', 'type', 'outcome'));
    worker.kill('SIGKILL');
    await worker.exited;
    worker = await startWorker();
  }
  await Promise.all(sending);
  const happened = new Map<string, number>();
  for (const { type, status } of [...(await Promise.all(ids.map(ended))), ...(await itemsOf(batch))]) {
    happened.set(`${type} ${status}`, (happened.get(`${type} ${status}`) ?? 0) + 1);
  }

  const seen = await settled(before, 0);
  for (const [key, count] of seen) expect([key, count <= (happened.get(key) ?? 0)]).toEqual([key, true]);
  expect(sum(seen)).toBeGreaterThan((KILLED.events + KILLED.items) / 2);
}, 180_000);

/** What was counted since then, once there is so much of it, and an event is counted that came after all of them. */
async function settled(before: Counts, atLeast: number): Promise<Counts> {
  await until('so many are counted', async () => sum(await counted()) - sum(before) >= atLeast);
  const last = 'sadness completed';
  const known = before.get(last) ?? 0;
  await ended(await send({ type: 'sadness', data: { intensity: -0.2 } }));
  const after = await until('the last one is counted', async () => {
    const now = await counted();
    return (now.get(last) ?? 0) > known && now;
  });
  return new Map([...since(before, after)].filter(([key]) => key !== last));
}

function since(before: Counts, after: Counts): Counts {
  return new Map(
    [...after].flatMap(([key, count]) => {
      const more = count - (before.get(key) ?? 0);
      return more === 0 ? [] : [[key, more] as const];
    }),
  );
}

/** By type and outcome, over both processes and those that were killed. */
async function counted(): Promise<Counts> {
  return added([...lost, await countedAs('completed', 'type', 'outcome')]);
}

/** By these labels, over both processes that run. */
async function countedAs(...what: Metric): Promise<Counts> {
  return added([await scrape(apiUrl, ...what), await scrape(workerUrl, ...what)]);
}

function added(all: readonly Counts[]): Counts {
  const sums = new Map<string, number>();
  for (const counts of all) for (const [key, count] of counts) sums.set(key, (sums.get(key) ?? 0) + count);
  return sums;
}

type Metric = readonly [name: 'accepted' | 'completed', ...labels: string[]];

async function scrape(url: string, ...[name, ...labels]: Metric): Promise<Counts> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = new Map<string, number>();
  for (const [, set = '', count] of text.matchAll(new RegExp(`^tickless_events_${name}_total\\{(.*)\\} (\\d+)$`, 'gm'))) {
    const key = labels.map((label) => new RegExp(`${label}="([^"]*)"`).exec(set)?.[1]).join(' ');
    counts.set(key, (counts.get(key) ?? 0) + Number(count));
  }
  return counts;
}

function sum(counts: Counts): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Until it is taken: the engine is away for a moment where a process is killed. */
async function send({ path = '/v1/events', ...body }: { readonly path?: string; readonly [field: string]: unknown }): Promise<string> {
  return until('it is accepted', async () => {
    const response = await post(path, body).catch(() => null);
    return response?.status === 202 && ((await response.json()) as { readonly id: string }).id;
  });
}

function post(path: string, body: object): Promise<Response> {
  return fetch(apiUrl + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

async function read<T>(path: string): Promise<T> {
  return (await fetch(apiUrl + path)).json() as Promise<T>;
}

function ended(id: string): Promise<EventResource> {
  return until(
    `"${id}" has ended`,
    async () => {
      const resource = await read<EventResource>(`/v1/events/${encodeURIComponent(id)}`);
      return ['completed', 'failed', 'cancelled'].includes(resource.status) && resource;
    },
    120_000,
  );
}

async function itemsOf(id: string): Promise<readonly EventResource[]> {
  await until('the batch is over', async () => (await read<BatchResource>(`/v1/batches/${id}`)).completedAt !== null, 120_000);
  return (await read<{ readonly items: readonly EventResource[] }>(`/v1/batches/${id}/items?limit=200`)).items;
}

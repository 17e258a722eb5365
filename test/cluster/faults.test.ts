import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { startChild } from '../support/child-process.ts';
import type { Child } from '../support/child-process.ts';
import { engineVariables, requireCluster, restart } from '../support/cluster.ts';
import { proof } from '../support/proof.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { WEBHOOK_SECRET } from '../support/service.ts';
import { freePort } from '../support/service-process.ts';
import { testEngine } from '../support/test-engine.ts';
import { until } from '../support/until.ts';

const ROUNDS = proof({ reduced: 1, full: 4 });
// Between two faults; what is under way then is of all kinds.
const EVENTS_BETWEEN = 60;
const FAULTS = [
  ['server', 'SIGKILL'],
  ['server', 'SIGKILL'],
  ['postgres', 'SIGINT'],
  ['server', 'SIGKILL'],
] as const;
const SUBJECTS = 5;

let urls: readonly string[];
let children: readonly Child[];
let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
  // Some are sent again meanwhile.
  receiver.respond((_request, index) => (index % 5 === 4 ? 500 : 200));
  const env = {
    ...engineVariables(testEngine()),
    WEBHOOK_SECRETS: WEBHOOK_SECRET,
    CALLBACK_ALLOW: '127.0.0.0/8',
    CALLBACK_SCHEDULE: '500ms,1s,2s,4s,8s,16s',
  };
  const ports = [await freePort(), await freePort()];
  urls = ports.map((port) => `http://127.0.0.1:${port}`);
  children = [
    ...ports.map((port) => startChild('api-main.ts', { ...env, PORT: String(port) })),
    startChild('worker-main.ts', env),
    startChild('worker-main.ts', env),
  ];
  for (const url of urls) await until(`${url} is ready`, async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok, 90_000);
});

afterEach(async () => {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map(({ exited }) => exited));
  await receiver.close();
});

it('ends and calls back all that it acknowledged while server and database are killed', { timeout: 1_800_000 }, async () => {
  const accepted: string[] = [];
  const sending = new AbortController();
  const sender = async (first: number): Promise<void> => {
    for (let index = first; !sending.signal.aborted; index += 10) {
      const id = await submit(index);
      if (id !== null) accepted.push(id);
    }
  };
  const senders = Promise.all(Array.from({ length: 10 }, (_, first) => sender(first)));
  // What is no "come back later" ends the test at once.
  const goOn = async (): Promise<void> => {
    const before = accepted.length;
    const more = until('some more are accepted', async () => accepted.length >= before + EVENTS_BETWEEN, 180_000);
    await Promise.race([more, senders]);
  };
  const batches: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [program, signal] of FAULTS) {
      await goOn();
      batches.push(await submitBatch());
      await restart(requireCluster(), program, signal);
    }
  }
  await goOn();
  sending.abort();
  await senders;

  for (const id of batches) {
    const batch = await until(`batch ${id} has ended`, () => readEnded<BatchResource>(`/v1/batches/${id}`), 180_000);
    expect(batch).toMatchObject({ status: 'completed', counts: { completed: 20 } });
  }
  const versions = new Map<string, number[]>();
  for (const id of accepted) {
    const event = await until(`${id} has ended`, () => readEnded<EventResource>(`/v1/events/${id}`), 180_000);
    expect([id, event.status]).toEqual([id, 'completed']);
    const { subject, version } = event;
    if (version !== null && version !== undefined) versions.set(String(subject), [...(versions.get(String(subject)) ?? []), version]);
  }
  // Each changed its subject once.
  for (const of of versions.values()) expect(new Set(of).size).toBe(of.length);
  const told = (): ReadonlySet<string> =>
    new Set(receiver.requests.map(({ text }) => (JSON.parse(text) as { readonly data: { readonly id: string } }).data.id));
  const untold = (): readonly string[] => [...accepted, ...batches].filter((id) => !told().has(id));
  await until('all are told of', async () => untold().length === 0, 180_000).catch(() => undefined);
  expect(untold()).toEqual([]);
});

/** @returns the id of what was acknowledged, null where the service wasn't there or refused it for now */
async function submit(index: number): Promise<string | null> {
  const id = randomUUID();
  const callback = { url: receiver.url };
  const events = [
    { type: 'noise', data: { intensity: 0.3 }, callback },
    { type: 'noise', id, data: { intensity: 0.3 }, callback },
    { type: 'test-slow-work', id, data: { ms: 100 }, callback },
    { type: 'test-summed', subject: `faults-${index % SUBJECTS}`, id, data: { add: 1 }, callback },
  ];
  return post('/v1/events', index, events[index % events.length] ?? {});
}

async function submitBatch(): Promise<string> {
  const events = Array.from({ length: 20 }, () => ({ type: 'noise', data: { intensity: 0.3 } }));
  const batch = { id: randomUUID(), events, callback: { url: receiver.url } };
  const answered = await until(
    'a batch is accepted',
    async () => {
      const id = await post('/v1/batches', 0, batch);
      return id ?? false;
    },
    180_000,
  );
  return answered;
}

async function post(path: string, index: number, body: object): Promise<string | null> {
  const response = await fetch(`${urls[index % urls.length] ?? ''}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  }).catch(() => null);
  if (response?.status !== 202) {
    // Nothing but "come back later".
    if (response !== null) expect([path, response.status, response.status === 503 || (await response.text())]).toEqual([path, 503, true]);
    return null;
  }
  return ((await response.json()) as { readonly id: string }).id;
}

async function readEnded<Resource extends { readonly completedAt: string | null }>(path: string): Promise<Resource | false> {
  const response = await fetch(`${urls[0] ?? ''}${path}`, { signal: AbortSignal.timeout(30_000) }).catch(() => null);
  if (response?.status === 404) throw new Error(`${path} is not found: ${await response.text()}`);
  if (response?.status !== 200) return false;
  const resource = (await response.json()) as Resource;
  return resource.completedAt !== null && resource;
}

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LimitResource } from '../../domain/limit-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { startChild } from '../support/child-process.ts';
import type { Child } from '../support/child-process.ts';
import { engineVariables } from '../support/cluster.ts';
import { testEngine } from '../support/test-engine.ts';
import { startOverlapRecorder } from '../support/overlap-recorder.ts';
import type { OverlapRecorder } from '../support/overlap-recorder.ts';
import { proof } from '../support/proof.ts';
import { WEBHOOK_SECRET } from '../support/service.ts';
import { freePort } from '../support/service-process.ts';
import { until } from '../support/until.ts';

const CAP = 5;
const size = proof({ reduced: { events: 25, killForMs: 5_000 }, full: { events: 200, killForMs: 60_000 } });
const KILL_EVERY_MS = 2_000;

interface Member {
  child: Child;
  readonly start: () => Child;
}

let recorder: OverlapRecorder;
let apiUrls: readonly string[];
let members: Member[];

beforeEach(async () => {
  recorder = await startOverlapRecorder();
  const env = { ...engineVariables(testEngine()), WEBHOOK_SECRETS: WEBHOOK_SECRET, MAX_CONCURRENT_TASKS: String(CAP) };
  const ports = [await freePort(), await freePort()];
  apiUrls = ports.map((port) => `http://127.0.0.1:${port}`);
  const starts = [
    ...ports.map((port) => () => startChild('api-main.ts', { ...env, PORT: String(port) })),
    ...Array.from({ length: 3 }, () => () => startChild('worker-main.ts', env)),
  ];
  members = starts.map((start) => ({ child: start(), start }));
  for (const url of apiUrls) await until(`${url} is ready`, async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok, 90_000);
});

afterEach(async () => {
  for (const { child } of members) child.kill('SIGTERM');
  await Promise.all(members.map(({ child }) => child.exited));
  recorder.close();
});

it('holds the cap over two APIs and three workers while any of them is killed, and leaks no permit', async () => {
  const ids = Array.from({ length: size.events }, (_, index) => `cap-${index}`);
  const killing = killAtRandom();
  await Promise.all(ids.map(submit));
  await killing;
  const events: EventResource[] = [];
  for (const id of ids) events.push(await ended(id));

  expect(events.filter(({ status }) => status !== 'completed')).toEqual([]);
  expect(recorder.highest).toBeGreaterThan(1);
  expect(recorder.highest).toBeLessThanOrEqual(CAP);
  expect(recorder.visits.size).toBe(size.events);
  const limit = await until('all permits are back', async () => {
    const current = (await (await fetchAny('/v1/limits/tasks')).json()) as LimitResource;
    return current.holders.length === 0 && current;
  });
  expect(limit).toMatchObject({ capacity: CAP, holders: [], waiting: 0 });
}, 300_000);

/** Another one every two seconds; it is started again at once. */
async function killAtRandom(): Promise<void> {
  const endMs = Date.now() + size.killForMs;
  let index = 0;
  while (Date.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, KILL_EVERY_MS));
    // In turn over all of them, so that a run at reduced size kills of both kinds.
    index = (index + 3) % members.length;
    const member = members[index];
    if (!member) continue;
    member.child.kill('SIGKILL');
    await member.child.exited;
    member.child = member.start();
  }
}

async function submit(id: string): Promise<void> {
  const body = JSON.stringify({ type: 'test-recorded-work', id, data: { port: recorder.port, ms: 300 } });
  await until(`"${id}" is accepted`, async () => {
    const response = await fetchAny('/v1/events', { method: 'POST', headers: { 'content-type': 'application/json' }, body }).catch(
      () => null,
    );
    return response?.status === 202;
  });
}

async function ended(id: string): Promise<EventResource> {
  return until(
    `"${id}" has ended`,
    async () => {
      const response = await fetchAny(`/v1/events/${id}`).catch(() => null);
      const event = response?.ok ? ((await response.json()) as EventResource) : null;
      return event?.completedAt ? event : null;
    },
    120_000,
  );
}

/** From whichever API answers. */
async function fetchAny(path: string, init?: RequestInit): Promise<Response> {
  const [first = '', second = ''] = apiUrls;
  return fetch(`${first}${path}`, init).catch(() => fetch(`${second}${path}`, init));
}

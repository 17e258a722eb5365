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
const DEAF = 'test-recorded-deaf-work';
const size = proof({ reduced: { events: 25, kills: 2 }, full: { events: 200, kills: 30 } });
// What a killed worker had under way is missed after half a minute; a process that starts beside others takes its time.
const DEADLINE_MS = 120_000;

interface Member {
  child: Child;
  readonly start: () => Child;
  /** Of an API. */
  readonly url: string | null;
}

let recorder: OverlapRecorder;
let apiUrls: readonly string[];
let members: Member[] = [];

beforeEach(async () => {
  recorder = await startOverlapRecorder();
  const env = {
    ...engineVariables(testEngine()),
    WEBHOOK_SECRETS: WEBHOOK_SECRET,
    MAX_CONCURRENT_TASKS: String(CAP),
    HANDLER_GRACE_MS: '200',
  };
  const ports = [await freePort(), await freePort()];
  apiUrls = ports.map((port) => `http://127.0.0.1:${port}`);
  const join = (start: () => Child, url: string | null): Member => ({ child: start(), start, url });
  members = [
    ...ports.map((port, index) => join(() => startChild('api-main.ts', { ...env, PORT: String(port) }), apiUrls[index] ?? null)),
    ...Array.from({ length: 3 }, () => join(() => startChild('worker-main.ts', env), null)),
  ];
  await Promise.all(members.map(isReady));
});

afterEach(async () => {
  for (const { child } of members) child.kill('SIGTERM');
  await Promise.all(members.map(({ child }) => child.exited));
  recorder.close();
});

it('holds the cap over two APIs and three workers while any of them is killed and handlers listen to nobody, and leaks no permit', async () => {
  const ids = Array.from({ length: size.events }, (_, index) => `cap-${index}`);
  const giveUp = new AbortController();
  const killing = killInTurn(giveUp.signal);
  // Looked at after what comes first.
  killing.catch(() => undefined);
  const events: EventResource[] = [];
  try {
    await Promise.all(ids.map(submit));
    for (const id of ids) events.push(await ended(id));
  } catch (error) {
    giveUp.abort();
    throw error;
  } finally {
    // Else it would go on to start processes after all were ended.
    await killing;
  }

  expect(events.filter(({ status, type }) => (status === 'completed') === (type === DEAF))).toEqual([]);
  expect(recorder.highest).toBeGreaterThan(1);
  expect(recorder.highest).toBeLessThanOrEqual(CAP);
  expect(recorder.visits.size).toBe(size.events);
  const limit = await until('all permits are back', async () => {
    const current = (await (await fetchAny('/v1/limits/tasks')).json()) as LimitResource;
    return current.holders.length === 0 && current;
  });
  expect(limit).toMatchObject({ capacity: CAP, holders: [], waiting: 0 });
}, 900_000);

/** One after the other, each when work has gone on since the last: however long a start takes, an API and its events are left. */
async function killInTurn(giveUp: AbortSignal): Promise<void> {
  for (let kills = 1; kills <= size.kills && !giveUp.aborted; kills += 1) {
    const before = recorder.visits.size;
    const goesOn = async (): Promise<boolean> => giveUp.aborted || recorder.visits.size > before || before === size.events;
    await until('work goes on', goesOn, DEADLINE_MS);
    // In turn over all of them, so that a run at reduced size kills of both kinds.
    const member = members[(kills * 3) % members.length];
    if (member === undefined || giveUp.aborted) return;
    member.child.kill('SIGKILL');
    await member.child.exited;
    member.child = member.start();
    await isReady(member);
  }
}

/** An API that answers; a worker has nothing to ask. */
async function isReady({ url }: Member): Promise<void> {
  if (url !== null) await until(`${url} is ready`, async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok, DEADLINE_MS);
}

async function submit(id: string): Promise<void> {
  // What listens to nobody is at work until its process is gone, and so is its permit.
  const isDeaf = Number(id.split('-')[1]) % 5 === 4;
  const body = JSON.stringify({ type: isDeaf ? DEAF : 'test-recorded-work', id, data: { port: recorder.port, ms: isDeaf ? 60_000 : 300 } });
  const headers = { 'content-type': 'application/json' };
  const isAccepted = async (): Promise<boolean> => {
    const response = await fetchAny('/v1/events', { method: 'POST', headers, body }).catch(() => null);
    return response?.status === 202;
  };
  await until(`"${id}" is accepted`, isAccepted, DEADLINE_MS);
}

async function ended(id: string): Promise<EventResource> {
  return until(
    `"${id}" has ended`,
    async () => {
      const response = await fetchAny(`/v1/events/${id}`).catch(() => null);
      const event = response?.ok ? ((await response.json()) as EventResource) : null;
      return event?.completedAt ? event : null;
    },
    DEADLINE_MS,
  );
}

/** From whichever API answers. */
async function fetchAny(path: string, init?: RequestInit): Promise<Response> {
  const [first = '', second = ''] = apiUrls;
  return fetch(`${first}${path}`, init).catch(() => fetch(`${second}${path}`, init));
}

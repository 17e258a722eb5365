import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { startChild } from '../support/child-process.ts';
import type { Child } from '../support/child-process.ts';
import { engineVariables } from '../support/cluster.ts';
import { testEngine } from '../support/test-engine.ts';
import { proof } from '../support/proof.ts';
import { WEBHOOK_SECRET } from '../support/service.ts';
import { freePort } from '../support/service-process.ts';
import { until } from '../support/until.ts';

const SUBJECTS = 20;
const EVENTS = 2_000;
// Each of them is killed several times.
const KILL_EVERY = 150;
// Histories fill up, so that subjects continue as new in between.
const NOTE = 'x'.repeat(8_000);

interface Member {
  child: Child;
  readonly start: () => Child;
}

let urls: readonly string[];
let members: Member[];

beforeEach(async () => {
  const env = { ...engineVariables(testEngine()), WEBHOOK_SECRETS: WEBHOOK_SECRET };
  const ports = [await freePort(), await freePort()];
  urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const starts = [
    ...ports.map((port) => () => startChild('api-main.ts', { ...env, PORT: String(port) })),
    () => startChild('worker-main.ts', env),
  ];
  members = starts.map((start) => ({ child: start(), start }));
  for (const url of urls) await until(`${url} is ready`, async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok, 90_000);
});

afterEach(async () => {
  for (const { child } of members) child.kill('SIGTERM');
  await Promise.all(members.map(({ child }) => child.exited));
});

// Three processes take longer to start than a test may: the smaller one is subject-crash.test.ts.
it.runIf(proof({ reduced: false, full: true }))(
  'applies each event exactly once over two APIs and a worker, each killed in turn, through continuing as new',
  async () => {
    const recorded = new Map<string, EventResource[]>();
    const left = Array.from({ length: EVENTS }, (_, index) => index);
    let answered = 0;
    const sender = async (): Promise<void> => {
      for (let index = left.shift(); index !== undefined; index = left.shift()) {
        const subject = `cluster-${index % SUBJECTS}`;
        const resource = await send({ type: 'test-summed', subject, id: `event-${index}`, data: { add: 1, note: NOTE } }, index);
        recorded.set(subject, [...(recorded.get(subject) ?? []), resource]);
        answered += 1;
      }
    };
    const sending = Promise.all(Array.from({ length: 40 }, sender));
    for (let kills = 1; kills * KILL_EVERY < EVENTS; kills += 1) {
      await until('so many are answered', async () => answered >= kills * KILL_EVERY, 120_000);
      const member = members[kills % members.length];
      if (member === undefined) continue;
      member.child.kill('SIGKILL');
      await member.child.exited;
      member.child = member.start();
    }
    await sending;

    const runs = new Set<string>();
    for (const [subject, resources] of recorded) {
      const versions = resources.map(({ version }) => version ?? 0).toSorted((a, b) => a - b);
      expect(versions).toEqual(Array.from({ length: EVENTS / SUBJECTS }, (_, index) => index + 1));
      const state = await until('it is read', async () => {
        const response = await fetch(`${urls[0] ?? ''}/v1/subjects/test-sum/${subject}`).catch(() => null);
        return response?.ok && ((await response.json()) as object);
      });
      expect(state).toMatchObject({ version: versions.length, state: { sum: versions.length } });
      for (const { workflow } of resources) runs.add(workflow.runId);
    }
    expect(recorded.size).toBe(SUBJECTS);
    expect(runs.size).toBeGreaterThan(SUBJECTS);
  },
  600_000,
);

/** Sends an event under the same id, to one API after the other, until it is answered with its result. */
async function send(event: object, first: number): Promise<EventResource> {
  let attempt = first;
  return until<EventResource>(
    'the event is answered',
    async () => {
      const url = urls[attempt % urls.length] ?? '';
      attempt += 1;
      const headers = { 'content-type': 'application/json', prefer: 'wait=10' };
      const response = await fetch(`${url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(event) }).catch(() => null);
      return response?.status === 200 && ((await response.json().catch(() => null)) as EventResource | null);
    },
    120_000,
  );
}

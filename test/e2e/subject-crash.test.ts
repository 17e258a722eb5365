import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { proof } from '../support/proof.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

const SUBJECTS = proof({ reduced: 5, full: 20 });
const EVENTS = proof({ reduced: 200, full: 2_000 });
// By events answered, not by time: a slow machine is killed as often in the middle as a quick one.
const KILL_EVERY = proof({ reduced: 100, full: 200 });

let dataDirectory: string;
let receiver: Receiver;
let service: ServiceProcess;
let port: number;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-subject-crash-'));
  receiver = await startReceiver();
  port = await freePort();
  service = await startServiceProcess({ dataDirectory, port });
});

afterEach(async () => {
  service.kill('SIGTERM');
  await service.exited;
  await receiver.close();
  await rm(dataDirectory, { recursive: true, force: true });
});

it('applies each acknowledged event exactly once, with versions without gaps, and calls back for each, when the service is killed again and again', async () => {
  const versions = new Map<string, number[]>();
  const left = Array.from({ length: EVENTS }, (_, index) => index);
  let answered = 0;
  const sender = async (): Promise<void> => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) {
      const subject = `subject-${index % SUBJECTS}`;
      const { version } = await send({
        type: 'test-summed',
        subject,
        id: `event-${index}`,
        data: { add: 1 },
        callback: { url: receiver.url },
      });
      versions.set(subject, [...(versions.get(subject) ?? []), version ?? 0]);
      answered += 1;
    }
  };
  const sending = Promise.all(Array.from({ length: 20 }, sender));
  for (let kills = 1; kills * KILL_EVERY < EVENTS; kills += 1) {
    await until('so many are answered', async () => answered >= kills * KILL_EVERY, 60_000);
    service.kill('SIGKILL');
    await service.exited;
    service = await startServiceProcess({ dataDirectory, port });
  }
  await sending;

  expect(versions.size).toBe(SUBJECTS);
  for (const [subject, recorded] of versions) {
    const expected = Array.from({ length: recorded.length }, (_, index) => index + 1);
    expect(recorded.toSorted((a, b) => a - b)).toEqual(expected);
    const state = await (await fetch(`${service.url}/v1/subjects/test-sum/${subject}`)).json();
    expect(state).toMatchObject({ version: recorded.length, state: { sum: recorded.length } });
  }
  // What was under way in a process that was killed is sent again once the engine has missed it for 10 s.
  await receiver.waitFor((requests) => new Set(requests.map(({ headers }) => headers['webhook-id'])).size === EVENTS, 120_000);
}, 600_000);

/** Sends an event under the same id until it is answered with its result. */
async function send(event: object): Promise<EventResource> {
  return until<EventResource>(
    'the event is answered',
    async () => {
      const headers = { 'content-type': 'application/json', prefer: 'wait=10' };
      const response = await fetch(`${service.url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(event) }).catch(() => null);
      return response?.status === 200 && ((await response.json().catch(() => null)) as EventResource | null);
    },
    90_000,
  );
}

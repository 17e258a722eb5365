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

const { KILLS, EACH } = proof({ reduced: { KILLS: 2, EACH: 4 }, full: { KILLS: 10, EACH: 60 } });
// A process that starts beside others takes its time.
const DEADLINE_MS = 60_000;
const TIMEOUT_MS = 15 * 60_000;

/** What is sent, and what has to come of it, whatever is killed. */
const WAYS = [
  ['test-ordered', {}, 'completed', { quick: 'completed', other: 'completed', 'after-quick': 'completed' }],
  [
    'test-handled-together',
    { behave: { other: 'fail-once' } },
    'completed',
    { quick: 'completed', other: 'completed', 'after-quick': 'completed' },
  ],
  ['test-topic', { behave: { quick: 'refuse' } }, 'partial', { quick: 'failed', other: 'completed', 'after-quick': 'cancelled' }],
  ['test-handled-slowly', { call: ['heavy', 'limited'] }, 'completed', { heavy: 'completed', limited: 'completed', quick: 'completed' }],
  ['test-handled-of-subject', { behave: { other: 'fail-once' } }, 'completed', { other: 'completed', 'after-quick': 'completed' }],
] as const;

let dataDirectory: string;
let receiver: Receiver;
let service: ServiceProcess;
let port: number;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-handlers-'));
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

it(
  'brings each event and each of its handlers to one verdict, though the service is killed again and again',
  async () => {
    const events = WAYS.flatMap((way) => Array.from({ length: EACH }, () => way));
    const sent = Promise.all(events.map((way, index) => submit(`order-${index}`, way)));
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await receiver.waitFor(() => receiver.requests.length >= (kill * events.length) / (2 * KILLS), DEADLINE_MS);
      service.kill('SIGKILL');
      await service.exited;
      service = await startServiceProcess({ dataDirectory, port });
    }
    const ids = await sent;

    for (const [index, [type, , status, handlers]] of events.entries()) {
      const event = await calledBack(ids[index] ?? '');
      const came = Object.fromEntries(Object.keys(handlers).map((name) => [name, event.handlers[name]?.status]));
      expect([type, event.status, came]).toEqual([type, status, handlers]);
    }
    // One verdict each, however often it was told.
    const verdicts = new Map<string, Set<unknown>>();
    for (const { text, headers } of receiver.requests) {
      const { data } = JSON.parse(text) as { readonly data: EventResource };
      verdicts.set(data.id, (verdicts.get(data.id) ?? new Set()).add(headers['webhook-id']));
    }
    expect([...verdicts.values()].map(({ size }) => size)).toEqual(events.map(() => 1));
    // What has failed for good is found once, by itself.
    const failed = await until('those that failed are listed', async () => {
      const answer = await fetch(`${service.url}/v1/events?status=failed&limit=200`);
      const { items } = (await answer.json()) as { readonly items: readonly EventResource[] };
      return items.length >= EACH && items;
    });
    expect(failed.map(({ handlerOf }) => handlerOf?.name)).toEqual(Array.from({ length: EACH }, () => 'quick'));
    expect(new Set(failed.map(({ handlerOf }) => handlerOf?.id)).size).toBe(EACH);
  },
  TIMEOUT_MS,
);

/** Sends it again until it is acknowledged; resolves with its id. */
async function submit(id: string, [type, data]: (typeof WAYS)[number]): Promise<string> {
  const subject = type === 'test-handled-of-subject' ? { subject: 'killed' } : {};
  // While the service is killed again and again, it may be gone each time that this one is sent.
  return until(
    `"${id}" is acknowledged`,
    async () => {
      try {
        const response = await fetch(`${service.url}/v1/events`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ type, id, data, ...subject, callback: { url: receiver.url } }),
        });
        return response.ok && ((await response.json()) as { readonly id: string }).id;
      } catch {
        return null;
      }
    },
    KILLS * DEADLINE_MS,
  );
}

async function calledBack(id: string): Promise<EventResource> {
  return until(
    `"${id}" is called back`,
    async () => {
      const event = (await (await fetch(`${service.url}/v1/events/${id}`)).json()) as EventResource;
      return event.callback.status === 'delivered' && event;
    },
    DEADLINE_MS,
  );
}

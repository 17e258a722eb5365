import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DestinationResource } from '../../api/destination-service.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { proof } from '../support/proof.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { enginePid, freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

type Victim = 'the service' | 'the engine' | 'both';

const size = proof<{ readonly events: number; readonly victims: readonly Victim[] }>({
  reduced: { events: 12, victims: ['both'] },
  full: { events: 300, victims: ['the service', 'the engine', 'both'] },
});
const DEADLINE_MS = 120_000;

interface Delivery {
  readonly at: string;
  readonly status: number | null;
  readonly error: string | null;
}

let dataDirectory: string;
let receiver: Receiver;
let service: ServiceProcess;
let port: number;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-callbacks-'));
  receiver = await startReceiver();
  port = await freePort();
  service = await start();
});

afterEach(async () => {
  service.kill('SIGTERM');
  await service.exited;
  await receiver.close();
  await rm(dataDirectory, { recursive: true, force: true });
});

it.each(size.victims)(
  'delivers all, and keeps the record of every attempt, when %s is killed between the attempts',
  async (victim) => {
    // First refused, then taken without its acknowledgement, then acknowledged: too few failures in a row to park any.
    const receivers = await Promise.all(Array.from({ length: size.events / 2 }, () => startReceiver()));
    const received = new Map<string, number>();
    for (const one of receivers) {
      one.respond(({ headers }) => {
        const id = String(headers['webhook-id']);
        received.set(id, (received.get(id) ?? 0) + 1);
        return ([500, 'reset'] as const)[(received.get(id) ?? 0) - 1] ?? 200;
      });
    }
    const ids = Array.from({ length: size.events }, (_, index) => `callback-${index}`);
    await Promise.all(ids.map((id, index) => submit(id, receivers[index % receivers.length])));
    await until('half of them were tried', async () => received.size >= size.events / 2, DEADLINE_MS);
    const before = new Map(await Promise.all(ids.map(async (id) => [id, await deliveries(id)] as const)));
    await kill(victim);

    for (const id of ids) {
      await settled(id, 'delivered');
      const after = await deliveries(id);
      expect(after.slice(0, before.get(id)?.length)).toEqual(before.get(id));
      expect(after.at(-1)).toMatchObject({ status: 200, error: null });
    }
    expect(received.size).toBe(size.events);
    await Promise.all(receivers.map((one) => one.close()));
  },
  DEADLINE_MS * 2,
);

it(
  'keeps what is parked, and delivers it when the destination is well again, although the service was killed',
  async () => {
    receiver.respond(() => 503);
    const ids = Array.from({ length: size.events }, (_, index) => `parked-${index}`);
    await Promise.all(ids.map((id) => submit(id)));
    for (const id of ids) await settled(id, 'parked');
    await kill('the service');
    const [destination] = await until('the destination is listed', async () => {
      const response = await fetch(`${service.url}/v1/destinations`);
      const { items } = (await response.json()) as { readonly items: readonly DestinationResource[] };
      return items[0]?.parked === size.events && items;
    });
    receiver.respond(() => 200);
    for (const id of ids) await settled(id, 'delivered');

    expect(destination).toMatchObject({ origin: receiver.url, state: 'parked' });
    const delivered = receiver.requests.slice(-size.events).map(({ headers }) => headers['webhook-id']);
    expect(new Set(delivered).size).toBe(size.events);
  },
  DEADLINE_MS * 2,
);

async function start(): Promise<ServiceProcess> {
  return startServiceProcess({
    dataDirectory,
    port,
    env: { CALLBACK_SCHEDULE: Array(30).fill('500ms').join(), CALLBACK_PROBE_AFTER: '500ms', CALLBACK_RESUME_RATE: '100' },
  });
}

async function submit(id: string, { url } = receiver): Promise<void> {
  const body = JSON.stringify({ type: 'noise', id, data: { intensity: 0.3 }, callback: { url } });
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  await until(
    `"${id}" is accepted`,
    async () => (await fetch(`${service.url}/v1/events`, request).catch(() => null))?.status === 202,
    DEADLINE_MS,
  );
}

async function kill(victim: Victim): Promise<void> {
  if (victim !== 'the service') process.kill(await enginePid(dataDirectory), 'SIGKILL');
  if (victim === 'the engine') return;
  service.kill('SIGKILL');
  await service.exited;
  service = await start();
}

async function deliveries(id: string): Promise<readonly Delivery[]> {
  // The engine may be away, or have too much to do for so many readers.
  return until(
    `the deliveries of "${id}" are read`,
    async () => {
      const response = await fetch(`${service.url}/v1/events/${id}/deliveries`).catch(() => null);
      return response?.ok && ((await response.json()) as { readonly items: readonly Delivery[] }).items;
    },
    DEADLINE_MS,
  );
}

async function settled(id: string, status: EventResource['callback']['status']): Promise<void> {
  await until(
    `the callback of "${id}" is ${status}`,
    async () => {
      const response = await fetch(`${service.url}/v1/events/${id}`).catch(() => null);
      return response?.ok && ((await response.json()) as EventResource).callback.status === status;
    },
    DEADLINE_MS,
  );
}

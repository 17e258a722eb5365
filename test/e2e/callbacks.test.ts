import { expect, it } from 'vitest';
import type { DestinationResource } from '../../domain/destination-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { proof } from '../support/proof.ts';
import { startReceiver } from '../support/receiver.ts';
import { enginePid } from '../support/service-engine.ts';
import { until } from '../support/until.ts';
import { useServiceProcess } from '../support/use-service-process.ts';
import { useReceiver } from '../support/use-service.ts';

type Victim = 'the service' | 'the engine' | 'the engine, again and again,' | 'everything';

const size = proof<{ readonly events: number; readonly victims: readonly Victim[] }>({
  reduced: { events: 12, victims: ['everything'] },
  full: { events: 300, victims: ['the service', 'the engine', 'the engine, again and again,', 'everything'] },
});
// Without any progress; a machine that is slow gets on nevertheless.
const DEADLINE_MS = 120_000;
const TEST_TIMEOUT_MS = 900_000;

interface Delivery {
  readonly at: string;
  readonly status: number | null;
  readonly error: string | null;
}

const service = useServiceProcess({
  CALLBACK_SCHEDULE: Array(30).fill('500ms').join(),
  CALLBACK_PROBE_AFTER: '500ms',
  CALLBACK_RESUME_RATE: '100',
});
const receiver = useReceiver();

it.each(size.victims)(
  'delivers all, and keeps the record of every attempt, when %s is killed between the attempts',
  async (victim) => {
    // First refused, then taken without its acknowledgement, then acknowledged: too few failures in a row to park any.
    const receivers = await Promise.all(Array.from({ length: size.events / 2 }, () => startReceiver()));
    const answered = new Map<string, (string | null)[]>();
    for (const one of receivers) {
      one.respond(({ text }) => {
        const { id } = (JSON.parse(text) as { readonly data: EventResource }).data;
        const before = answered.get(id) ?? [];
        answered.set(id, [...before, (['http_500', 'reset'] as const)[before.length] ?? null]);
        return ([500, 'reset'] as const)[before.length] ?? 200;
      });
    }
    const ids = Array.from({ length: size.events }, (_, index) => `callback-${index}-${victim.replaceAll(/\W+/g, '-')}`);
    await Promise.all(ids.map((id, index) => submit(id, receivers[index % receivers.length])));
    await until('half of them were tried', async () => answered.size >= size.events / 2, DEADLINE_MS);
    // Of a few, so that the others aren't all over by then.
    const sample = ids.filter((_, index) => index % 10 === 0);
    const before = new Map(await Promise.all(sample.map(async (id) => [id, await deliveries(id)] as const)));
    await kill(victim);

    for (const id of ids) {
      await settled(id, 'delivered', () => receivers.reduce((sum, { requests }) => sum + requests.length, 0));
      const after = await deliveries(id);
      expect(after.slice(0, before.get(id)?.length ?? 0)).toEqual(before.get(id) ?? []);
      expect(recordsOf(answered.get(id) ?? [], victim)).toContainEqual(after.map(({ error }) => error));
      expect(after.at(-1)).toMatchObject({ status: 200 });
    }
    await Promise.all(receivers.map((one) => one.close()));
  },
  TEST_TIMEOUT_MS,
);

it(
  'keeps what is parked, and delivers it when the destination is well again, although the service was killed',
  async () => {
    receiver.respond(() => 503);
    const ids = Array.from({ length: size.events }, (_, index) => `parked-${index}`);
    await Promise.all(ids.map((id) => submit(id)));
    for (const id of ids) await settled(id, 'parked', () => receiver.requests.length);
    await kill('the service');
    const [destination] = await until(
      'all are listed as parked',
      async () => {
        const response = await fetch(`${service.url}/v1/destinations`).catch(() => null);
        if (!response?.ok) return null;
        const { items } = (await response.json()) as { readonly items: readonly DestinationResource[] };
        return items[0]?.parked === size.events && items;
      },
      DEADLINE_MS,
    );
    const taken: unknown[] = [];
    receiver.respond(({ headers }) => {
      taken.push(headers['webhook-id']);
      return 200;
    });
    // By now its pauses are long.
    await fetch(`${service.url}/v1/destinations/${encodeURIComponent(receiver.url)}/resume`, { method: 'POST' });
    for (const id of ids) await settled(id, 'delivered', () => receiver.requests.length);

    expect(destination).toMatchObject({ origin: receiver.url, state: 'open' });
    expect(new Set(taken).size).toBe(size.events);
    expect(taken).toHaveLength(size.events);
  },
  TEST_TIMEOUT_MS,
);

/**
 * What may be on record of these answers. Of a process that was killed nobody knows what it was told a moment before; of a
 * delivery that can be one attempt. One that lives has told all, however long the engine was away.
 */
function recordsOf(answers: readonly (string | null)[], victim: Victim): readonly (readonly (string | null)[])[] {
  const isProcess = victim === 'the service' || victim === 'everything';
  return [answers, ...(isProcess ? answers.map((_, index) => answers.toSpliced(index, 1)) : [])];
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
  if (victim !== 'the service') await killEngine(victim === 'the engine, again and again,' ? 15_000 : 0);
  if (victim.startsWith('the engine')) return;
  service.kill('SIGKILL');
  await service.exited;
  await service.startAgain();
}

/** Longer than the SDK tries to tell the engine of an outcome: 10 s. */
async function killEngine(forMs: number): Promise<void> {
  const endMs = Date.now() + forMs;
  let killed = await enginePid(service.dataDirectory);
  process.kill(killed, 'SIGKILL');
  while (Date.now() < endMs) {
    killed = await until('the engine is started again', async () => {
      const pid = await enginePid(service.dataDirectory).catch(() => killed);
      return pid !== killed && pid;
    });
    process.kill(killed, 'SIGKILL');
  }
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

/** Waits for as long as any receiver hears of anything. */
async function settled(id: string, status: EventResource['callback']['status'], heard: () => number): Promise<void> {
  const probe = async (): Promise<boolean> => {
    const response = await fetch(`${service.url}/v1/events/${id}`).catch(() => null);
    return response?.ok === true && ((await response.json()) as EventResource).callback.status === status;
  };
  for (;;) {
    const before = heard();
    try {
      await until(`the callback of "${id}" is ${status}`, probe, DEADLINE_MS);
      return;
    } catch (error) {
      if (heard() === before) throw error;
    }
  }
}

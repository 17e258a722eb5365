import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { DeadLetterResource } from '../../domain/dead-letter-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { proof } from '../support/proof.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

const { EVENTS, KILLS } = proof({ reduced: { EVENTS: 40, KILLS: 1 }, full: { EVENTS: 400, KILLS: 6 } });
// A process that starts beside others takes its time.
const DEADLINE_MS = 60_000;
const TIMEOUT_MS = 10 * 60_000;

let dataDirectory: string;
let receiver: Receiver;
let service: ServiceProcess;
let port: number;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-dead-letters-'));
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
  'counts what has died, and replays each once, however often the service is killed meanwhile',
  async () => {
    const file = join(dataDirectory, 'mended');
    const ids = Array.from({ length: EVENTS }, (_, index) => `dead-${index}`);
    for (const id of ids) await post('/v1/events', { type: 'test-mended', id, data: { file }, callback: { url: receiver.url } });
    await letters((found) => found[0]?.count === EVENTS);
    await kill();
    // Nothing of it was in a process alone.
    const [letter] = await letters((found) => found[0]?.count === EVENTS);
    await writeFile(file, '');

    const replay = `/v1/dead-letters/${letter?.cause}/replay`;
    const asked = post(replay, { ratePerSecond: EVENTS / 4 }, { 'idempotency-key': 'replay-all' }).catch(() => null);
    await kill();
    await asked;
    const { id } = await until(
      'it is asked for again',
      () => post(replay, { ratePerSecond: EVENTS / 4 }, { 'idempotency-key': 'replay-all' }).catch(() => null),
      DEADLINE_MS,
    );
    for (let kills = 1; kills < KILLS; kills += 1) {
      await until('it has got on', async () => (await batch(id)).counts.completed >= (kills * EVENTS) / (2 * KILLS), DEADLINE_MS);
      await kill();
    }
    const ended = await until(
      'it has ended',
      async () => {
        const found = await batch(id);
        return found.completedAt !== null && found;
      },
      DEADLINE_MS,
    );
    expect(ended).toMatchObject({ status: 'completed', counts: { total: EVENTS, completed: EVENTS } });

    await letters((found) => found.length === 0);
    await receiver.waitFor(() => new Set(runs().map(({ key }) => key)).size === 2 * EVENTS, DEADLINE_MS);
    // Each event has two runs, each of which has come to one verdict, however often it was told.
    expect(new Set(runs().map(({ key, verdict }) => `${key} ${verdict}`)).size).toBe(2 * EVENTS);
    for (const event of ids) expect(await get(`/v1/events/${event}`)).toMatchObject({ status: 'completed', run: 2 });
  },
  TIMEOUT_MS,
);

async function kill(): Promise<void> {
  service.kill('SIGKILL');
  await service.exited;
  service = await startServiceProcess({ dataDirectory, port });
}

function runs(): readonly { readonly key: string; readonly verdict: string }[] {
  return receiver.requests.map(({ text }) => {
    const { data } = JSON.parse(text) as { readonly data: EventResource };
    return { key: `${data.id} ${data.run}`, verdict: data.status };
  });
}

async function letters(isSo: (found: readonly DeadLetterResource[]) => boolean): Promise<readonly DeadLetterResource[]> {
  return until(
    'the dead letters are as they should be',
    async () => {
      const { items } = (await get('/v1/dead-letters')) as { readonly items: readonly DeadLetterResource[] };
      return isSo(items) && items;
    },
    DEADLINE_MS,
  );
}

async function batch(id: string): Promise<BatchResource> {
  return (await get(`/v1/batches/${id}`)) as BatchResource;
}

async function get(path: string): Promise<unknown> {
  // It answers 503 until it has its engine again.
  return until(`${path} is answered`, async () => {
    const response = await fetch(service.url + path).catch(() => null);
    return response?.ok === true && response.json();
  });
}

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<{ readonly id: string }> {
  const response = await fetch(service.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (response.status !== 202) throw new Error(`${path} is answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { readonly id: string };
}

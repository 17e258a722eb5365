import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { readEventStream } from '../../client/read-event-stream.ts';
import type { StreamEvent } from '../../client/read-event-stream.ts';
import type { EventSummary } from '../../domain/event-summary.ts';
import { startTestService } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { useService } from '../support/use-service.ts';

const KEYS = { API_KEYS: 'acme:key-of-the-tenant-acme,beta:key-of-the-tenant-beta' };
const service = useService(KEYS);

it('tells of each event as it ends, whatever way it runs, to its tenant alone', async () => {
  const mine = watch(service, 'acme');
  const others = watch(service, 'beta');
  await mine.connected;
  const ids = [
    ...(await Promise.all(Array.from({ length: 20 }, () => send('acme', { type: 'joy', data: { intensity: 0.3 } })))),
    await send('acme', { type: 'test-failing', data: { how: 'permanently' } }),
    await send('acme', { type: 'test-slow-work', data: { ms: 20 } }),
    await send('acme', { type: 'test-counted', subject: randomUUID(), data: { add: 1 } }),
  ];
  const batch = await send(
    'acme',
    {
      events: [
        { type: 'joy', data: { intensity: 0.3 } },
        { type: 'test-slow-work', data: { ms: 20 } },
        { type: 'test-counted', subject: randomUUID(), data: { add: 1 } },
      ],
    },
    '/v1/batches',
  );
  ids.push(...[0, 1, 2].map((index) => `${batch}_${index}`));
  await until('all are told of', async () => ids.every((id) => mine.ids().includes(id)));

  expect(mine.ids().toSorted()).toEqual(ids.toSorted());
  expect(mine.seen.map(({ event }) => event).filter((event) => event === 'failed')).toHaveLength(1);
  const summary = JSON.parse(mine.seen[0]?.data ?? '') as EventSummary;
  expect(summary).toMatchObject({ tenant: 'acme', callback: { status: 'none' } });
  expect(Object.keys(summary)).not.toEqual(expect.arrayContaining(['data']));
  expect(others.seen).toEqual([]);
  mine.stop();
  others.stop();
});

it('goes on after the last message that a client has seen, also at another process, and misses nothing', async () => {
  const first = watch(service, 'acme');
  await first.connected;
  const before = await send('acme', { type: 'joy', data: { intensity: 0.3 } });
  await until('it is told of', async () => first.ids().includes(before));
  first.stop();
  const missed = await send('acme', { type: 'joy', data: { intensity: 0.3 } });
  const lastEventId = first.seen.at(-1)?.id ?? '';

  const here = watch(service, 'acme', lastEventId);
  await until('what was missed comes', async () => here.ids().includes(missed));
  // This process knows what was seen, and tells nothing twice.
  expect(here.ids()).toEqual([missed]);
  here.stop();

  const other = await startTestService(KEYS);
  const there = watch(other, 'acme', lastEventId);
  await until('what was missed comes there, too', async () => there.ids().includes(missed));
  const after = await send('acme', { type: 'joy', data: { intensity: 0.3 } });
  await until('and what ends from then on', async () => there.ids().includes(after));
  expect(there.ids().filter((id) => id === missed)).toHaveLength(1);
  there.stop();
  await other.stop();
});

interface Watching {
  readonly seen: readonly StreamEvent[];
  readonly connected: Promise<void>;
  ids(): readonly string[];
  stop(): void;
}

function watch({ app }: TestService, tenant: string, lastEventId?: string): Watching {
  const seen: StreamEvent[] = [];
  let body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const connected = (async () => {
    const headers = { authorization: `Bearer key-of-the-tenant-${tenant}`, ...(lastEventId && { 'last-event-id': lastEventId }) };
    const response = await app.request('/v1/stream', { headers });
    expect(response.status).toBe(200);
    const source = response.body?.getReader();
    body = source;
    const piped = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const read = await source?.read();
        if (read?.value === undefined) controller.close();
        else controller.enqueue(read.value);
      },
    });
    void (async () => {
      for await (const event of readEventStream(piped)) seen.push(event);
    })();
  })();
  return {
    seen,
    connected,
    ids: () => seen.map(({ data }) => (JSON.parse(data) as EventSummary).id),
    stop: () => void body?.cancel(),
  };
}

async function send(tenant: string, body: object, path = '/v1/events'): Promise<string> {
  const headers = { authorization: `Bearer key-of-the-tenant-${tenant}`, 'content-type': 'application/json' };
  const response = await service.app.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBe(202);
  return ((await response.json()) as { readonly id: string }).id;
}

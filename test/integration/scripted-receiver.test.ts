import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeliveryStatus } from '../../domain/delivery.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver, ReceiverOptions, Reply, Responder } from '../support/receiver.ts';
import { selfSigned } from '../support/self-signed.ts';
import { startTestService } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { submitNoise } from '../support/submit-noise.ts';

let service: TestService;

beforeAll(async () => {
  const schedule = { CALLBACK_SCHEDULE: '100ms,100ms,100ms,100ms,100ms', CALLBACK_PROBE_AFTER: '300ms' };
  // Longer than a callback may ride.
  service = await startTestService(schedule, { attemptTimeoutMs: 1_500 });
});
afterAll(() => service.stop());

interface Script {
  readonly receiver?: ReceiverOptions;
  readonly respond?: Responder;
  readonly ends: DeliveryStatus;
  /** In the record; of one that stays parked, the first ones. */
  readonly attempts: readonly { readonly status: number | null; readonly error: string | null }[];
  readonly posts: number;
}

const OK = { status: 200, error: null };

/** These replies, then 200. */
function replying(...replies: readonly Reply[]): Responder {
  return (_request, index) => replies[index] ?? 200;
}

function failing(times: number, status: number | null, error: string): Script['attempts'] {
  return Array.from({ length: times }, () => ({ status, error }));
}

const scripts: readonly (readonly [what: string, script: Script])[] = [
  [
    'answers 500 three times',
    { respond: replying(500, 500, 500), ends: 'delivered', attempts: [...failing(3, 500, 'http_500'), OK], posts: 4 },
  ],
  ['always answers 404', { respond: () => 404, ends: 'failed', attempts: failing(6, 404, 'http_404'), posts: 6 }],
  ['hangs', { respond: replying('hang'), ends: 'delivered', attempts: [{ status: null, error: 'timeout' }, OK], posts: 2 }],
  [
    'breaks the connection off',
    { respond: replying('reset', 'reset'), ends: 'delivered', attempts: [...failing(2, null, 'reset'), OK], posts: 3 },
  ],
  ['never ends its answer', { respond: (_request, _index, response) => drip(response), ends: 'delivered', attempts: [OK], posts: 1 }],
  ['answers with 10 MB', { respond: () => ({ body: Buffer.alloc(10_000_000, 'x') }), ends: 'delivered', attempts: [OK], posts: 1 }],
  [
    'says 100, 102 and 103 before it answers',
    {
      respond: (_request, index, response) => hint(response, index),
      ends: 'delivered',
      attempts: [{ status: 500, error: 'http_500' }, OK],
      posts: 2,
    },
  ],
  [
    'points elsewhere',
    {
      respond: replying({ status: 302, headers: { location: 'http://127.0.0.1:9/' } }),
      ends: 'delivered',
      attempts: [{ status: 302, error: 'redirect' }, OK],
      posts: 2,
    },
  ],
  ['has a certificate of its own making', { receiver: { tls: selfSigned }, ends: 'parked', attempts: failing(5, null, 'tls'), posts: 0 }],
  ['is gone', { respond: () => 410, ends: 'failed', attempts: failing(1, 410, 'http_410'), posts: 1 }],
];

it.concurrent.each(scripts)(
  'keeps a true record of a receiver that %s',
  async (_what, { receiver: options, respond, ends, attempts, posts }) => {
    await withReceiver(options, async (receiver) => {
      if (respond !== undefined) receiver.respond(respond);
      const id = await submitNoise(service, receiver.url);
      await callbackIs(id, ends);
      // A delivery that is too busy to be asked is shown as it began.
      const { record, callback } = await until('its delivery says what it has done', async () => {
        const told = { record: await deliveries(id), callback: (await read(id)).callback };
        return Math.min(told.record.length, told.callback.attempts.length) >= attempts.length && told;
      });

      expect(record.slice(0, attempts.length)).toMatchObject(attempts);
      expect(callback.attempts.slice(0, attempts.length)).toMatchObject(attempts);
      if (ends !== 'parked') expect([record.length, callback.attempts.length]).toEqual([attempts.length, attempts.length]);
      expect(receiver.requests).toHaveLength(posts);
      expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(Math.min(1, posts));
      expect(new Set(receiver.requests.map(({ text }) => text)).size).toBe(Math.min(1, posts));
    });
  },
);

it.concurrent('waits for as long as a receiver that answers 429 asks it to', async () => {
  await withReceiver({}, async (receiver) => {
    receiver.respond(replying({ status: 429, headers: { 'retry-after': '1' } }));
    const id = await submitNoise(service, receiver.url);
    await callbackIs(id, 'delivered');
    const [first, second] = receiver.requests.map(({ receivedAtMs }) => receivedAtMs);

    expect(await deliveries(id)).toMatchObject([{ status: 429, error: 'http_429' }, OK]);
    // A timer and the clock may differ a little.
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990);
  });
});

it.concurrent('sends again under the same id what was taken but not acknowledged', async () => {
  await withReceiver({}, async (receiver) => {
    receiver.respond(replying('reset'));
    await callbackIs(await submitNoise(service, receiver.url), 'delivered');
    const [first, second] = receiver.requests;

    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.text).toBe(first?.text);
  });
});

it.concurrent('shows the event as completed to a receiver that reads it before it answers', async () => {
  await withReceiver({}, async (receiver) => {
    let seen: EventResource | undefined;
    receiver.respond(async ({ text }) => {
      seen = await read((JSON.parse(text) as { readonly data: EventResource }).data.id);
      return 200;
    });
    const id = await submitNoise(service, receiver.url);
    await callbackIs(id, 'delivered');

    expect(seen).toMatchObject({ id, status: 'completed', result: { action: expect.anything() } });
    expect(await deliveries(id)).toMatchObject([OK]);
  });
});

it.concurrent('delivers when a receiver is back that was down for longer than five attempts', async () => {
  const { port, url, close } = await startReceiver();
  await close();
  const id = await submitNoise(service, url);
  await callbackIs(id, 'parked');
  await withReceiver({ port }, async (receiver) => {
    await callbackIs(id, 'delivered');
    const record = await deliveries(id);

    expect(record.slice(0, 5)).toMatchObject(failing(5, null, 'refused'));
    expect(record.at(-1)).toMatchObject({ ...OK, reason: 'probe' });
    expect(receiver.requests).toHaveLength(1);
  });
});

async function withReceiver(options: ReceiverOptions | undefined, use: (receiver: Receiver) => Promise<void>): Promise<void> {
  const receiver = await startReceiver(options);
  try {
    await use(receiver);
  } finally {
    await receiver.close();
  }
}

function drip(response: Parameters<Responder>[2]): Reply {
  response.writeHead(200).write('thank ');
  return 'handled';
}

function hint(response: Parameters<Responder>[2], index: number): Reply {
  response.writeContinue();
  response.writeProcessing();
  response.writeEarlyHints({ link: '</style.css>; rel=preload' });
  return index === 0 ? 500 : 200;
}

async function read(id: string): Promise<EventResource> {
  return (await (await service.app.request(`/v1/events/${id}`)).json()) as EventResource;
}

async function deliveries(id: string): Promise<readonly { readonly status: number | null; readonly error: string | null }[]> {
  const response = await service.app.request(`/v1/events/${id}/deliveries`);
  return ((await response.json()) as { readonly items: Script['attempts'] }).items;
}

async function callbackIs(id: string, status: DeliveryStatus): Promise<EventResource> {
  return until(
    `the callback of "${id}" is ${status}`,
    async () => {
      const event = await read(id);
      return event.callback.status === status && event;
    },
    30_000,
  );
}

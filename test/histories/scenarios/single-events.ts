import { toChunk } from '../../../domain/chunk.ts';
import { chunkStart } from '../../../temporal/durable/chunk-start.ts';
import { WORKFLOWS } from '../../../temporal/durable/names.ts';
import { acceptedEvent } from '../../unit/domain/event-samples.ts';
import { destinationWorkflowId, limitWorkflowId } from '../../../temporal/durable/workflow-ids.ts';
import { until } from '../../support/until.ts';
import { withReceiver } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';

interface Scenario {
  readonly event: Readonly<Record<string, unknown>>;
  /** How many of its callbacks are answered with 503 at first. */
  readonly refusals?: number;
  /** What is asked of the service: to cancel it once it is under way, or to send its callback, or to run it, again. */
  readonly ask?: 'cancel' | 'redeliver' | 'replay';
  /** When it is to be cancelled; as soon as it waits or runs where nothing is said. */
  readonly at?: { readonly status: string; readonly stage: string };
}

const NOISE = { type: 'noise', data: { intensity: 0.3 } };

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'light-completed': { event: NOISE },
  'light-own-id': { event: { ...NOISE, id: 'own-1' } },
  'light-handed-over': { event: NOISE, refusals: 2 },
  'light-parked': { event: NOISE, refusals: 7 },
  'light-redelivered': { event: NOISE, ask: 'redeliver' },
  'light-failed': { event: { type: 'test-failing', data: { how: 'always' } } },
  'light-failed-for-good': { event: { type: 'test-failing', data: { how: 'permanently' } } },
  'light-retried': { event: { type: 'test-failing', data: { how: 'twice' } } },
  'light-retried-later': { event: { type: 'test-failing', data: { how: 'later' } } },
  'light-delayed': { event: { ...NOISE, delayMs: 300 } },
  'light-cancelled': { event: { ...NOISE, delayMs: 60_000 }, ask: 'cancel' },
  'light-replayed': { event: { type: 'test-quoted', data: { cents: 1, how: 'permanently' } }, ask: 'replay' },
  'light-recorded-first': { event: { type: 'test-recorded', data: {} } },
  'heavy-limited': { event: { type: 'test-per-host', data: { host: 'example.org', ms: 50 } } },
  'light-unknown-type': { event: { type: 'unknown', data: { intensity: 0.3 } } },
  'heavy-completed': { event: { type: 'test-slow-work', data: { ms: 100 } } },
  'heavy-handed-over': { event: { type: 'test-slow-work', data: { ms: 100 } }, refusals: 2 },
  // Nobody listens on port 1.
  'heavy-failed': { event: { type: 'test-recorded-work', data: { port: 1, ms: 100 } } },
  'heavy-delayed': { event: { type: 'test-slow-work', data: { ms: 100 }, delayMs: 300 } },
  'heavy-replayed': { event: { type: 'test-shipped', data: { cents: 1, how: 'permanently' } }, ask: 'replay' },
  'heavy-cancelled': { event: { type: 'test-slow-work', data: { ms: 60_000 } }, ask: 'cancel' },
  'light-cleaned-up': { event: { type: 'test-cleaned', data: {} }, ask: 'cancel', at: { status: 'waiting', stage: 'pay' } },
  'heavy-cleaned-up': {
    event: { type: 'test-cleaned-heavy', data: { clean: 'badly' } },
    ask: 'cancel',
    at: { status: 'running', stage: 'pay' },
  },
};

export async function recordSingleEvents(recorder: Recorder): Promise<void> {
  for (const [name, scenario] of Object.entries(SCENARIOS)) await recordOne(recorder, name, scenario);
  await recorder.saveOpen('limit-of-a-key', limitWorkflowId('host:example.org'));
}

async function recordOne(recorder: Recorder, name: string, { event, refusals = 0, ask, at }: Scenario): Promise<void> {
  const { post, read, request, save, untilDelivered } = recorder;
  await withReceiver(async (receiver) => {
    receiver.respond((_request, index) => (index < refusals ? 503 : 200));
    const id = await post('/v1/events', { ...event, callback: { url: receiver.url } });
    if (ask === 'cancel') {
      await until('it is under way', async () => {
        const { status, stage } = await read(id);
        return at === undefined ? ['waiting', 'running'].includes(status) : status === at.status && stage === at.stage;
      });
      await request(`/v1/events/${id}/cancel`, { method: 'POST' });
    }
    await untilDelivered([id]);
    if (ask === 'redeliver') {
      await until('its end is on record', async () => (await request(`/v1/events/${id}/redeliver`, { method: 'POST' })).status === 202);
      await receiver.waitFor((requests) => requests.length === 2);
      await untilDelivered([id]);
    }
    if (ask === 'replay') {
      await until('its end is on record', async () => (await request(`/v1/events/${id}/replay`, { method: 'POST' })).status === 202);
      await receiver.waitFor((requests) => requests.length === 2);
      await untilDelivered([id]);
    }
    await save(name, id);
    if (refusals > 0 || ask === 'redeliver') await save(`${name}-delivery`, `${id}~callback.1`);
    if (name === 'light-parked') await save('watch-destination', destinationWorkflowId({ tenant: 'default', origin: receiver.url }));
  });
}

/** Its destination is parked when it comes, so that its process starts the delivery, which begins with the wait. */
export async function recordWaiting({ post, read, request, save }: Recorder): Promise<void> {
  await withReceiver(async (receiver) => {
    const event = { ...NOISE, callback: { url: receiver.url } };
    receiver.respond(() => 410);
    await post('/v1/events', event);
    const resume = `/v1/destinations/${encodeURIComponent(receiver.url)}/resume`;
    await until('it is gone', async () => (await (await request('/v1/destinations')).text()).includes(receiver.url));
    const id = await post('/v1/events', event);
    await until('its callback is parked', async () => (await read(id)).callback.status === 'parked');
    receiver.respond(() => 200);
    await until('it is delivered', async () => {
      await request(resume, { method: 'POST' });
      return (await read(id)).callback.status === 'delivered';
    });
    await save('light-waiting', id);
    await save('light-waiting-delivery', `${id}~callback.1`);
  });
}

/** Cancelled before its first task has been given out, which waits here as it does where all processes are full. */
export async function recordUnbegun({ client, request, save, untilDelivered }: Recorder): Promise<void> {
  await withReceiver(async (receiver) => {
    const callback = { url: receiver.url, headers: {}, progress: false };
    const event = acceptedEvent({ id: 'unbegun-1', type: 'noise', data: { intensity: 0.3 }, callback, acceptedAtMs: Date.now() });
    const chunk = toChunk([event]);
    const start = { ...chunkStart(event.id, chunk, { inFlight: 0, slowStartMs: 0 }), startDelay: 500 };
    await client.workflow.start(WORKFLOWS.processChunk, { ...start, args: [chunk] });
    await request(`/v1/events/${event.id}/cancel`, { method: 'POST' });
    await untilDelivered([event.id]);
    await save('light-cancelled-unbegun', event.id);
  });
}

/** The sixth of six, of which five have all permits. */
export async function recordWaitingForPermit({ post, read, save, saveOpen, untilDelivered }: Recorder): Promise<void> {
  await withReceiver(async (receiver) => {
    const event = { type: 'test-slow-work', data: { ms: 500 }, callback: { url: receiver.url } };
    const ids: string[] = [];
    for (let index = 0; index < 6; index += 1) {
      if (index === 5) await until('five are at work', async () => (await Promise.all(ids.map(read))).every(({ status }) => status === 'running'));
      ids.push(await post('/v1/events', event));
    }
    await untilDelivered(ids);
    await save('heavy-waited', ids[5] ?? '');
  });
  await saveOpen('limit-concurrency', limitWorkflowId('tasks'));
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger } from '@temporalio/worker';
import { parseEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logger.ts';
import { destinationWorkflowId } from '../../domain/destination.ts';
import { parseMemberId } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { startEngine } from '../../engine/start-engine.ts';
import { prepareNamespace } from '../../engine/prepare-namespace.ts';
import { bundleWorkflows } from '../../worker/workflow-bundle.ts';
import { startInProcessService } from '../support/in-process-service.ts';
import { startOverlapRecorder } from '../support/overlap-recorder.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

// `npm run histories`: records what today's workflows leave behind, for the replay tests of tomorrow's. A history that is
// here already is kept: it stands for runs that were under way when the code was changed.
const folder = fileURLToPath(new URL('.', import.meta.url));
const scenarios: Readonly<Record<string, { readonly event: Record<string, unknown>; readonly refusals?: number; readonly cancel?: boolean }>> = {
  'light-completed': { event: { type: 'test-counted', data: { add: 1 } } },
  'light-at-once': { event: { type: 'noise', data: { intensity: 0.3 } } },
  'light-at-once-handed-over': { event: { type: 'noise', data: { intensity: 0.3 } }, refusals: 2 },
  'light-handed-over': { event: { type: 'test-counted', data: { add: 1 } }, refusals: 2 },
  'light-parked': { event: { type: 'test-counted', data: { add: 1 } }, refusals: 7 },
  'light-failed': { event: { type: 'test-failing', data: { how: 'always' } } },
  'light-cancelled': { event: { type: 'noise', data: { intensity: 0.3 }, delayMs: 60_000 }, cancel: true },
  'light-recorded-first': { event: { type: 'test-recorded', data: {} } },
  'heavy-completed': { event: { type: 'test-slow-work', data: { ms: 100 } } },
  'heavy-cancelled': { event: { type: 'test-slow-work', data: { ms: 60_000 } }, cancel: true },
};

const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-histories-'));
const logger = createLogger('warn');
const engine = await startEngine({
  environment: parseEnvironment({}),
  dataDirectory,
  logger,
  progress: (message) => process.stderr.write(`${message}\n`),
  headless: true,
  preferredPorts: { server: 0, ui: 0 },
});
const service = await startInProcessService({
  engineAddress: engine.address,
  workflowBundle: await bundleWorkflows(new DefaultLogger('ERROR')),
  variables: { CALLBACK_SCHEDULE: '100ms,100ms,100ms,100ms,100ms,1h', CALLBACK_PROBE_AFTER: '300ms' },
});
await prepareNamespace({ connection: service.client.connection, namespace: 'default', kind: 'embedded', retentionMs: 86_400_000, logger });
try {
  for (const [name, { event, refusals = 0, cancel = false }] of Object.entries(scenarios)) {
    const receiver = await startReceiver();
    receiver.respond((_request, index) => (index < refusals ? 503 : 200));
    const id = await post('/v1/events', { ...event, callback: { url: receiver.url } });
    if (cancel) {
      await until('it is under way', async () => ['waiting', 'running'].includes((await read(id)).status));
      await service.app.request(`/v1/events/${id}/cancel`, { method: 'POST' });
    }
    await until('its callback is delivered', async () => (await read(id)).callback.status === 'delivered');
    await save(name, id);
    if (refusals > 0) await save(`${name}-delivery`, `${id}~callback.1`);
    if (name === 'light-parked') await save('watch-destination', destinationWorkflowId({ tenant: 'default', origin: receiver.url }));
    await receiver.close();
  }
  await recordWaiting();
  await recordGroup('group-of-tiers');
  await recordBatch();
  await recordSubject();
  // It goes on.
  await write('limit-concurrency', '~limit/tasks');
} finally {
  await service.stop();
  await engine.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}

/** Its destination is parked when it comes, so that its process starts the delivery, which begins with the wait. */
async function recordWaiting(): Promise<void> {
  const receiver = await startReceiver();
  const event = { type: 'noise', data: { intensity: 0.3 }, callback: { url: receiver.url } };
  receiver.respond(() => 410);
  await post('/v1/events', event);
  const resume = `/v1/destinations/${encodeURIComponent(receiver.url)}/resume`;
  await until('it is gone', async () => (await service.app.request('/v1/destinations')).text().then((text) => text.includes(receiver.url)));
  const id = await post('/v1/events', event);
  await until('its callback is parked', async () => (await read(id)).callback.status === 'parked');
  receiver.respond(() => 200);
  await until('it is delivered', async () => {
    await service.app.request(resume, { method: 'POST' });
    return (await read(id)).callback.status === 'delivered';
  });
  await save('light-waiting', id);
  await save('light-waiting-delivery', `${id}~callback.1`);
  await receiver.close();
}

/** One of its members leaves, and the callback of another is not taken at first. `group` is from when all had the same tier. */
async function recordGroup(name: string): Promise<void> {
  const [receiver, recorder] = await Promise.all([startReceiver(), startOverlapRecorder()]);
  receiver.respond((_request, index) => (index === 1 ? 400 : 200));
  const event = { type: 'test-grouped', data: { port: recorder.port }, callback: { url: receiver.url } };
  const failing = { ...event, tier: 'low', data: { ...event.data, failures: 1 } };
  const ids = await Promise.all([event, event, failing, event].map((body) => post('/v1/events', body)));
  for (const id of ids) await until(`"${id}" is called back`, async () => (await read(id)).callback.status === 'delivered');
  await save(name, parseMemberId(ids[2] ?? '')?.groupId ?? '');
  await save(`${name}-left`, ids[2] ?? '');
  recorder.close();
  await receiver.close();
}

/** Its first callback is not taken at first. In `hold-subject` there is a run from before callbacks went together; it goes on. */
async function recordSubject(): Promise<void> {
  const receiver = await startReceiver();
  receiver.respond((_request, index) => (index === 0 ? 503 : 200));
  for (const type of ['shock', 'joy', 'shock']) {
    const event = { type, subject: 'life-1', id: type, data: { intensity: 0.5 }, callback: { url: receiver.url } };
    const id = await post('/v1/events', event);
    await until(`"${id}" is called back`, async () => (await read(id)).callback.status === 'delivered');
  }
  await write('hold-subject-together', '~subject/default/life/life-1');
  await receiver.close();
}

/** Its first unit is shared, its second a heavy item of its own, its third shared again; the last two rest while an item waits. */
async function recordBatch(): Promise<void> {
  const [receiver, recorder] = await Promise.all([startReceiver(), startOverlapRecorder()]);
  const waiting = { port: recorder.port, ms: 1, laterMs: 1_500 };
  const callback = { url: receiver.url };
  const noise = { type: 'noise', data: { intensity: 0.3 } };
  const id = await post('/v1/batches', {
    id: 'mixed',
    callback,
    events: [
      { ...noise, callback },
      { type: 'test-failing', data: { how: 'always' } },
      { type: 'test-failing', data: { how: 'twice' } },
      { type: 'no-such-type' },
      { type: 'test-recorded-work', data: waiting },
      { type: 'test-recorded-light-work', data: waiting },
    ],
  });
  await save('batch', `${id}~batch`);
  await save('batch-unit', (await read(`${id}_0`)).workflow.id);
  await save('batch-unit-resting', (await read(`${id}_5`)).workflow.id);
  await save('batch-item', (await read(`${id}_4`)).workflow.id);
  await receiver.waitFor((requests) => requests.length === 2);
  recorder.close();
  await receiver.close();
}

async function post(path: string, body: Record<string, unknown>): Promise<string> {
  const response = await service.app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return ((await response.json()) as { id: string }).id;
}

async function read(id: string): Promise<EventResource> {
  return (await (await service.app.request(`/v1/events/${id}`)).json()) as EventResource;
}

async function save(name: string, workflowId: string): Promise<void> {
  await service.client.workflow
    .getHandle(workflowId)
    .result()
    .catch(() => undefined);
  await write(name, workflowId);
}

async function write(name: string, workflowId: string): Promise<void> {
  const handle = service.client.workflow.getHandle(workflowId);
  const history: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()), withoutMachine);
  const json = JSON.stringify(history, null, 1);
  await writeFile(join(folder, `${name}.json`), `${json}\n`, { flag: 'wx' }).then(
    () => process.stdout.write(`recorded ${name}\n`),
    () => process.stdout.write(`kept ${name}\n`),
  );
}

/** Names of this machine and its folders say nothing to a replay. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  return typeof value === 'string' ? value.replace(/\d+@[\w.-]+/g, 'worker') : value;
}

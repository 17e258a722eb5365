import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { Webhook } from 'standardwebhooks';
import { signWebhook } from '../activities/callback/sign-webhook.ts';
import type { CallbackAttempt } from '../domain/delivery.ts';
import type { DeliveryInput } from '../domain/delivery-input.ts';
import { TASK_QUEUES } from '../domain/durable-names.ts';
import { deliveryWorkflowId } from '../domain/event-id.ts';
import { mapAtMost } from '../domain/map-at-most.ts';
import { parseSecret } from '../domain/webhook-signature.ts';
import { startReceiver } from '../test/support/receiver.ts';
import { until } from '../test/support/until.ts';
import { startCallbackSink } from './callback-sink.ts';
import type { CallbackSink } from './callback-sink.ts';
import { createLoad } from './load.ts';
import { machine } from './machine.ts';
import { residentMb } from './process-usage.ts';
import { quantiles } from './quantiles.ts';
import type { Quantiles } from './quantiles.ts';
import { withService } from './service-under-test.ts';
import type { ServiceUnderTest } from './service-under-test.ts';

// `npm run bench:callbacks`: what deliveries cost, and what a dead destination does to a healthy one.
const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '1000' },
    'in-flight': { type: 'string', default: '32' },
    // Events a second to each destination, sent whatever became of those before. Beyond what the machine can do, each waits for
    // all others, whatever their destination: one that is refused costs several times as much as one that is taken.
    rate: { type: 'string', default: '8' },
    // Of isolation; each measures all of its rows, so that what the machine does meanwhile meets all of them.
    rounds: { type: 'string', default: '1' },
    pending: { type: 'string', default: '1000' },
    out: { type: 'string', default: 'bench/callbacks.md' },
  },
});
const deliveries = Number(values.deliveries);
const inFlight = Number(values['in-flight']);
const rate = Number(values.rate);
const rounds = Number(values.rounds);
const pending = Number(values.pending);
// Delivered by a workflow of its own an event costs four times as much.
const BY_DELIVERY_SHARE = 0.25;

const RIDING = { type: 'noise', data: { intensity: 0.3 } };
const RECORDED_FIRST = { type: 'test-recorded', data: {} };

// Longer than anything here takes on a busy machine.
const GIVE_UP_MS = 60_000;

interface Service extends Pick<ServiceUnderTest, 'pid' | 'enginePid' | 'dataDirectory'> {
  /** Sent until it is answered with 202. */
  post(event: Readonly<Record<string, unknown>>): Promise<void>;
}

const DAY_MS = 86_400_000;
const REFUSED: CallbackAttempt = { at: new Date().toISOString(), status: 404, durationMs: 1, error: 'http_404' };

interface Neighbour {
  readonly name: string;
  /** What goes to the healthy destination. */
  readonly event: Record<string, unknown>;
  readonly other: 'none' | 'well' | 'refuses' | 'hangs';
}

const ALONE = 'alone';
const NEIGHBOURS: readonly Neighbour[] = [
  { name: ALONE, event: RIDING, other: 'none' },
  // What twice the work costs by itself.
  { name: 'beside another that is well', event: RIDING, other: 'well' },
  { name: 'beside one that refuses connections', event: RIDING, other: 'refuses' },
  { name: 'beside one that never answers', event: RIDING, other: 'hangs' },
  { name: ALONE, event: RECORDED_FIRST, other: 'none' },
  { name: 'beside one that never answers', event: RECORDED_FIRST, other: 'hangs' },
];

// Written after each part, and whatever becomes of one: a run takes long.
const parts: string[] = [];
for (const part of [intro, ratesPart, isolationPart, signPart, memoryPart]) {
  try {
    parts.push(await part());
  } catch (error) {
    parts.push(`A part of this run failed: ${String(error)}`);
    process.exitCode = 1;
  }
  process.stdout.write(`${parts.at(-1)}\n\n`);
  await writeFile(values.out, `${parts.join('\n\n')}\n`);
}

async function withPosts<T>(use: (service: Service) => Promise<T>): Promise<T> {
  return withService(async (service) => {
    const load = createLoad(service.url, 64);
    try {
      return await use({ ...service, pid: service.pid, post: async (event) => void (await load.submit(event)) });
    } finally {
      await load.close();
    }
  });
}

async function deliveriesPerSecond(service: Service, event: Record<string, unknown>): Promise<number> {
  const sink = await startCallbackSink();
  await closedLoop(service, sink, { event, count: Math.ceil(deliveries / 5), prefix: 'warmup' });
  const perSecond = await closedLoop(service, sink, { event, count: deliveries, prefix: 'event' });
  sink.close();
  return perSecond;
}

interface Isolation extends Neighbour, Quantiles {
  /** Of each round, its p95 to its p95 alone. */
  readonly ratios: readonly number[];
}

/** The quantiles are means over the rounds. */
async function measureIsolation(): Promise<readonly Isolation[]> {
  const measured: Quantiles[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const row: Quantiles[] = [];
    for (const neighbour of NEIGHBOURS) row.push(await withPosts((service) => latencies(service, neighbour)));
    measured.push(row);
  }
  return NEIGHBOURS.map((neighbour, index) => {
    const alone = NEIGHBOURS.findIndex(({ name, event }) => name === ALONE && event === neighbour.event);
    const each = (quantile: keyof Quantiles, at = index): readonly number[] => measured.map((row) => row[at]?.[quantile] ?? Number.NaN);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / rounds;
    const ratios = each('p95').map((p95, round) => p95 / (each('p95', alone)[round] ?? Number.NaN));
    return { ...neighbour, p50: mean(each('p50')), p95: mean(each('p95')), p99: mean(each('p99')), ratios };
  });
}

/** POST to callback at the healthy destination, while as many events go to the other one. */
async function latencies(service: Service, { event, other }: Neighbour): Promise<Quantiles> {
  const [sink, receiver] = await Promise.all([startCallbackSink(), startReceiver()]);
  if (other === 'hangs') receiver.respond(() => 'hang');
  if (other === 'refuses') await receiver.close();
  const otherUrl = other === 'none' ? null : receiver.url;
  await closedLoop(service, sink, { event, count: Math.ceil(deliveries / 5), prefix: 'warmup' });
  const share = event === RIDING ? 1 : BY_DELIVERY_SHARE;
  const measured = await openLoop(service, sink, { event, otherUrl, count: deliveries * share, perSecond: rate * share, prefix: 'event' });
  sink.close();
  if (other !== 'refuses') await receiver.close();
  return quantiles(measured);
}

interface Loop {
  readonly event: Record<string, unknown>;
  readonly count: number;
  readonly prefix: string;
}

/** `inFlight` events at a time between their POST and their callback; callbacks a second. */
async function closedLoop(service: Service, sink: CallbackSink, { event, count, prefix }: Loop): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (next < count) await toCallback(service, sink, event, `${prefix}-${(next += 1)}`);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return count / ((performance.now() - startedAt) / 1_000);
}

/** So many events a second, whatever becomes of them, and as many to another destination; milliseconds from POST to callback. */
async function openLoop(
  service: Service,
  sink: CallbackSink,
  { event, otherUrl, count, perSecond, prefix }: Loop & { readonly otherUrl: string | null; readonly perSecond: number },
): Promise<readonly number[]> {
  const measured: Promise<number>[] = [];
  const others: Promise<unknown>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    const dueMs = startedAt + (index * 1_000) / perSecond - performance.now();
    if (dueMs > 0) await pause(dueMs);
    const id = `${prefix}-${index}`;
    measured.push(toCallback(service, sink, event, id));
    if (otherUrl !== null) others.push(service.post({ ...event, id: `other-${id}`, callback: { url: otherUrl } }).catch(() => undefined));
  }
  await Promise.all(others);
  return await Promise.all(measured);
}

/** Milliseconds from an event's POST to its callback; infinitely many when there is none. */
async function toCallback({ post }: Service, sink: CallbackSink, event: Record<string, unknown>, id: string): Promise<number> {
  const sentAt = performance.now();
  const late = new AbortController();
  try {
    await post({ ...event, id, callback: { url: `${sink.url}/${id}` } });
    const atMs = await Promise.race([sink.arrival(id), pause(GIVE_UP_MS, Number.POSITIVE_INFINITY, { signal: late.signal })]);
    return atMs - sentAt;
  } catch {
    return Number.POSITIVE_INFINITY;
  } finally {
    late.abort();
  }
}

/** Resident memory of the service and the engine, in MB, with so many callbacks that are to be tried again. */
async function memoryOfPending(service: Service): Promise<readonly (readonly [string, number, number])[]> {
  // Each waits by itself for a day: a 404 parks nothing.
  let refused = 0;
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      refused += 1;
      response.writeHead(404, { 'retry-after': String(DAY_MS / 1_000) }).end();
    });
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const connection = await Connection.connect({ address: await engineAddress(service.dataDirectory) });
  const { workflow } = new Client({ connection });
  const first = Math.min(pending, 1_000);
  const ids = Array.from({ length: pending }, (_, index) => `pending-${index}`);
  const rows: (readonly [string, number, number])[] = [];
  const note = async (count: number): Promise<void> => {
    rows.push([String(count), await residentMb(service.pid), await residentMb(service.enginePid)]);
    process.stdout.write(`${count} are pending\n`);
  };

  await mapAtMost(ids.slice(0, first), inFlight, (id) => service.post({ ...RIDING, id, callback: { url } }));
  await until('each was tried once', async () => refused >= first, 10 * GIVE_UP_MS);
  await note(first);
  // After the first the caches are full, so that what is more is what pending callbacks take. The others are started as an
  // event starts them whose callback was refused: the events themselves would take several times as long.
  const sample = deliveryWorkflowId({ owner: 'pending-0', run: 1 });
  const { target, message } = await until('the first has a delivery', () => deliveryInput(workflow, sample), GIVE_UP_MS);
  for (const [from, to] of [
    [first, pending / 4],
    [Math.max(first, pending / 4), pending / 2],
    [Math.max(first, pending / 2), pending],
  ] as const) {
    if (to <= from) continue;
    await mapAtMost(ids.slice(Math.ceil(from), Math.ceil(to)), inFlight, (owner) =>
      workflow.start('deliverCallback', {
        workflowId: deliveryWorkflowId({ owner, run: 1 }),
        taskQueue: TASK_QUEUES.heavy,
        args: [{ target: { ...target, owner }, message, attempts: [REFUSED], firstAttemptAfterMs: DAY_MS }],
      }),
    );
    await until('the last of them waits', async () => isWaiting(workflow, ids[Math.ceil(to) - 1] ?? ''), 10 * GIVE_UP_MS);
    await note(Math.ceil(to));
  }
  await connection.close();
  receiver.close();
  receiver.closeAllConnections();
  return rows;
}

async function deliveryInput(workflow: Client['workflow'], workflowId: string): Promise<DeliveryInput | null> {
  const history = await workflow
    .getHandle(workflowId)
    .fetchHistory()
    .catch(() => null);
  const data = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
  return data ? (JSON.parse(Buffer.from(data).toString()) as DeliveryInput) : null;
}

/** Whether it has had its first task, and set its timer. */
async function isWaiting(workflow: Client['workflow'], owner: string): Promise<boolean> {
  const { historyLength } = await workflow.getHandle(deliveryWorkflowId({ owner, run: 1 })).describe();
  return historyLength >= 5;
}

async function engineAddress(dataDirectory: string): Promise<string> {
  return (JSON.parse(await readFile(join(dataDirectory, 'engine.json'), 'utf8')) as { readonly address: string }).address;
}

/** Microseconds to sign a body of 20 KB: ours, the Standard Webhooks package, and the bare HMAC. */
function signCosts(): readonly (readonly [string, number])[] {
  const secret = `whsec_${Buffer.alloc(32, 's').toString('base64')}`;
  const [key, body, webhook] = [parseSecret(secret), 'x'.repeat(20_000), new Webhook(secret)];
  const time = (sign: () => unknown): number => {
    const times = 2_000;
    for (let index = 0; index < times; index += 1) sign();
    const startedAt = performance.now();
    for (let index = 0; index < times; index += 1) sign();
    return ((performance.now() - startedAt) * 1_000) / times;
  };
  return [
    ['ours, one secret', time(() => signWebhook({ secrets: [key], id: 'evt_a-1', timestampSeconds: 1_767_268_800, body }))],
    ['ours, two secrets', time(() => signWebhook({ secrets: [key, key], id: 'evt_a-1', timestampSeconds: 1_767_268_800, body }))],
    ['standardwebhooks', time(() => webhook.sign('evt_a-1', new Date(1_767_268_800_000), body))],
    ['HMAC alone', time(() => createHmac('sha256', key).update(body).digest())],
  ];
}

function intro(): string {
  return `# Callbacks, measured

${machine()} Each row a new service
with a fifth as many events of warm-up. These machines are shared and differ: compare ratios. Repeat it with \`npm run bench:callbacks\`.`;
}

async function ratesPart(): Promise<string> {
  const rates: readonly (readonly [string, number])[] = [
    ['riding in the event’s workflow', await withPosts((service) => deliveriesPerSecond(service, RIDING))],
    ['by a delivery of its own (`recordFirst`)', await withPosts((service) => deliveriesPerSecond(service, RECORDED_FIRST))],
  ];
  return `## Deliveries a second (${deliveries}, ${inFlight} in flight, POST to callback)

| way | a second |
|---|---|
${toRows(rates)}`;
}

async function isolationPart(): Promise<string> {
  const rows = (await measureIsolation()).map(({ name, event, p50, p95, p99, ratios }) => [
    name,
    event === RIDING ? 'riding' : 'by a delivery',
    p50,
    p95,
    p99,
    ratios.map((ratio) => ratio.toFixed(2)).join(', '),
  ]);
  return `## A dead destination beside a healthy one (${deliveries} events to each, ${rate} a second to each; by a delivery a quarter of both; rounds: ${rounds})

| healthy destination, POST to callback, milliseconds | | p50 | p95 | p99 | p95 to p95 alone, each round |
|---|---|---|---|---|---|
${toRows(rows)}`;
}

function signPart(): string {
  return `## Signing a body of 20 KB

| | microseconds |
|---|---|
${toRows(signCosts())}`;
}

async function memoryPart(): Promise<string> {
  return `## Memory with callbacks to be tried again, MB resident

| pending | service | engine |
|---|---|---|
${toRows(await withPosts(memoryOfPending))}`;
}

function toRows(lines: readonly (readonly (string | number)[])[]): string {
  return lines.map((cells) => `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell)).join(' | ')} |`).join('\n');
}

import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { Webhook } from 'standardwebhooks';
import { signWebhook } from '../activities/callback/sign-webhook.ts';
import { parseSecret } from '../domain/webhook-signature.ts';
import { startReceiver } from '../test/support/receiver.ts';
import { until } from '../test/support/until.ts';
import { startCallbackSink } from './callback-sink.ts';
import type { CallbackSink } from './callback-sink.ts';
import { createLoad, inLanes } from './load.ts';
import type { Load } from './load.ts';
import { machine } from './machine.ts';
import { atRate } from './pace.ts';
import { residentMb } from './process-usage.ts';
import { median, quantiles } from './quantiles.ts';
import type { Quantiles } from './quantiles.ts';
import { withService } from './service-under-test.ts';
import type { ServiceUnderTest } from './service-under-test.ts';

// `npm run bench:callbacks`: what deliveries cost, and what a dead destination does to a healthy one.
const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '1000' },
    'in-flight': { type: 'string', default: '32' },
    // Events a second to each destination, sent whatever became of those before.
    rate: { type: 'string', default: '20' },
    // Of isolation; each measures all of its rows, so that what the machine does meanwhile meets all of them.
    rounds: { type: 'string', default: '3' },
    pending: { type: 'string', default: '1000' },
    out: { type: 'string', default: 'bench/callbacks.md' },
  },
});
const deliveries = Number(values.deliveries);
const inFlight = Number(values['in-flight']);
const rate = Number(values.rate);
const rounds = Number(values.rounds);
const pending = Number(values.pending);

const RIDING = { type: 'noise', data: { intensity: 0.3 } };
const RECORDED_FIRST = { type: 'test-recorded', data: {} };

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

const ridden = await withLoad((load) => deliveriesPerSecond(load, RIDING));
const handed = await withLoad((load) => deliveriesPerSecond(load, RECORDED_FIRST));
const isolation = await measureIsolation();
const memory = await withLoad(memoryOfPending);
const report = toReport();
process.stdout.write(report);
await writeFile(values.out, report);

async function withLoad<T>(use: (load: Load, service: ServiceUnderTest) => Promise<T>): Promise<T> {
  return withService(async (service) => {
    const load = createLoad(service.url, 64);
    try {
      return await use(load, service);
    } finally {
      await load.close();
    }
  });
}

/** `inFlight` events at a time between their POST and their callback. */
async function deliveriesPerSecond(load: Load, event: Record<string, unknown>): Promise<number> {
  const sink = await startCallbackSink();
  const run = async (count: number, prefix: string): Promise<number> => {
    const startedAt = performance.now();
    await inLanes(count, inFlight, async (index) => {
      const id = `${prefix}-${index}`;
      await Promise.all([sink.arrival(id), load.submit({ ...event, id, callback: { url: `${sink.url}/${id}` } })]);
    });
    return count / ((performance.now() - startedAt) / 1_000);
  };
  await run(Math.ceil(deliveries / 5), 'warmup');
  const perSecond = await run(deliveries, 'event');
  sink.close();
  return perSecond;
}

/** The medians over all rounds; `ratio` is that of each round's p95 to its p95 alone. */
async function measureIsolation(): Promise<readonly (Neighbour & Quantiles & { readonly ratio: number })[]> {
  const measured: Quantiles[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const row: Quantiles[] = [];
    for (const neighbour of NEIGHBOURS) row.push(await withLoad((load) => latencies(load, neighbour)));
    measured.push(row);
  }
  return NEIGHBOURS.map((neighbour, index) => {
    const alone = NEIGHBOURS.findIndex(({ name, event }) => name === ALONE && event === neighbour.event);
    const over = (read: (row: readonly Quantiles[]) => number): number => median(measured.map(read));
    return {
      ...neighbour,
      p50: over((row) => row[index]?.p50 ?? Number.NaN),
      p95: over((row) => row[index]?.p95 ?? Number.NaN),
      p99: over((row) => row[index]?.p99 ?? Number.NaN),
      ratio: over((row) => (row[index]?.p95 ?? Number.NaN) / (row[alone]?.p95 ?? Number.NaN)),
    };
  });
}

/** POST to callback at the healthy destination, while as many events go to the other one. */
async function latencies(load: Load, { event, other }: Neighbour): Promise<Quantiles> {
  const [sink, receiver] = await Promise.all([startCallbackSink(), startReceiver()]);
  if (other === 'hangs') receiver.respond(() => 'hang');
  if (other === 'refuses') await receiver.close();
  const otherUrl = other === 'none' ? null : receiver.url;
  await openLoop(load, sink, { event, otherUrl: null, count: Math.ceil(deliveries / 5), prefix: 'warmup' });
  const measured = await openLoop(load, sink, { event, otherUrl, count: deliveries, prefix: 'event' });
  sink.close();
  if (other !== 'refuses') await receiver.close();
  return quantiles(measured);
}

interface OpenLoop {
  readonly event: Record<string, unknown>;
  readonly otherUrl: string | null;
  readonly count: number;
  readonly prefix: string;
}

function openLoop({ submit }: Load, sink: CallbackSink, { event, otherUrl, count, prefix }: OpenLoop): Promise<readonly number[]> {
  return atRate(rate, count, async (index, dueMs) => {
    const id = `${prefix}-${index}`;
    const [atMs] = await Promise.all([
      sink.arrival(id),
      submit({ ...event, id, callback: { url: `${sink.url}/${id}` } }),
      otherUrl !== null && submit({ ...event, id: `other-${id}`, callback: { url: otherUrl } }),
    ]);
    return atMs - dueMs;
  });
}

/** Resident memory of the service and the engine, in MB, before and with so many callbacks that are to be tried again. */
async function memoryOfPending(load: Load, service: ServiceUnderTest): Promise<readonly (readonly [string, number, number])[]> {
  // Each waits by itself for a day: a 404 parks nothing.
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(404, { 'retry-after': '86400' }).end());
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const connection = await Connection.connect({ address: await engineAddress(service.dataDirectory) });
  const { workflow } = new Client({ connection });
  let submitted = 0;
  const submit = async (count: number): Promise<void> => {
    await inLanes(count - submitted, inFlight, () => load.submit({ ...RIDING, id: `pending-${(submitted += 1)}`, callback: { url } }));
    await until(
      `${count} callbacks are pending`,
      async () => (await workflow.count("WorkflowType = 'deliverCallback' AND ExecutionStatus = 'Running'")).count >= count,
      600_000,
    );
  };
  const rows: (readonly [string, number, number])[] = [];
  // After the first the caches are full, so that what is more is what pending callbacks take.
  const first = Math.min(pending, 1_000);
  const counts = [first, pending / 4, pending / 2, pending].map(Math.ceil).filter((count) => count >= first);
  for (const count of new Set(counts)) {
    await submit(count);
    rows.push([String(count), await residentMb(service.pid), await residentMb(service.enginePid)]);
  }
  await connection.close();
  receiver.close();
  receiver.closeAllConnections();
  return rows;
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

function toReport(): string {
  const rows = (lines: readonly (readonly (string | number)[])[]): string =>
    lines.map((cells) => `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell)).join(' | ')} |`).join('\n');
  return `# Callbacks, measured

${machine()} Each row a new service
with a fifth as many events of warm-up. These machines are shared and differ: compare ratios. Repeat it with \`npm run bench:callbacks\`.

## Deliveries a second (${deliveries}, ${inFlight} in flight, POST to callback)

| way | a second |
|---|---|
${rows([
  ['riding in the event’s workflow', ridden],
  ['by a delivery of its own (`recordFirst`)', handed],
])}

## A dead destination beside a healthy one (${deliveries} events to each, ${rate} a second to each, medians of ${rounds} rounds)

| healthy destination, POST to callback, milliseconds | | p50 | p95 | p99 | p95 to p95 alone |
|---|---|---|---|---|---|
${rows(
  isolation.map(({ name, event, p50, p95, p99, ratio }) => [
    name,
    event === RIDING ? 'riding' : 'by a delivery',
    p50,
    p95,
    p99,
    ratio.toFixed(2),
  ]),
)}

## Signing a body of 20 KB

| | microseconds |
|---|---|
${rows(signCosts())}

## Memory with callbacks to be tried again, MB resident

| pending | service | engine |
|---|---|---|
${rows(memory)}
`;
}

import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { Webhook } from 'standardwebhooks';
import { Pool } from 'undici';
import { signWebhook } from '../activities/callback/sign-webhook.ts';
import { parseSecret } from '../domain/webhook-signature.ts';
import { startReceiver } from '../test/support/receiver.ts';
import { enginePid, freePort, startServiceProcess } from '../test/support/service-process.ts';
import { until } from '../test/support/until.ts';
import { startCallbackSink } from './callback-sink.ts';
import type { CallbackSink } from './callback-sink.ts';
import { median, quantiles } from './quantiles.ts';
import type { Quantiles } from './quantiles.ts';

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

interface Service {
  readonly dataDirectory: string;
  readonly pid: number;
  /** Sent until it is answered with 202. */
  post(event: Record<string, unknown>): Promise<void>;
}

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

const ridden = await withService((service) => deliveriesPerSecond(service, RIDING));
const handed = await withService((service) => deliveriesPerSecond(service, RECORDED_FIRST));
const isolation = await measureIsolation();
const memory = await withService(memoryOfPending);
const report = toReport();
process.stdout.write(report);
await writeFile(values.out, report);

async function withService<T>(use: (service: Service) => Promise<T>): Promise<T> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-bench-'));
  const service = await startServiceProcess({ dataDirectory, port: await freePort(), env: { NODE_ENV: 'production' } });
  const pool = new Pool(service.url, { connections: 64, pipelining: 1 });
  const headers = { 'content-type': 'application/json' };
  const post = async (event: Record<string, unknown>): Promise<void> => {
    const response = await pool.request({ path: '/v1/events', method: 'POST', headers, body: JSON.stringify(event) });
    const text = await response.body.text();
    if (response.statusCode === 202) return;
    if (response.statusCode !== 503) throw new Error(`the service answered ${response.statusCode}: ${text}`);
    // As a caller should: the same event again, which joins the first if that was accepted.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await post(event);
  };
  try {
    return await use({ dataDirectory, pid: service.pid, post });
  } finally {
    await pool.close();
    service.kill('SIGTERM');
    await service.exited;
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

/** `inFlight` events at a time between their POST and their callback. */
async function deliveriesPerSecond({ post }: Service, event: Record<string, unknown>): Promise<number> {
  const sink = await startCallbackSink();
  const run = async (count: number, prefix: string): Promise<number> => {
    let next = 0;
    const startedAt = performance.now();
    const lane = async (): Promise<void> => {
      while (next < count) {
        const id = `${prefix}-${(next += 1)}`;
        await Promise.all([sink.arrival(id), post({ ...event, id, callback: { url: `${sink.url}/${id}` } })]);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
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
    for (const neighbour of NEIGHBOURS) row.push(await withService((service) => latencies(service, neighbour)));
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
async function latencies(service: Service, { event, other }: Neighbour): Promise<Quantiles> {
  const [sink, receiver] = await Promise.all([startCallbackSink(), startReceiver()]);
  if (other === 'hangs') receiver.respond(() => 'hang');
  if (other === 'refuses') await receiver.close();
  const otherUrl = other === 'none' ? null : receiver.url;
  await openLoop(service, sink, { event, otherUrl: null, count: Math.ceil(deliveries / 5), prefix: 'warmup' });
  const measured = await openLoop(service, sink, { event, otherUrl, count: deliveries, prefix: 'event' });
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

async function openLoop({ post }: Service, sink: CallbackSink, { event, otherUrl, count, prefix }: OpenLoop): Promise<readonly number[]> {
  const measured: Promise<number>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    const dueMs = startedAt + (index * 1_000) / rate - performance.now();
    if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
    const id = `${prefix}-${index}`;
    const sentAt = performance.now();
    measured.push(
      Promise.all([sink.arrival(id), post({ ...event, id, callback: { url: `${sink.url}/${id}` } })]).then(([atMs]) => atMs - sentAt),
    );
    if (otherUrl !== null) measured.push(post({ ...event, id: `other-${id}`, callback: { url: otherUrl } }).then(() => Number.NaN));
  }
  return (await Promise.all(measured)).filter((ms) => !Number.isNaN(ms));
}

/** Resident memory of the service and the engine, in MB, before and with so many callbacks that are to be tried again. */
async function memoryOfPending(service: Service): Promise<readonly (readonly [string, number, number])[]> {
  // Each waits by itself for a day: a 404 parks nothing.
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(404, { 'retry-after': '86400' }).end());
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const engine = await enginePid(service.dataDirectory);
  const connection = await Connection.connect({ address: await engineAddress(service.dataDirectory) });
  const { workflow } = new Client({ connection });
  let submitted = 0;
  const submit = async (count: number): Promise<void> => {
    const lane = async (): Promise<void> => {
      while (submitted < count) await service.post({ ...RIDING, id: `pending-${(submitted += 1)}`, callback: { url } });
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
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
    rows.push([String(count), await residentMb(service.pid), await residentMb(engine)]);
  }
  await connection.close();
  receiver.close();
  receiver.closeAllConnections();
  return rows;
}

async function engineAddress(dataDirectory: string): Promise<string> {
  return (JSON.parse(await readFile(join(dataDirectory, 'engine.json'), 'utf8')) as { readonly address: string }).address;
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
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

${cpus().length} cores for client, receivers, service and its embedded engine, Node ${process.version}, Temporal CLI 1.5.1 on SQLite; each row a new service
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

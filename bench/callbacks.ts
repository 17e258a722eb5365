import { createHmac } from 'node:crypto';
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { Pool } from 'undici';
import { signWebhook } from '../activities/callback/sign-webhook.ts';
import { parseSecret } from '../domain/webhook-signature.ts';
import { startReceiver } from '../test/support/receiver.ts';
import { enginePid, freePort, startServiceProcess } from '../test/support/service-process.ts';
import { startCallbackSink } from './callback-sink.ts';
import type { CallbackSink } from './callback-sink.ts';
import { quantiles } from './quantiles.ts';
import type { Quantiles } from './quantiles.ts';

// `npm run bench:callbacks`: what deliveries cost, and what a dead destination does to a healthy one.
const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '1000' },
    'in-flight': { type: 'string', default: '32' },
    // Events a second to each destination, sent whatever became of those before.
    rate: { type: 'string', default: '20' },
    pending: { type: 'string', default: '1000' },
    out: { type: 'string', default: 'bench/callbacks.md' },
  },
});
const deliveries = Number(values.deliveries);
const inFlight = Number(values['in-flight']);
const rate = Number(values.rate);
const pending = Number(values.pending);

interface Service {
  readonly dataDirectory: string;
  readonly pid: number;
  /** Sent until it is answered with 202. */
  post(event: Record<string, unknown>): Promise<void>;
}

const ridden = await withService((service) => deliveriesPerSecond(service, { type: 'noise', data: { intensity: 0.3 } }));
const handed = await withService((service) => deliveriesPerSecond(service, { type: 'test-recorded', data: {} }));
const isolation: (readonly [string, Quantiles])[] = [
  ['healthy alone', await withService((service) => latencies(service, null))],
  ['beside one that refuses connections', await withService(async (service) => latencies(service, `http://127.0.0.1:${await freePort()}`))],
  ['beside one that never answers', await withService(besideHanging)],
];
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

async function besideHanging(service: Service): Promise<Quantiles> {
  const hanging = await startReceiver();
  hanging.respond(() => 'hang');
  const measured = await latencies(service, hanging.url);
  await hanging.close();
  return measured;
}

/** POST to callback at the healthy destination, while as many events go to the dead one. */
async function latencies(service: Service, deadUrl: string | null): Promise<Quantiles> {
  const sink = await startCallbackSink();
  await openLoop(service, sink, null, Math.ceil(deliveries / 5), 'warmup');
  const measured = await openLoop(service, sink, deadUrl, deliveries, 'event');
  sink.close();
  return quantiles(measured);
}

async function openLoop(
  { post }: Service,
  sink: CallbackSink,
  deadUrl: string | null,
  count: number,
  prefix: string,
): Promise<readonly number[]> {
  const measured: Promise<number>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    const dueMs = startedAt + (index * 1_000) / rate - performance.now();
    if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
    const id = `${prefix}-${index}`;
    const event = { type: 'noise', data: { intensity: 0.3 } };
    const sentAt = performance.now();
    measured.push(
      Promise.all([sink.arrival(id), post({ ...event, id, callback: { url: `${sink.url}/${id}` } })]).then(([atMs]) => atMs - sentAt),
    );
    if (deadUrl !== null) measured.push(post({ ...event, id: `dead-${id}`, callback: { url: deadUrl } }).then(() => Number.NaN));
  }
  return (await Promise.all(measured)).filter((ms) => !Number.isNaN(ms));
}

/** Resident memory of the service and the engine, in MB, before and with so many callbacks that are to be tried again. */
async function memoryOfPending(service: Service): Promise<readonly (readonly [string, number, number])[]> {
  const receiver = await startReceiver();
  receiver.respond(() => ({ status: 503, headers: { 'retry-after': '86400' } }));
  const engine = await enginePid(service.dataDirectory);
  const read = async (): Promise<readonly [number, number]> => [await residentMb(service.pid), await residentMb(engine)];
  const submit = async (count: number, prefix: string): Promise<void> => {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < count) {
        const id = `${prefix}-${(next += 1)}`;
        await service.post({ type: 'noise', id, data: { intensity: 0.3 }, callback: { url: receiver.url } });
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
  };
  // Caches are full by then, so that what is measured after it is what pending callbacks take.
  await submit(Math.min(pending, 1_000), 'warmup');
  const rows: (readonly [string, number, number])[] = [['after the warm-up', ...(await read())]];
  for (const share of [0.25, 0.5, 1]) {
    await submit(Math.ceil(pending * (share === 1 ? 0.5 : 0.25)), `share-${share}`);
    rows.push([`${Math.ceil(pending * share)} pending`, ...(await read())]);
  }
  await receiver.close();
  return rows;
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
  const alone = isolation[0]?.[1].p95 ?? Number.NaN;
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

## A dead destination beside a healthy one (${deliveries} events to each, ${rate} a second to each)

| healthy destination, POST to callback, milliseconds | p50 | p95 | p99 | p95 to p95 alone |
|---|---|---|---|---|
${rows(isolation.map(([name, { p50, p95, p99 }]) => [name, p50, p95, p99, (p95 / alone).toFixed(2)]))}

## Signing a body of 20 KB

| | microseconds |
|---|---|
${rows(signCosts())}

## Memory with callbacks to be tried again, MB resident

| | service | engine |
|---|---|---|
${rows(memory)}
`;
}

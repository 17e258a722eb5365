import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import type { Tier } from '../domain/tier.ts';
import { freePort, startServiceProcess } from '../test/support/service-process.ts';
import { until } from '../test/support/until.ts';
import { quantiles } from './quantiles.ts';

// `npm run bench:limits`: how long heavy events of each tier wait for their permits under load, as a recorder outside sees it.
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    // Milliseconds of work per event.
    work: { type: 'string', default: '1000' },
    out: { type: 'string', default: 'bench/limits.md' },
  },
});
const seconds = Number(values.seconds);
const workMs = Number(values.work);

const CAP = 5;
// Shorter than the defaults, so that they are reached within the run; the rules are the same.
const LONGEST_WAITS_S = { high: 2, normal: 5, low: 10, bulk: 30 };
const SHARES: Readonly<Partial<Record<Tier, number>>> = { critical: 0.1, high: 0.2, normal: 0.4, low: 0.3 };
const LOADS = [1, 1.5, 3];

interface Sample {
  readonly tier: Tier;
  readonly waitMs: number;
}

interface Recorder {
  readonly port: number;
  /** When each id came to work, in `performance.now()`'s milliseconds. */
  readonly cameAt: Map<string, number>;
  /** From the end of one to the beginning of the next, while there were others waiting. */
  gapsMs: number[];
  close(): void;
}

const recorder = await startRecorder();
const { perSecond, gapsMs, loads, flood } = await withService(async (url) => {
  const pool = new Pool(url, { connections: 64, pipelining: 1 });
  const submit = createSubmit(pool);
  await saturate(submit, 20, 'warmup');
  recorder.gapsMs = [];
  const capacity = await saturate(submit, 60, 'capacity');
  const gaps = recorder.gapsMs;
  const rows: { readonly load: number; readonly samples: readonly Sample[]; readonly refused: number }[] = [];
  for (const load of LOADS) rows.push({ load, ...(await openLoop(submit, capacity * load, SHARES, `load${load}`)) });
  const flooded = await openLoop(submit, capacity * 3, { critical: 0.99, low: 0.01 }, 'flood');
  await pool.close();
  return { perSecond: capacity, gapsMs: gaps, loads: rows, flood: flooded };
});
recorder.close();
const report = toReport();
process.stdout.write(report);
await writeFile(values.out, report);

async function withService<T>(use: (url: string) => Promise<T>): Promise<T> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-bench-'));
  const waits = Object.entries(LONGEST_WAITS_S).map(([tier, wait]) => `${tier}:${wait}s`);
  const env = { NODE_ENV: 'production', MAX_CONCURRENT_TASKS: String(CAP), LONGEST_WAITS: waits.join(','), MAX_BACKLOG: '100000' };
  const service = await startServiceProcess({ dataDirectory, port: await freePort(), env });
  try {
    return await use(service.url);
  } finally {
    service.kill('SIGTERM');
    await service.exited;
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

type Submit = (id: string, tier: Tier) => Promise<boolean>;

/** False if it was refused. */
function createSubmit(pool: Pool): Submit {
  return async (id, tier) => {
    const body = JSON.stringify({ type: 'test-recorded-work', id, tier, data: { port: recorder.port, ms: workMs } });
    const headers = { 'content-type': 'application/json' };
    const response = await pool.request({ path: '/v1/events', method: 'POST', headers, body });
    await response.body.dump();
    return response.statusCode === 202;
  };
}

/** So many events at once; how many a second were worked on. */
async function saturate(submit: Submit, events: number, prefix: string): Promise<number> {
  const ids = Array.from({ length: events }, (_, index) => `${prefix}-${index}`);
  await Promise.all(ids.map((id) => submit(id, 'normal')));
  await until('all have come', async () => ids.every((id) => recorder.cameAt.has(id)), 300_000);
  const times = ids.map((id) => recorder.cameAt.get(id) ?? 0).toSorted((a, b) => a - b);
  // Without the first and the last few, which ran beside fewer.
  const from = times[Math.floor(events * 0.1)] ?? 0;
  const to = times[Math.floor(events * 0.9)] ?? 0;
  return (events * 0.8) / ((to - from) / 1_000);
}

/** Events at a steady rate, whatever becomes of those before; each tier's waits from the POST to the first work. */
async function openLoop(submit: Submit, rate: number, shares: typeof SHARES, prefix: string) {
  const tiers = Object.entries(shares) as readonly (readonly [Tier, number])[];
  const owed = new Map<Tier, number>();
  const sent: { readonly id: string; readonly tier: Tier; readonly atMs: number; readonly taken: Promise<boolean> }[] = [];
  const total = Math.ceil(rate * seconds);
  const startedAt = performance.now();
  for (let index = 0; index < total; index += 1) {
    const dueMs = startedAt + (index * 1_000) / rate - performance.now();
    if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
    for (const [tier, share] of tiers) owed.set(tier, (owed.get(tier) ?? 0) + share);
    const [tier] = [...owed].toSorted((a, b) => b[1] - a[1])[0] ?? ['normal' as const];
    owed.set(tier, (owed.get(tier) ?? 0) - 1);
    const id = `${prefix}-${index}`;
    sent.push({ id, tier, atMs: performance.now(), taken: submit(id, tier) });
  }
  const taken = await Promise.all(sent.map((event) => event.taken));
  const accepted = sent.filter((_, index) => taken[index]);
  await until('all that was accepted has come', async () => accepted.every(({ id }) => recorder.cameAt.has(id)), 900_000);
  const samples = accepted.map(({ id, tier, atMs }) => ({ tier, waitMs: (recorder.cameAt.get(id) ?? Number.NaN) - atMs }));
  return { samples, refused: sent.length - accepted.length };
}

async function startRecorder(): Promise<Recorder> {
  const cameAt = new Map<string, number>();
  const freedAt: number[] = [];
  const server = createServer((socket) => {
    const freed = freedAt.shift();
    if (freed !== undefined) started.gapsMs.push(performance.now() - freed);
    socket.setEncoding('utf8').on('data', (id: string) => {
      if (!cameAt.has(id)) cameAt.set(id, performance.now());
    });
    socket.on('error', () => undefined);
    socket.on('close', () => freedAt.push(performance.now()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const started: Recorder = {
    port: (server.address() as AddressInfo).port,
    cameAt,
    gapsMs: [],
    close: () => void server.close(),
  };
  return started;
}

function toReport(): string {
  const ms = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(0));
  const row = (load: string, samples: readonly Sample[], tier: string): string => {
    const waits = samples.filter((sample) => sample.tier === tier).map(({ waitMs }) => waitMs);
    const { p50, p95, p99 } = quantiles(waits);
    return `| ${load} | ${tier} | ${waits.length} | ${ms(p50)} | ${ms(p95)} | ${ms(p99)} | ${ms(Math.max(...waits))} |`;
  };
  const rows = loads.flatMap(({ load, samples }) => Object.keys(SHARES).map((tier) => row(`${load}×`, samples, tier)));
  const gaps = quantiles(gapsMs);
  const low = flood.samples.filter(({ tier }) => tier === 'low').map(({ waitMs }) => waitMs);
  const bound = LONGEST_WAITS_S.low * 1_000;
  return `# Limits, measured

${cpus().length} cores for everything: client, recorder, service and its embedded engine. Node ${process.version}, Temporal CLI 1.5.1 on SQLite. Heavy events of
${workMs} ms each, cap ${CAP}; who works when is seen by a recorder outside, which each event is connected to while it works. One process saturated:
${perSecond.toFixed(1)} events/s of ${((CAP * 1_000) / workMs).toFixed(0)} ideal. Longest waits set to ${Object.entries(LONGEST_WAITS_S)
    .map(([tier, wait]) => `${tier} ${wait} s`)
    .join(', ')}. Repeat it with \`npm run bench:limits\`.

From the end of one to the beginning of the next while others wait: p50 ${ms(gaps.p50)} ms, p95 ${ms(gaps.p95)} ms, p99 ${ms(gaps.p99)} ms (${gapsMs.length} times).

## Waits by tier: POST → at work, open loop for ${seconds} s

| load | tier | events | p50 ms | p95 ms | p99 ms | longest |
|---|---|---|---|---|---|---|
${rows.join('\n')}

Above 1× the backlog grows for as long as the load lasts: waits beyond a tier's longest wait are those of a backlog in which everything is overdue, and is then
served in order of arrival. Refused by the backlog's limit: ${loads.map(({ load, refused }) => `${refused} at ${load}×`).join(', ')}.

## A flood of critical events at 3× capacity

| load | tier | events | p50 ms | p95 ms | p99 ms | longest |
|---|---|---|---|---|---|---|
${row('3×', flood.samples, 'critical')}
${row('3×', flood.samples, 'low')}

The longest wait of a low event was ${ms(Math.max(...low))} ms, ${(Math.max(...low) / bound).toFixed(2)} of its bound of ${bound} ms.
`;
}

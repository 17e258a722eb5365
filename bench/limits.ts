import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import type { Tier } from '../domain/tier.ts';
import { until } from '../test/support/until.ts';
import { createLoad } from './load.ts';
import type { Load } from './load.ts';
import { machine } from './machine.ts';
import { atRate, MIXED, takeTurns } from './pace.ts';
import type { Shares } from './pace.ts';
import { quantiles } from './quantiles.ts';
import { withService } from './service-under-test.ts';

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
const waits = Object.entries(LONGEST_WAITS_S).map(([tier, wait]) => `${tier}:${wait}s`);
const env = { MAX_CONCURRENT_TASKS: String(CAP), LONGEST_WAITS: waits.join(','), MAX_BACKLOG: '100000' };
const { perSecond, gapsMs, loads, flood } = await withService(
  async ({ url }) => {
    const load = createLoad(url, 64);
    const submit = createSubmit(load);
    await saturate(submit, 20, 'warmup');
    const capacity = await saturate(submit, 200, 'capacity');
    const gaps = recorder.gapsMs;
    // Those to come say nothing: nobody may be waiting.
    recorder.gapsMs = [];
    const rows: { readonly load: number; readonly samples: readonly Sample[]; readonly refused: number }[] = [];
    for (const load of LOADS) rows.push({ load, ...(await openLoop(submit, capacity * load, MIXED, `load${load}`)) });
    const flooded = await openLoop(submit, capacity * 3, { critical: 0.97, low: 0.03 }, 'flood');
    await load.close();
    return { perSecond: capacity, gapsMs: gaps, loads: rows, flood: flooded };
  },
  { env },
);
recorder.close();
const report = toReport();
process.stdout.write(report);
await writeFile(values.out, report);

type Submit = (id: string, tier: Tier) => Promise<boolean>;

/** False if it was refused. */
function createSubmit({ post }: Load): Submit {
  return async (id, tier) =>
    (await post({ type: 'test-recorded-work', id, tier, data: { port: recorder.port, ms: workMs } })).status === 202;
}

/** So many events at once; how many a second were worked on. */
async function saturate(submit: Submit, events: number, prefix: string): Promise<number> {
  const ids = Array.from({ length: events }, (_, index) => `${prefix}-${index}`);
  await Promise.all(ids.map((id) => submit(id, 'normal')));
  // Until then they were held up by their own coming all at once.
  await until('a fifth has come', async () => ids.filter((id) => recorder.cameAt.has(id)).length >= events / 5, 300_000);
  recorder.gapsMs = [];
  await until('all have come', async () => ids.every((id) => recorder.cameAt.has(id)), 300_000);
  const times = ids.map((id) => recorder.cameAt.get(id) ?? 0).toSorted((a, b) => a - b);
  // Without the first and the last few, which ran beside fewer.
  const from = times[Math.floor(events * 0.1)] ?? 0;
  const to = times[Math.floor(events * 0.9)] ?? 0;
  return (events * 0.8) / ((to - from) / 1_000);
}

/** Events at a steady rate, whatever becomes of those before; each tier's waits from the POST to the first work. */
async function openLoop(submit: Submit, rate: number, shares: Shares, prefix: string) {
  const nextTier = takeTurns(shares);
  const sent = await atRate(rate, Math.ceil(rate * seconds), async (index, atMs) => {
    const [id, tier] = [`${prefix}-${index}`, nextTier()];
    return { id, tier, atMs, taken: await submit(id, tier) };
  });
  const accepted = sent.filter(({ taken }) => taken);
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
  const rows = loads.flatMap(({ load, samples }) => Object.keys(MIXED).map((tier) => row(`${load}×`, samples, tier)));
  const gaps = quantiles(gapsMs);
  const low = flood.samples.filter(({ tier }) => tier === 'low').map(({ waitMs }) => waitMs);
  const bound = LONGEST_WAITS_S.low * 1_000;
  return `# Limits, measured

${machine()} Heavy events of
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

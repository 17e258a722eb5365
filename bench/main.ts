import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Tier } from '../domain/tier.ts';
import { readEngineRecord } from '../engine/engine-record.ts';
import { freePort, startServiceProcess } from '../test/support/service-process.ts';
import { withBare } from './bare/with-bare.ts';
import { startCallbackSink } from './callback-sink.ts';
import { createLoad, noise, throughput } from './load.ts';
import { machine } from './machine.ts';
import { median, quantiles } from './quantiles.ts';
import type { Quantiles } from './quantiles.ts';
import { oneAtATime, withSending } from './sending.ts';
import type { Latencies } from './sending.ts';
import { withService } from './service-under-test.ts';
import type { ServiceUnderTest } from './service-under-test.ts';

// `npm run bench`: one client process, one service process with its engine, everything on this machine's cores.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '1000' },
    single: { type: 'string', default: '300' },
    events: { type: 'string', default: '2000' },
    'in-flight': { type: 'string', default: '64' },
    crashes: { type: 'string', default: '5' },
    // For callbacks sent twice: as many at once as a process lets in.
    saturating: { type: 'string', default: '4000' },
    'at-once': { type: 'string', default: '200' },
    out: { type: 'string', default: 'bench/report.md' },
  },
});
const rounds = Number(values.rounds);
const inFlight = Number(values['in-flight']);

interface Round extends Latencies {
  readonly own: Rate;
  /** Without ids of their own, events may be started together; the bare workflow knows no such thing. */
  readonly grouped: Rate | null;
}

interface Rate {
  readonly eventsPerSecond: number;
  readonly duplicates: number;
}

const stock: Round[] = [];
const light: Round[] = [];
const bare: Round[] = [];
for (let round = 0; round < rounds; round += 1) {
  bare.push(await withBare((url) => measure(url, 'own')));
  stock.push(await withService(({ url }) => measure(url, 'both')));
  light.push(await withService(({ url }) => measure(url, 'both'), { env: { TICKLESS_FAST_SANDBOX: '1' } }));
}
const recovery = await withService(async (service) => ({
  critical: quantiles(await recoveryTimes(service, 'critical')),
  normal: quantiles(await recoveryTimes(service, 'normal')),
  beside: await withAnother(service, async () => quantiles(await recoveryTimes(service, 'normal', 'another is alive'))),
}));
const saturated = await saturate();
const report = toReport();
process.stdout.write(report);
await writeFile(values.out, report);

async function measure(url: string, ids: 'own' | 'both'): Promise<Round> {
  const own = { url, inFlight, ownIds: true };
  await withSending(own, (sending) => throughput(sending, Number(values.warmup), inFlight, 'warmup'));
  const single = await withSending(own, (sending) => oneAtATime(sending, Number(values.single), 'single'));
  const rate = (ownIds: boolean): Promise<Rate> =>
    withSending({ ...own, ownIds }, async (sending) => {
      const eventsPerSecond = await throughput(sending, Number(values.events), inFlight, 'event');
      return { eventsPerSecond, duplicates: sending.sink.duplicates };
    });
  return { ...single, own: await rate(true), grouped: ids === 'both' ? await rate(false) : null };
}

/** A second service on the same engine. */
async function withAnother<T>({ dataDirectory }: ServiceUnderTest, use: () => Promise<T>): Promise<T> {
  const engine = readEngineRecord(dataDirectory);
  if (engine === undefined) throw new Error('the service has no engine of its own');
  const folder = await mkdtemp(join(tmpdir(), 'tickless-bench-'));
  const env = { NODE_ENV: 'production', TEMPORAL_ADDRESS: engine.address, WEBHOOK_SECRETS: `whsec_${randomBytes(32).toString('base64')}` };
  const another = await startServiceProcess({ dataDirectory: folder, port: await freePort(), env });
  try {
    return await use();
  } finally {
    another.kill('SIGTERM');
    await another.exited;
    await rm(folder, { recursive: true });
  }
}

/**
 * SIGKILL when the callback arrives, before its answer: milliseconds until it comes again, from the same process, which is
 * started again at once, or from another, beside which it is started only then.
 */
async function recoveryTimes(service: ServiceUnderTest, tier: Tier, others: 'it is alone' | 'another is alive' = 'it is alone') {
  const sink = await startCallbackSink();
  const times: number[] = [];
  for (let crash = 0; crash < Number(values.crashes); crash += 1) {
    const key = `${tier}-crash-${crash}-${others.replaceAll(' ', '-')}`;
    const arrivals: number[] = [];
    const again = new Promise<void>((resolve) => {
      sink.onArrival = (arrived) => {
        if (arrived !== key) return;
        arrivals.push(performance.now());
        if (arrivals.length === 1) service.kill('SIGKILL');
        else resolve();
      };
    });
    const load = createLoad(service.url, 1);
    await load.post({ ...noise(sink, key), id: key, tier }).catch(() => undefined);
    if (others === 'it is alone') await service.restart();
    await again;
    if (others === 'another is alive') await service.restart();
    times.push((arrivals[1] ?? Number.NaN) - (arrivals[0] ?? Number.NaN));
    await load.close();
  }
  sink.close();
  return times;
}

/** How often a callback is sent twice because the service is only slow. */
async function saturate(): Promise<Rate> {
  const sink = await startCallbackSink();
  const atOnce = Number(values['at-once']);
  const eventsPerSecond = await withService(async ({ url }) => {
    const load = createLoad(url, atOnce);
    const perSecond = await throughput({ load, sink, ownIds: true }, Number(values.saturating), atOnce, 'saturating');
    await load.close();
    return perSecond;
  });
  // The service has ended what was under way, a second time or not.
  sink.close();
  return { eventsPerSecond, duplicates: sink.duplicates };
}

function toReport(): string {
  const row = (name: string, of: readonly Round[], pick: (round: Round) => Quantiles): string => {
    const cells = (['p50', 'p95', 'p99'] as const).map((quantile) => median(of.map((round) => pick(round)[quantile])).toFixed(1));
    return `| ${name} | ${cells.join(' | ')} |`;
  };
  const rates = (name: string, of: readonly (Rate | null)[]): string => {
    const known = of.filter((rate) => rate !== null);
    const perSecond = known.map(({ eventsPerSecond }) => eventsPerSecond);
    const cells = [Math.min(...perSecond), median(perSecond), Math.max(...perSecond)].map((rate) => rate.toFixed(0));
    const repeats = known.reduce((sum, { duplicates }) => sum + duplicates, 0);
    return `| ${name} | ${cells.join(' | ')} | ${repeats} of ${known.length * Number(values.events)} |`;
  };
  const rate = (of: readonly Round[]): number => median(of.map(({ own }) => own.eventsPerSecond));
  const shares = [stock, light].map((of) => (rate(of) / rate(bare)).toFixed(2));
  return `# Measured

${machine()} Event type \`noise\` with about
300 bytes of data, a signed callback to loopback. With an id of its own an event has a workflow of its own; without one, events that come together may
share one. A bare workflow (\`bench/bare\`) is the least of the same shape: a plain HTTP server, three steps and an unsigned callback as a local
activity each, no search attributes, no idempotency, on the same engine, in turn with ours. \`noise\` says \`coalesce\`, so that one local activity runs its
steps and its callback (docs/decisions/0011-quick-events-in-one-local-activity.md).
Medians over ${rounds} rounds, each with a new service and ${values.warmup} events of warm-up. Repeat it with \`npm run bench\`.

## One event at a time (${values.single} events a round)

| milliseconds | p50 | p95 | p99 |
|---|---|---|---|
${row('POST → 202', stock, (round) => round.accepted)}
${row('the same, lighter sandbox', light, (round) => round.accepted)}
${row('the same, bare workflow', bare, (round) => round.accepted)}
${row('POST → callback received', stock, (round) => round.calledBack)}
${row('the same, lighter sandbox', light, (round) => round.calledBack)}
${row('the same, bare workflow', bare, (round) => round.calledBack)}

## ${inFlight} in flight (${values.events} events a round)

| events/s, callbacks included | lowest round | median | highest round | callbacks sent twice |
|---|---|---|---|---|
${rates(
  'own workflow per event',
  stock.map(({ own }) => own),
)}
${rates(
  'the same, lighter sandbox',
  light.map(({ own }) => own),
)}
${rates(
  'bare workflow',
  bare.map(({ own }) => own),
)}
${rates(
  'no ids, started together',
  stock.map(({ grouped }) => grouped),
)}
${rates(
  'the same, lighter sandbox',
  light.map(({ grouped }) => grouped),
)}

With a workflow each the service reaches ${shares[0]} of the bare workflow's rate, ${shares[1]} with \`TICKLESS_FAST_SANDBOX=1\` (the bare one runs in the SDK's own
sandbox). Machines differ: compare ratios, not figures.

## Recovery, and what it costs

The service is killed by SIGKILL when a callback reaches its receiver, before the answer, and started again at once, or only when another process on the same engine has sent it; the engine lives on. The time
is that from the first arrival to the second (the same \`webhook-id\`). How long the engine waits before it gives a task to another is the first part
of it; what is shorter than a slow task takes repeats that, callback included: hence the last line, with as much at once as a process lets in.

| | |
|---|---|
| SIGKILL → callback, \`critical\`, p50 and worst of ${values.crashes} | ${recovery.critical.p50.toFixed(0)} and ${recovery.critical.p99.toFixed(0)} ms |
| the same, other tiers | ${recovery.normal.p50.toFixed(0)} and ${recovery.normal.p99.toFixed(0)} ms |
| the same, with another process alive | ${recovery.beside.p50.toFixed(0)} and ${recovery.beside.p99.toFixed(0)} ms |
| callbacks sent twice at saturation, ${values['at-once']} in flight | ${saturated.duplicates} of ${values.saturating} (${saturated.eventsPerSecond.toFixed(0)} events/s) |

## Elsewhere

Waits for permits and wake-up, by tier and load: [limits.md](limits.md). Deliveries, a dead destination beside a healthy one, memory with many pending:
[callbacks.md](callbacks.md). Rates up to an overload of all tiers: [open-loop.md](open-loop.md). Where the time goes: [profiles.md](profiles.md). Events of subjects:
[subjects.md](subjects.md). Batches: [batches.md](batches.md). Beside other engines: [peers.md](peers.md).
`;
}

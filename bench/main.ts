import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, startServiceProcess } from '../test/support/service-process.ts';
import type { ServiceProcess } from '../test/support/service-process.ts';
import { startCallbackSink } from './callback-sink.ts';
import { createLoad, throughput } from './load.ts';
import type { Load } from './load.ts';
import { median, quantiles } from './quantiles.ts';
import type { Quantiles } from './quantiles.ts';

// `npm run bench`: one client process, one service process with its engine, everything on this machine's cores.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '1000' },
    single: { type: 'string', default: '300' },
    events: { type: 'string', default: '2000' },
    'in-flight': { type: 'string', default: '32' },
    crashes: { type: 'string', default: '5' },
    out: { type: 'string', default: 'bench/report.md' },
  },
});
const rounds = Number(values.rounds);
const inFlight = Number(values['in-flight']);

interface Round {
  readonly accepted: Quantiles;
  readonly calledBack: Quantiles;
  readonly eventsPerSecond: number;
  readonly duplicates: number;
}

const measured: Round[] = [];
const fast: Round[] = [];
const floor: Round[] = [];
for (let round = 0; round < rounds; round += 1) {
  floor.push(await withBare(measure));
  measured.push(await withService(({ service }) => measure(service.url)));
  fast.push(await withService(({ service }) => measure(service.url), { TICKLESS_FAST_SANDBOX: '1' }));
}
const recovery = quantiles(await withService(measureRecovery));
const report = toReport(measured, fast, floor, recovery);
process.stdout.write(report);
await writeFile(values.out, report);

interface Subject {
  service: ServiceProcess;
  readonly restart: () => Promise<ServiceProcess>;
}

async function withService<T>(use: (subject: Subject) => Promise<T>, env: Readonly<Record<string, string>> = {}): Promise<T> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-bench-'));
  const port = await freePort();
  const start = (): Promise<ServiceProcess> => startServiceProcess({ dataDirectory, port, env: { NODE_ENV: 'production', ...env } });
  const subject: Subject = { service: await start(), restart: start };
  try {
    return await use(subject);
  } finally {
    subject.service.kill('SIGTERM');
    await subject.service.exited;
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

/** The same load on a bare workflow of the same shape: what the SDK and the server leave of this machine. */
async function withBare<T>(use: (url: string) => Promise<T>): Promise<T> {
  const port = await freePort();
  const entry = fileURLToPath(new URL('./bare/main.ts', import.meta.url));
  const bare = spawn(process.execPath, ['--import', 'tsx', entry], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(bare.stdout, 'data');
  try {
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    bare.kill('SIGTERM');
    await once(bare, 'exit');
  }
}

async function measure(url: string): Promise<Round> {
  const sink = await startCallbackSink();
  const load = createLoad(url, sink, inFlight);
  await throughput(load, Number(values.warmup), inFlight, 'warmup');
  const single = await oneAtATime(load, Number(values.single));
  const eventsPerSecond = await throughput(load, Number(values.events), inFlight, 'event');
  await load.close();
  sink.close();
  return { ...single, eventsPerSecond, duplicates: sink.duplicates };
}

async function oneAtATime(load: Load, events: number): Promise<Pick<Round, 'accepted' | 'calledBack'>> {
  const accepted: number[] = [];
  const calledBack: number[] = [];
  for (let index = 0; index < events; index += 1) {
    const times = await load.run(`single-${index}`);
    accepted.push(times.acceptedMs);
    calledBack.push(times.calledBackMs);
  }
  return { accepted: quantiles(accepted), calledBack: quantiles(calledBack) };
}

/** SIGKILL when the callback arrives, before its answer, and a restart at once: milliseconds until it comes again. */
async function measureRecovery(subject: Subject): Promise<readonly number[]> {
  const sink = await startCallbackSink();
  const times: number[] = [];
  for (let crash = 0; crash < Number(values.crashes); crash += 1) {
    const key = `crash-${crash}`;
    const arrivals: number[] = [];
    const again = new Promise<void>((resolve) => {
      sink.onArrival = (arrived) => {
        if (arrived !== key) return;
        arrivals.push(performance.now());
        if (arrivals.length === 1) subject.service.kill('SIGKILL');
        else resolve();
      };
    });
    const load = createLoad(subject.service.url, sink, 1);
    await load.run(key).catch(() => undefined);
    await subject.service.exited;
    subject.service = await subject.restart();
    await again;
    times.push((arrivals[1] ?? Number.NaN) - (arrivals[0] ?? Number.NaN));
    await load.close();
  }
  sink.close();
  return times;
}

function toReport(all: readonly Round[], light: readonly Round[], bare: readonly Round[], recovered: Quantiles): string {
  const row = (name: string, of: readonly Round[], pick: (round: Round) => Quantiles): string => {
    const cells = (['p50', 'p95', 'p99'] as const).map((quantile) => median(of.map((round) => pick(round)[quantile])).toFixed(1));
    return `| ${name} | ${cells.join(' | ')} |`;
  };
  const rates = (name: string, of: readonly Round[]): string => {
    const perSecond = of.map((round) => round.eventsPerSecond);
    const cells = [Math.min(...perSecond), median(perSecond), Math.max(...perSecond)].map((rate) => rate.toFixed(0));
    return `| ${name} | ${cells.join(' | ')} | ${of.reduce((sum, round) => sum + round.duplicates, 0)} |`;
  };
  const rate = (of: readonly Round[]): number => median(of.map((round) => round.eventsPerSecond));
  const shares = [all, light].map((of) => (rate(of) / rate(bare)).toFixed(2));
  const [cpu] = cpus();
  return `# Measured

${cpus().length} cores (${cpu?.model ?? 'unknown'}, ${platform()} ${arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB) for everything: client, receiver,
service and its embedded engine. Node ${process.version}, Temporal CLI 1.5.1 on SQLite, WAL, \`ENGINE_SYNC=${process.env['ENGINE_SYNC'] ?? 'normal'}\`. Event type
\`noise\` with an own id and about 300 bytes of data, a workflow of its own each, a signed callback to loopback.
A bare workflow (\`bench/bare\`) is the least of the same shape: a plain HTTP server, three steps and an unsigned callback as local
activities, no search attributes, no idempotency, on the same engine, in turn with ours.
Medians over ${rounds} rounds, each with a new service and ${values.warmup} events of warm-up. Repeat it with \`npm run bench\`.

## One event at a time (${values.single} events a round)

| milliseconds | p50 | p95 | p99 |
|---|---|---|---|
${row('POST → 202', all, (round) => round.accepted)}
${row('the same, lighter sandbox', light, (round) => round.accepted)}
${row('the same, bare workflow', bare, (round) => round.accepted)}
${row('POST → callback received', all, (round) => round.calledBack)}
${row('the same, lighter sandbox', light, (round) => round.calledBack)}
${row('the same, bare workflow', bare, (round) => round.calledBack)}

## ${inFlight} in flight (${values.events} events a round)

| events/s, callbacks included | lowest round | median | highest round | callbacks sent twice |
|---|---|---|---|---|
${rates('own workflow per event', all)}
${rates('the same, lighter sandbox', light)}
${rates('bare workflow', bare)}

The service reaches ${shares[0]} of the bare workflow's rate, ${shares[1]} with \`TICKLESS_FAST_SANDBOX=1\` (the bare one runs in the SDK's own sandbox). These machines are shared and differ: compare ratios, not figures.

## Recovery

The service is killed by SIGKILL when a callback reaches its receiver, before the answer, and started again at once; the engine
lives on. Milliseconds from the first arrival to the second (the same \`webhook-id\`), ${values.crashes} crashes:
p50 ${recovered.p50.toFixed(0)}, worst ${recovered.p99.toFixed(0)}.
`;
}

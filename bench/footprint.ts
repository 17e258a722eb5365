import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startCallbackSink } from './callback-sink.ts';
import { createLoad, throughput } from './load.ts';
import { machine } from './machine.ts';
import { cpuMs, residentMb } from './process-usage.ts';
import { withService } from './service-under-test.ts';
import type { ServiceUnderTest } from './service-under-test.ts';
import { trend } from './trend.ts';

// `npm run bench:footprint`: what the service takes when there is nothing to do, and whether its memory grows with what it has done.
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    // Of these, while caches fill.
    'not-counted': { type: 'string', default: '20000' },
    'in-flight': { type: 'string', default: '64' },
    'idle-seconds': { type: 'string', default: '30' },
    // With ids of their own, events have a workflow each and are never started together.
    own: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/footprint.md' },
  },
});
const events = Number(values.events);
const notCounted = Number(values['not-counted']);
const inFlight = Number(values['in-flight']);

// Samples of one block hang together, by the collector's rounds; means of blocks hardly do.
const BLOCKS = 40;
const WARMUP = 500;
const SETTLE_MS = 5_000;
const SAMPLE_MS = 200;

interface Block {
  /** How many events had been done by its end. */
  readonly done: number;
  readonly eventsPerSecond: number;
  /** Megabytes: mean of the resident memory of the service. */
  readonly residentMb: number;
  /** The least of the heap of its main thread: what is left after a collection. */
  readonly heapMb: number;
  readonly engineMb: number;
}

interface Idle {
  /** Percent of a core. */
  readonly service: number;
  readonly engine: number;
}

const { before, blocks, after, storedBytes } = await withService(measure);
const report = toReport();
process.stdout.write(report);
await writeFile(values.out, report);

async function measure(service: ServiceUnderTest) {
  const sink = await startCallbackSink();
  const load = createLoad(service.url, inFlight);
  const sending = { load, sink, ownIds: values.own };
  await throughput(sending, WARMUP, inFlight, 'warmup');
  const before = await idle(service);
  const bytesBefore = await bytesOf(service.dataDirectory);
  const blocks: Block[] = [];
  for (let index = 0; index < BLOCKS; index += 1) {
    const block = await measureBlock(service, () => throughput(sending, events / BLOCKS, inFlight, `block-${index}`));
    blocks.push({ ...block, done: ((index + 1) * events) / BLOCKS });
    sink.forget();
    process.stderr.write(
      `${blocks.at(-1)?.done} events: ${block.residentMb.toFixed(0)} MB, ${block.eventsPerSecond.toFixed(0)} events/s\n`,
    );
  }
  const after = await idle(service);
  const storedBytes = ((await bytesOf(service.dataDirectory)) - bytesBefore) / events;
  await load.close();
  sink.close();
  return { before, blocks, after, storedBytes };
}

async function measureBlock(service: ServiceUnderTest, work: () => Promise<number>): Promise<Omit<Block, 'done'>> {
  const resident: number[] = [];
  const heap: number[] = [];
  const over = new AbortController();
  const sampling = (async () => {
    while (!over.signal.aborted) {
      resident.push(await residentMb(service.pid));
      heap.push(await heapMb(service.url));
      await pause(SAMPLE_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  const eventsPerSecond = await work();
  over.abort();
  await sampling;
  return {
    eventsPerSecond,
    residentMb: resident.reduce((sum, mb) => sum + mb, 0) / resident.length,
    heapMb: Math.min(...heap),
    engineMb: await residentMb(service.enginePid),
  };
}

async function heapMb(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(metrics)?.[1]) / 2 ** 20;
}

async function idle({ pid, enginePid }: ServiceUnderTest): Promise<Idle> {
  // What was under way ends, and is collected.
  await pause(SETTLE_MS);
  const [service, engine, startedAt] = [await cpuMs(pid), await cpuMs(enginePid), performance.now()];
  await pause(Number(values['idle-seconds']) * 1_000);
  const wallMs = performance.now() - startedAt;
  return { service: (((await cpuMs(pid)) - service) / wallMs) * 100, engine: (((await cpuMs(enginePid)) - engine) / wallMs) * 100 };
}

async function bytesOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name)).catch(() => null))?.size ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function toReport(): string {
  const counted = blocks.filter(({ done }) => done > notCounted);
  const growth = (pick: (block: Block) => number): string => {
    const { slope, standardError } = trend(counted.map((block) => ({ x: block.done, y: pick(block) })));
    const [per, error] = [slope * 100_000, standardError * 100_000];
    return `${per.toFixed(1)} ± ${error.toFixed(1)} | ${Math.abs(per) <= 2 * error ? 'no' : '**yes**'}`;
  };
  const shown = blocks.filter((_, index) => (index + 1) % (BLOCKS / 10) === 0);
  const mb = (value: number): string => value.toFixed(0);
  return `# Footprint, measured

${machine()} \`noise\` events of 300 bytes
with callbacks, ${inFlight} in flight, ${values.own ? 'a workflow each' : 'without ids of their own, so that they may be started together'}. Repeat it with \`npm run bench:footprint${values.own ? ' -- --own' : ''}\`.

## With nothing to do, over ${values['idle-seconds']} s

| percent of a core | API and worker, one process | engine |
|---|---|---|
| at the start | ${before.service.toFixed(1)} | ${before.engine.toFixed(1)} |
| after ${events} events | ${after.service.toFixed(1)} | ${after.engine.toFixed(1)} |

## Memory over ${events} events

| events | events/s | service, MB resident, mean | heap of its main thread, MB, least | engine, MB resident |
|---|---|---|---|---|
${shown.map((block) => `| ${block.done} | ${block.eventsPerSecond.toFixed(0)} | ${mb(block.residentMb)} | ${mb(block.heapMb)} | ${mb(block.engineMb)} |`).join('\n')}

The line of least squares through the ${counted.length} blocks after the first ${notCounted} events, with its standard error; it is told from 0 where it is more than two of
these away.

| MB more for each 100,000 events | | told from 0 |
|---|---|---|
| service, resident | ${growth((block) => block.residentMb)} |
| heap of its main thread | ${growth((block) => block.heapMb)} |
| engine, resident | ${growth((block) => block.engineMb)} |

On disk: ${(storedBytes / 1_024).toFixed(1)} KB an event, until its retention ends.
`;
}

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createClient } from '../client/create-client.ts';
import { lines, runBatch } from './batch-load.ts';
import type { MeasuredBatch } from './batch-load.ts';
import { engineRequests } from './engine-requests.ts';
import { machine } from './machine.ts';
import { residentMb } from './process-usage.ts';
import { median } from './quantiles.ts';
import { withService } from './service-under-test.ts';

// `npm run bench:batches`: how fast a batch is taken and run, what it needs of memory, and how late its watchers hear of it.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    items: { type: 'string', default: '10000' },
    lines: { type: 'string', default: '100000' },
    watchers: { type: 'string', default: '500' },
    out: { type: 'string', default: 'bench/batches.md' },
  },
});
const rounds = Number(values.rounds);

interface Memory {
  readonly before: number;
  readonly accepting: number;
  readonly running: number;
}

const few: MeasuredBatch[] = [];
let watched: Watched | undefined;
let many: (MeasuredBatch & { readonly service: Memory; readonly engine: Memory }) | undefined;
await withService(async ({ url, pid, enginePid }) => {
  await runBatch(url, 2_000);
  for (let round = 0; round < rounds; round += 1) few.push(await runBatch(url, Number(values.items)));
  watched = await watch(url, enginePid, Number(values.watchers));
  many = await withMemory(url, [pid, enginePid], Number(values.lines));
});
const report = toReport();
process.stdout.write(report);
await writeFile(values.out, report);

interface Watched {
  /** Milliseconds from the end of the batch, as it says itself, until each of its watchers heard of it. */
  readonly lags: readonly number[];
  /** What the engine was asked a second meanwhile, by its own count. */
  readonly queriesPerSecond: number;
  readonly readsPerSecond: number;
}

/** A batch of a few seconds, whose items are sent to nobody else meanwhile. */
async function watch(url: string, engine: number, watchers: number): Promise<Watched> {
  const tickless = createClient({ url });
  const { id } = await tickless.batches.submitLines(lines(10_000));
  const before = await engineRequests(engine);
  const startedAt = performance.now();
  const lags = await Promise.all(
    Array.from({ length: watchers }, async () => {
      for await (const message of tickless.batches.stream(id)) {
        if (message.kind === 'ended') return Date.now() - Date.parse(message.resource.completedAt ?? '');
      }
      return Number.NaN;
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = await engineRequests(engine);
  const perSecond = (operation: string): number => ((after.get(operation) ?? 0) - (before.get(operation) ?? 0)) / seconds;
  return {
    lags: lags.toSorted((a, b) => a - b),
    queriesPerSecond: perSecond('QueryWorkflow'),
    readsPerSecond: perSecond('GetWorkflowExecutionHistoryReverse'),
  };
}

async function withMemory(url: string, pids: readonly [number, number], items: number) {
  const read = (): Promise<readonly number[]> => Promise.all(pids.map(residentMb));
  const before = await read();
  const peak = { accepting: [...before], running: [...before] };
  let phase: 'accepting' | 'running' = 'accepting';
  const timer = setInterval(() => {
    void read().then((now) => {
      for (const [index, mb] of now.entries()) peak[phase][index] = Math.max(peak[phase][index] ?? 0, mb);
    });
  }, 200);
  const measured = await runBatch(url, items, () => {
    phase = 'running';
  });
  clearInterval(timer);
  const of = (index: number): Memory => ({
    before: before[index] ?? 0,
    accepting: peak.accepting[index] ?? 0,
    running: peak.running[index] ?? 0,
  });
  return { ...measured, service: of(0), engine: of(1) };
}

function toReport(): string {
  const rates = few.map(({ itemsPerSecond }) => itemsPerSecond);
  const { lags = [], queriesPerSecond = 0, readsPerSecond = 0 } = watched ?? {};
  const row = (name: string, memory: Memory | undefined): string =>
    `| ${name} | ${memory?.before.toFixed(0)} | ${memory?.accepting.toFixed(0)} | ${memory?.running.toFixed(0)} |`;
  return `# Batches, measured

${machine()}
Items are \`joy\` events without a callback, sent as lines. Repeat it with \`npm run bench:batches\`.

| | |
|---|---|
| ${values.items} light items, from the batch's start to its end, median of ${rounds} rounds | ${median(rates).toFixed(0)} items/s (${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}) |
| the same, POST → 202 | ${median(few.map(({ acceptedMs }) => acceptedMs)).toFixed(0)} ms |
| ${values.lines} lines, POST → 202 | ${((many?.acceptedMs ?? 0) / 1_000).toFixed(1)} s |
| the same, from start to end | ${many?.itemsPerSecond.toFixed(0)} items/s |
| ${values.watchers} watchers of one batch: its end → each has heard of it, p50 and worst | ${lags[Math.floor(lags.length / 2)]} and ${lags.at(-1)} ms |
| what they cost the engine meanwhile, by its own count | ${queriesPerSecond.toFixed(1)} queries/s, ${readsPerSecond.toFixed(1)} reads/s of a history's end |

## Memory with ${values.lines} lines

| resident MB | before | most while accepting | most while running |
|---|---|---|---|
${row('service', many?.service)}
${row('engine', many?.engine)}
`;
}

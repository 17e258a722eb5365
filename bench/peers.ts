import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { median } from './quantiles.ts';

// `npm run bench:peers`: a page of the service beside what people would use instead, from the results of a harness that runs
// each of them on the same work. It is no part of this repository: it starts Redis, PostgreSQL and Restate.
const { values } = parseArgs({
  options: {
    // Its results with `ENGINE_SYNC=full`, where all sync before they answer.
    synced: { type: 'string' },
    // Ours alone with `ENGINE_SYNC=normal`.
    unsynced: { type: 'string' },
    // Ours alone with `ENGINE_SYNC=full` and `TICKLESS_FAST_SANDBOX=1`.
    fast: { type: 'string' },
    // What its crash test printed.
    crash: { type: 'string' },
    out: { type: 'string', default: 'bench/peers.md' },
  },
});

interface Results {
  readonly startedAt: string;
  readonly machine: { readonly [part in 'cpu' | 'kernel' | 'node' | 'redis' | 'postgres']: string } & {
    readonly cores: number;
    readonly memoryGiB: number;
    readonly packages: Readonly<Record<string, string>>;
  };
  readonly options: { readonly [option in 'rounds' | 'n' | 'warmup' | 'closed' | 'openRate' | 'openSeconds' | 'inFlight' | 'cap']: number };
  readonly engines: Readonly<Record<string, Engine>>;
}

interface Engine {
  readonly durability: string;
  readonly settings: string;
  readonly runs: readonly (Run | { readonly ok: false; readonly error: string })[];
}

interface Run {
  readonly ok: true;
  readonly pssMiB: number;
  /** Cores that others used meanwhile. */
  readonly otherCores: number;
  readonly overall: { readonly duplicatesOverall: number };
  readonly phases: {
    readonly throughput: Phase & { readonly eventsPerSecond: number; readonly accept: Percentiles };
    readonly closed: Phase & { readonly accept: Percentiles; readonly endToEnd: Percentiles };
    readonly open: Phase & { readonly endToEnd: Percentiles };
    readonly idle: Phase;
  };
}

interface Phase {
  readonly events?: number;
  readonly missing?: number;
  readonly rejected?: number;
  readonly cpuMs: number;
  readonly wallMs: number;
}

type Percentiles = Readonly<Record<'p50' | 'p95' | 'p99', number>>;

const { synced, unsynced, fast, crash } = values;
if (synced === undefined || unsynced === undefined) throw new Error('--synced and --unsynced name the results of the harness');
const equal = await readResults(synced);
const ours = await readResults(unsynced);
const light = fast === undefined ? null : await readResults(fast);
const recoveries = crash === undefined ? [] : (await readFile(crash, 'utf8')).split('\n').filter((line) => /^\S+: /.test(line));
async function readResults(file: string): Promise<Results> {
  return JSON.parse(await readFile(file, 'utf8')) as Results;
}

function runsOf({ engines }: Results, name: string): readonly Run[] {
  return engines[name]?.runs.filter((run) => run.ok) ?? [];
}

function row(results: Results, name: string): string {
  const runs = runsOf(results, name);
  if (runs.length === 0) return `| ${name} | failed |${' |'.repeat(8)}`;
  const spread = (pick: (run: Run) => number, digits = 0): string => {
    const all = runs.map(pick);
    return `${median(all).toFixed(digits)} (${Math.min(...all).toFixed(digits)}–${Math.max(...all).toFixed(digits)})`;
  };
  const percentiles = (pick: (run: Run) => Percentiles): string =>
    (['p50', 'p95', 'p99'] as const).map((quantile) => median(runs.map((run) => pick(run)[quantile])).toFixed(1)).join(' / ');
  const sum = (pick: (phase: Phase) => number | undefined): number =>
    runs.flatMap(({ phases }) => Object.values(phases)).reduce((total, phase) => total + (pick(phase) ?? 0), 0);
  const twice = runs.reduce((total, { overall }) => total + overall.duplicatesOverall, 0);
  return `| ${[
    name,
    spread(({ phases }) => phases.throughput.eventsPerSecond),
    percentiles(({ phases }) => phases.closed.accept),
    percentiles(({ phases }) => phases.closed.endToEnd),
    percentiles(({ phases }) => phases.open.endToEnd),
    spread(({ phases }) => phases.throughput.cpuMs / (phases.throughput.events ?? 1), 2),
    spread(({ phases }) => (phases.idle.cpuMs / phases.idle.wallMs) * 100, 1),
    spread(({ pssMiB }) => pssMiB),
    `${sum(({ missing }) => missing)} / ${twice} / ${sum(({ rejected }) => rejected)}`,
    spread(({ otherCores }) => otherCores, 2),
  ].join(' | ')} |`;
}

interface Target {
  readonly says: string;
  readonly mine: string;
  readonly theirs: string;
  readonly of: (run: Run) => number;
  readonly bound: { readonly least: number } | { readonly most: number };
}

const PER_SECOND = ({ phases }: Run): number => phases.throughput.eventsPerSecond;
const TARGETS: readonly Target[] = [
  { says: 'groups, events/s', mine: 'ours:grouped', theirs: 'restate', of: PER_SECOND, bound: { least: 2 } },
  { says: 'groups, events/s', mine: 'ours:grouped', theirs: 'bullmq:always', of: PER_SECOND, bound: { least: 1 } },
  { says: 'a workflow each, events/s', mine: 'ours:own', theirs: 'dbos:direct', of: PER_SECOND, bound: { least: 1.2 } },
  {
    says: 'POST → callback, one at a time, p50',
    mine: 'ours:grouped',
    theirs: 'restate',
    of: ({ phases }) => phases.closed.endToEnd.p50,
    bound: { most: 1 },
  },
  {
    says: 'POST → callback, one at a time, p95',
    mine: 'ours:grouped',
    theirs: 'restate',
    of: ({ phases }) => phases.closed.endToEnd.p95,
    bound: { most: 1.3 },
  },
];

const report = toReport();
process.stdout.write(report);
await writeFile(values.out, report);

/** The ratio of the medians, and the least and the greatest of any two rounds that stood side by side. */
function targetRow({ says, mine, theirs, of, bound }: Target): string {
  const [a, b] = [runsOf(equal, mine).map(of), runsOf(equal, theirs).map(of)];
  const ratio = median(a) / median(b);
  const rounds = a.slice(0, b.length).map((value, index) => value / (b[index] ?? Number.NaN));
  const wanted = 'least' in bound ? `≥ ${bound.least.toFixed(1)}` : `≤ ${bound.most.toFixed(1)}`;
  const reached = 'least' in bound ? ratio >= bound.least : ratio <= bound.most;
  const spread = `${Math.min(...rounds).toFixed(2)}–${Math.max(...rounds).toFixed(2)}`;
  return `| ${says}: ${mine} to ${theirs} | ${wanted} | ${ratio.toFixed(2)} (${spread}) | ${reached ? 'yes' : '**no**'} |`;
}

function toReport(): string {
  const { machine: m, options: o } = equal;
  const head = `| | events/s, ${o.inFlight} in flight | POST → 202, one at a time, ms, p50 / p95 / p99 | POST → callback | the same at ${o.openRate} a second | CPU ms an event | idle CPU % | memory, PSS MiB | lost / twice / refused | other load, cores |
|---|---|---|---|---|---|---|---|---|---|`;
  const rows = (results: Results): string =>
    Object.keys(results.engines)
      .map((name) => row(results, name))
      .join('\n');
  const versions = Object.entries(m.packages).map(([name, version]) => `${name} ${version}`);
  return `# Peers, measured

The service beside what people would use instead, on the same work in one run: an event of 300 bytes is accepted by POST, three steps run and are
recorded, a callback is received. ${m.cores} cores (${m.cpu}, ${m.memoryGiB} GiB, Linux ${m.kernel}) for everything, Node ${m.node}, ${equal.startedAt.slice(0, 10)}.
${o.rounds} rounds in turn, each from nothing: ${o.warmup} events of warm-up, ${o.n} with ${o.inFlight} in flight, ${o.closed} one at a time, ${o.openRate} a second for ${o.openSeconds} s. Medians, and lowest–highest.
${m.redis.replace(/ sha=.*/, '')}; ${m.postgres}; ${versions.join(', ')}.

## At equal durability: all sync before they answer

${head}
${rows(equal)}

## Against the targets

| | wanted | measured (rounds) | reached |
|---|---|---|---|
${TARGETS.map(targetRow).join('\n')}

## Ours without syncing each commit (\`ENGINE_SYNC=normal\`)

Safe against SIGKILL; a power cut may lose the last commits, which is not what the peers above promise.

${head}
${rows(ours)}

${light === null ? '' : `## Ours in the lighter sandbox, synced\n\n${head}\n${rows(light)}\n\n`}## SIGKILL between the last step and the callback

${recoveries.length > 0 ? recoveries.map((line) => `- ${line}`).join('\n') : 'Not measured in this run.'}

## Settings

${Object.entries(equal.engines)
  .map(([name, { durability, settings }]) => `- **${name}**: ${durability}. ${settings}`)
  .join('\n')}
`;
}

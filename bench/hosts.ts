import { attemptTimes } from '../domain/attempt-times.ts';
import { changeOf } from '../domain/state-change.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createCatalog } from '../domain/catalog.ts';
import { acceptRun } from '../domain/event-run.ts';
import { toRunPlan } from '../domain/run-plan.ts';
import { ownDefinitions } from '../test/support/own-definitions.ts';
import { createAcceptFollowUps } from '../handlers/accept-follow-ups.ts';
import { createAnswer } from '../handlers/answer.ts';
import { createOpenEmitter } from '../handlers/create-open-emitter.ts';
import { createAdvance } from '../handlers/advance.ts';
import type { Advance } from '../handlers/advance.ts';
import type { Due } from '../handlers/advance-port.ts';
import { createGuardedAdvance } from '../handlers/hosts/guarded-advance.ts';
import { createHostPool } from '../handlers/hosts/pool.ts';
import { processMemoryMb } from '../handlers/hosts/process-figures.ts';
import { monotonicMs } from '../runtime/monotonic.ts';
import { ACCEPT_SETTINGS } from '../test/support/accept-settings.ts';
import { noServices } from '../test/support/handler-services.ts';
import { plantedDefinitions } from '../test/support/planted-definitions.ts';
import { acceptedEvent } from '../test/unit/domain/event-samples.ts';
import { hostFromSource } from '../worker/host-program.ts';
import { machine } from './machine.ts';
import { table } from './table.ts';

// `npm run bench:hosts`: what it costs that handlers run in a process of their own, and what it gives.
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, out: { type: 'string', default: 'bench/hosts.md' } } });
const rounds = Number(values.rounds);
const CALLS = 200;

const HEAD = [
  'events a call',
  'in the process, ms',
  'in a host, ms',
  'ratio',
  'CPU in the process, ms',
  'of the service, with hosts',
  'of the hosts',
  'ratio of CPU',
];

const catalog = createCatalog([...ownDefinitions, ...plantedDefinitions]);
const acceptFollowUps = createAcceptFollowUps({ catalog, answer: createAnswer(catalog), settings: ACCEPT_SETTINGS, now: Date.now });
const inProcess = createAdvance({
  times: attemptTimes,
  changeOf,
  resolve: catalog.find,
  services: noServices,
  openEmitter: createOpenEmitter(acceptFollowUps),
  now: Date.now,
  monotonicMs,
});
const loadBefore = loadavg()[0]?.toFixed(1);
const startedMs = performance.now();
const pool = createHostPool({
  program: hostFromSource('test/support/host-main.ts'),
  environment: process.env,
  settings: { services: { dataDirectory: tmpdir(), services: {} }, callbackAllow: [], accept: ACCEPT_SETTINGS },
  memoryMb: 1_024,
  graceMs: 100,
  workerHosts: 2,
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
});
await pool.ready;
const startMs = performance.now() - startedMs;
const apart = createGuardedAdvance(pool);

const costs = [];
for (const [size, atOnce] of [
  [1, 1],
  [1, 16],
  [45, 1],
  [45, 4],
] as const) {
  const due = dueOf('noise', { intensity: 0.3 }, size);
  await measure(inProcess, due, atOnce);
  await measure(apart, due, atOnce);
  const both: { readonly here: Cost; readonly there: Cost }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    both.push({ here: await measure(inProcess, due, atOnce), there: await measure(apart, due, atOnce) });
  }
  const all = (of: (round: (typeof both)[number]) => number): number => median(both.map(of));
  costs.push([
    `${size}, ${atOnce} at once`,
    all(({ here }) => here.ms).toFixed(3),
    all(({ there }) => there.ms).toFixed(3),
    all(({ here, there }) => there.ms / here.ms),
    all(({ here }) => here.cpuMs).toFixed(3),
    all(({ there }) => there.cpuMs).toFixed(3),
    all(({ there }) => there.hostsCpuMs).toFixed(3),
    all(({ here, there }) => (there.cpuMs + there.hostsCpuMs) / here.cpuMs),
  ]);
}

const quietMs = await loopDelay(() => new Promise((resolve) => setTimeout(resolve, 2_000)));
const loopingMs = await loopDelay(() => apart(dueOf('test-planted', { how: 'loop' }, 1), port()));
const [memoryMb] = pool.pids().map(processMemoryMb);
await pool.close();

const page = `# Handlers in processes of their own

${machine()} Medians of ${rounds} rounds of ${CALLS} calls, in the process and in a host in turn. The handlers are those of a Life event without a subject: three stages of
pure arithmetic, so that nearly all of it is the way there and back. The machine’s load average was ${loadBefore} before.

${table(HEAD, costs)}

- A host starts in ${startMs.toFixed(0)} ms from sources that were compiled before, and has ${memoryMb ?? '?'} MB of memory. A spare one waits, so that nobody waits for a start.
- The longest delay of the service’s event loop was ${quietMs.toFixed(0)} ms while nothing ran, and ${loopingMs.toFixed(0)} ms while a handler looped for ever and its process was ended.
`;
await writeFile(values.out, page);
process.stdout.write(page);

function port(): Parameters<Advance>[1] {
  return { signal: new AbortController().signal, tell: () => undefined };
}

function dueOf(type: string, data: object, size: number): Due {
  const definition = catalog.find(type);
  if (definition === undefined) throw new Error(`there is no type "${type}"`);
  const plan = toRunPlan(definition, { type, limits: [], subjectType: undefined });
  const runs = Array.from({ length: size }, (_, index) =>
    acceptRun(acceptedEvent({ type, plan, data, id: `event-${index}`, acceptedAtMs: Date.now() })),
  );
  return {
    runs,
    atOnce: size,
    inOrder: false,
    goOn: 'until-it-waits',
    bounds: null,
    subject: null,
  };
}

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
  readonly hostsCpuMs: number;
}

/** Milliseconds a call: by the clock, on this process's processor, and on that of the hosts. */
async function measure(advance: Advance, due: Due, atOnce: number): Promise<Cost> {
  let left = CALLS;
  const cpu = process.cpuUsage();
  const hostsMs = hostsCpuMs();
  const fromMs = performance.now();
  const lane = async (): Promise<void> => {
    for (; left > 0; left -= 1) await advance(due, port());
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const { user, system } = process.cpuUsage(cpu);
  return {
    ms: (performance.now() - fromMs) / CALLS,
    cpuMs: (user + system) / 1_000 / CALLS,
    hostsCpuMs: (hostsCpuMs() - hostsMs) / CALLS,
  };
}

/** What all threads of the hosts have had of a processor: the first figure of schedstat, in nanoseconds. */
function hostsCpuMs(): number {
  const threads = pool.pids().flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`));
  return threads.reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6, 0);
}

async function loopDelay(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

function median(all: readonly number[]): number {
  return all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? NaN;
}

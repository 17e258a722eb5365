import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createLogger } from '../config/logger.ts';
import { toTemporalLogger } from '../worker/temporal-logger.ts';
import { loadWorkflowBundle } from '../worker/workflow-bundle.ts';
import { startCallbackSink } from './callback-sink.ts';
import { createPlaceOf, selfTimes } from './cpu-profile.ts';
import type { CpuProfile, SelfTime, SelfTimes, Window } from './cpu-profile.ts';
import { createLoad, throughput } from './load.ts';
import { machine } from './machine.ts';
import { cpuMs, cpuMsByThread } from './process-usage.ts';
import { withService } from './service-under-test.ts';

// `npm run bench:profile`: where the time of an event goes, by package and by file of ours, in the threads of the service.
const { values } = parseArgs({
  options: {
    warmup: { type: 'string', default: '2000' },
    events: { type: 'string', default: '4000' },
    'in-flight': { type: 'string', default: '64' },
    // Without ids of their own, events may be started together.
    grouped: { type: 'boolean', default: false },
    // How many rows a table has.
    rows: { type: 'string', default: '15' },
    out: { type: 'string' },
  },
});
const events = Number(values.events);
const inFlight = Number(values['in-flight']);
const root = fileURLToPath(new URL('..', import.meta.url));

interface Usage {
  readonly threads: ReadonlyMap<string, number>;
  readonly engineMs: number;
}

const folder = await mkdtemp(join(tmpdir(), 'tickless-profile-'));
const measured = await withService(
  async ({ url, pid, enginePid }) => {
    const sink = await startCallbackSink();
    const load = createLoad(url, inFlight);
    const sending = { load, sink, ownIds: !values.grouped };
    await throughput(sending, Number(values.warmup), inFlight, 'warmup');
    const usage = async (): Promise<Usage> => ({ threads: await cpuMsByThread(pid), engineMs: await cpuMs(enginePid) });
    const before = await usage();
    const fromUs = nowUs();
    const eventsPerSecond = await throughput(sending, events, inFlight, 'event');
    const window: Window = { fromUs, toUs: nowUs() };
    const after = await usage();
    await load.close();
    sink.close();
    return { window, before, after, eventsPerSecond };
  },
  // Written as each thread ends.
  { nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${folder}`] },
);
const threads = await readThreads(measured.window);
await rm(folder, { recursive: true });
const report = toReport();
process.stdout.write(report);
await writeFile(values.out ?? `bench/profile-${values.grouped ? 'grouped' : 'own'}.md`, report);

/** The clock of the profiles. */
function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** Those that did anything meanwhile. */
async function readThreads(window: Window): Promise<readonly (SelfTimes & { readonly name: string })[]> {
  const bundle = await loadWorkflowBundle(toTemporalLogger(createLogger('warn')));
  if (!('codePath' in bundle)) throw new Error('the service has kept no workflow bundle');
  const placeOf = await createPlaceOf(root, bundle.codePath);
  const found: (SelfTimes & { readonly name: string })[] = [];
  // The name's last numbers are those of the thread and the profile.
  const names = (await readdir(folder)).sort((a, b) => threadOf(a) - threadOf(b));
  for (const file of names) {
    const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
    const runsWorkflows = profile.nodes.some(({ callFrame }) => callFrame.url.endsWith('workflow-worker-thread.js'));
    const kind = runsWorkflows ? 'Workflow thread' : 'Other thread';
    const times = selfTimes(profile, window, placeOf);
    if (times.busyMs > 0.01 * ((window.toUs - window.fromUs) / 1_000)) {
      found.push({ ...times, name: threadOf(file) === 0 ? 'Main thread' : `${kind} ${threadOf(file)}` });
    }
  }
  return found;
}

function threadOf(file: string): number {
  return Number(file.split('.').at(-3));
}

function toReport(): string {
  const { before, after, window, eventsPerSecond } = measured;
  const wallMs = (window.toUs - window.fromUs) / 1_000;
  const perEvent = (ms: number): string => (ms / events).toFixed(3);
  const spent = new Map([...after.threads].map(([name, ms]) => [name, ms - (before.threads.get(name) ?? 0)]));
  const of = (names: RegExp): number => [...spent].reduce((sum, [name, ms]) => sum + (names.test(name) ? ms : 0), 0);
  const profiler = of(/^v8:Prof/);
  const main = of(/^main$/);
  const core = of(/^(tokio|temporal|workflow-proc)/);
  const usage: readonly (readonly [string, number])[] = [
    ['main thread', main],
    ['the SDK’s core (Rust)', core],
    ['other threads: workflows, compiler, collector, pool', of(/./) - profiler - main - core],
    ['the engine', after.engineMs - before.engineMs],
  ];
  const rows = (times: readonly SelfTime[], busyMs: number): string =>
    times
      .slice(0, Number(values.rows))
      .map(({ name, selfMs, withBuiltinsMs }) => {
        const share = ((withBuiltinsMs / busyMs) * 100).toFixed(1);
        return `| ${name} | ${perEvent(selfMs)} | ${perEvent(withBuiltinsMs)} | ${share} % |`;
      })
      .join('\n');
  const head = '| self, ms an event | with what it calls of Node | share of the thread |\n|---|---|---|---|';
  return `# Where the time goes: ${values.grouped ? 'events that are started together' : 'a workflow an event'}

${machine()} ${events} \`noise\` events with callbacks, ${inFlight} in flight, ${values.grouped ? 'no ids of their own' : 'a workflow each'}, after ${values.warmup} of warm-up:
${eventsPerSecond.toFixed(0)} events/s under the profiler, which itself took ${perEvent(profiler)} ms of CPU an event. Repeat it
with \`npm run bench:profile${values.grouped ? ' -- --grouped' : ''}\`.

| CPU | ms an event | cores |
|---|---|---|
${usage.map(([name, ms]) => `| ${name} | ${perEvent(ms)} | ${(ms / wallMs).toFixed(2)} |`).join('\n')}

A thread's profile is of the time in which it wasn't idle, by the clock: on a machine that does other things too, that is more than its CPU.
${threads
  .map(
    ({ name, busyMs, packages, files }) => `
## ${name}, by package: ${perEvent(busyMs)} ms an event

| package ${head}
${rows(packages, busyMs)}

${name}, our own files:

| file ${head}
${rows(files, busyMs)}
`,
  )
  .join('')}`;
}

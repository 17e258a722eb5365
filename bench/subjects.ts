import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { NOTHING_SAID } from '../domain/handled-event.ts';
import { deriveAction } from '../events/life/rules/action.ts';
import { deriveDecision } from '../events/life/rules/decision.ts';
import { deriveMeaning } from '../events/life/rules/meaning.ts';
import { lifeSubject } from '../events/life/life-subject.ts';
import { startCallbackSink } from './callback-sink.ts';
import { atRate } from './pace.ts';
import { withBareSubject } from './bare/subject.ts';
import { machine } from './machine.ts';
import { quantiles } from './quantiles.ts';
import type { Quantiles } from './quantiles.ts';
import { withService } from './service-under-test.ts';
import { createSubjectLoad, draw } from './subject-load.ts';
import type { SubjectLoad, Sustained } from './subject-load.ts';

// `npm run bench:subjects`: Life's events on their subjects, POST with wait → result recorded; one service with its engine.
const { values } = parseArgs({
  options: {
    single: { type: 'string', default: '300' },
    events: { type: 'string', default: '10000' },
    // With one event each; then ten hot ones with a tenth as many each.
    subjects: { type: 'string', default: '10000' },
    // With a callback each, which costs far more.
    called: { type: 'string', default: '2000' },
    out: { type: 'string', default: 'bench/subjects.md' },
  },
});
const single = Number(values.single);
const events = Number(values.events);
const subjects = Number(values.subjects);
const called = Number(values.called);

const SANDBOXES = [
  ['the SDK’s sandbox', '0'],
  ['the lighter one', '1'],
] as const;

const RATES = [1, 10, 50];
const WARM_UP = 300;

const alone = inProcess(single);
const latency: string[] = [latencyRow('the same rules in this process, without durability', alone)];
const rates: string[] = [];
await withBareSubject(async (update) => {
  for (let index = 0; index < WARM_UP; index += 1) await update();
  for (const perSecond of RATES) {
    const times = await atRate(perSecond, countAt(perSecond), async (_, dueMs) => {
      await update();
      return performance.now() - dueMs;
    });
    latency.push(latencyRow(`${perSecond} a second, a bare Update`, quantiles(times)));
  }
});
for (const [name, isFast] of SANDBOXES) {
  await withLoad(isFast, async (load) => {
    // One at a time: gathered, a thousand events are few Updates, and the code is still cold.
    await load.sustain({ count: WARM_UP, inFlight: 1, subjectOf: () => 'warm-up' });
    for (const perSecond of RATES) {
      latency.push(latencyRow(`${perSecond} a second, ${name}`, await load.atRate(perSecond, countAt(perSecond))));
    }
    await load.sustain({ count: 1_000, inFlight: 100, subjectOf: () => 'warm-up' });
    const of20 = (index: number): string => `of-20-${index % 20}`;
    rates.push(
      rateRow('one subject', 100, name, await load.sustain({ count: events, inFlight: 100, subjectOf: () => 'hot' })),
      rateRow('one subject', 200, name, await load.sustain({ count: events, inFlight: 200, subjectOf: () => 'hot' })),
      rateRow('20 subjects', 100, name, await load.sustain({ count: events, inFlight: 100, subjectOf: of20 })),
      rateRow('20 subjects', 400, name, await load.sustain({ count: events, inFlight: 400, subjectOf: of20 })),
    );
  });
}
await withLoad('0', async (load) => {
  const sink = await startCallbackSink();
  const inFlight = 64;
  const of100 = (index: number): string => `called-back-${index % 100}`;
  await load.sustain({ count: WARM_UP, inFlight, subjectOf: of100, sink });
  rates.push(
    rateRow(
      '100 subjects, events without callbacks',
      inFlight,
      'the SDK’s sandbox',
      await load.sustain({ count: called, inFlight, subjectOf: of100 }),
    ),
    rateRow(
      '100 subjects, events with a callback each',
      inFlight,
      'the SDK’s sandbox',
      await load.sustain({ count: called, inFlight, subjectOf: of100, sink }),
    ),
  );
  sink.close();
});
const memory = await withLoad('0', memoryRows);
await writeFile(values.out, report());

function countAt(perSecond: number): number {
  return Math.min(single, perSecond * 20);
}

/** The service's memory while it comes to hold ever more subjects; each event is there at the end. */
async function memoryRows(load: SubjectLoad): Promise<readonly string[]> {
  const rows: string[] = [];
  const note = async (what: string, sustained?: Sustained): Promise<void> => {
    const { residentMb } = await load.readUsage();
    rows.push(show(`| ${what} | ${sustained?.perSecond.toFixed(0) ?? ''} | ${sustained?.sentAgain ?? ''} | ${residentMb.toFixed(0)} |`));
  };
  await note('at the start');
  const step = Math.ceil(subjects / 10);
  for (let sent = 0; sent < subjects; sent += step) {
    const sustained = await load.sustain({ count: step, inFlight: 100, subjectOf: (index) => `one-${sent + index}` });
    await note(`${sent + step} subjects with an event each`, sustained);
  }
  const hot = await load.sustain({ count: subjects, inFlight: 100, subjectOf: (index) => `hot-${index % 10}` });
  await note(`and 10 with ${subjects / 10} each`, hot);
  for (let index = 0; index < 10; index += 1) {
    const found = [await load.readVersion(`one-${1 + index * step}`), await load.readVersion(`hot-${index}`)];
    if (found[0] !== 1 || found[1] !== subjects / 10) throw new Error(`events were lost: ${found.join(', ')}`);
  }
  return rows;
}

/** The same rules, called one after the other. */
function inProcess(count: number): Quantiles {
  let state = lifeSubject.initial({ id: 'a', tenant: 'default', atMs: Date.now() });
  const times = Array.from({ length: count }, (_, index) => {
    const { type, intensity } = draw();
    const startedAt = performance.now();
    const atMs = Date.now();
    state = lifeSubject.settle(state, atMs);
    const meaning = deriveMeaning({ type, intensity }, state);
    const decision = deriveDecision(meaning, state);
    const action = deriveAction(decision, meaning, state);
    const event = { ...NOTHING_SAID, id: `e-${index}`, type, subject: 'a', time: '', data: { intensity, metadata: {} } };
    const handled = { ...event, tier: 'normal', urgency: 0, tenant: 'default' } as const;
    state = lifeSubject.apply(state, { ...handled, results: { meaning, decision, action }, atMs });
    return performance.now() - startedAt;
  });
  return quantiles(times);
}

async function withLoad<T>(fastSandbox: string, use: (load: SubjectLoad) => Promise<T>): Promise<T> {
  return withService(
    async ({ url }) => {
      const load = createSubjectLoad(url);
      try {
        return await use(load);
      } finally {
        await load.close();
      }
    },
    { env: { TICKLESS_FAST_SANDBOX: fastSandbox } },
  );
}

function latencyRow(name: string, { p50, p95, p99 }: Quantiles): string {
  const price = `${(p50 / alone.p50).toFixed(0)} ×`;
  return show(`| ${name} | ${p50.toFixed(2)} | ${p95.toFixed(2)} | ${p99.toFixed(2)} | ${price} |`);
}

function rateRow(name: string, inFlight: number, sandbox: string, { perSecond, cpuMs }: Sustained): string {
  return show(`| ${name}, ${inFlight} in flight, ${sandbox} | ${perSecond.toFixed(0)} | ${cpuMs.toFixed(2)} |`);
}

/** Each row is seen as soon as it is known. */
function show(row: string): string {
  process.stdout.write(`${row}\n`);
  return row;
}

function report(): string {
  return `# Subjects, measured

${machine()}
Life's events in their weighted mix; each POST waits until its result is recorded. A bare Update
(\`bench/bare/subject.ts\`) is the least of the same shape: no HTTP, no rules, nothing kept of events. Repeat it with \`npm run bench:subjects\`.

## The price of durability

| milliseconds, POST with wait → recorded | p50 | p95 | p99 | p50, against the rules alone |
|---|---|---|---|---|
${latency.join('\n')}

## What is sustained (${events} events a row; of those called back, which are under way until that has come, ${called})

| | events/s | CPU of the service, ms an event |
|---|---|---|
${rates.join('\n')}

## Many subjects

At most 500 workflows are cached in a process; a subject that isn't is replayed at its next event.

| | events/s | answered 503 and sent again | memory of the service, MB |
|---|---|---|---|
${memory.join('\n')}
`;
}

import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import { median } from './quantiles.ts';
import { withService } from './service-under-test.ts';
import { table } from './table.ts';

// `npm run bench:handlers`: what handlers beside an event's stage cost, in turn with an event that has the stage alone.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    events: { type: 'string', default: '60' },
    out: { type: 'string', default: 'bench/handlers.md' },
  },
});
const rounds = Number(values.rounds);
const events = Number(values.events);
const COUNTS = [0, 1, 3, 10] as const;
const IN_FLIGHT = 16;

interface Measured {
  readonly oneMs: number;
  readonly perSecond: number;
}

const loadBefore = loadavg()[0]?.toFixed(1);
const { quick, waiting } = await withService(async ({ url }) => {
  const post = (count: number, ms: number): Promise<void> => submit(url, count, ms);
  for (const count of COUNTS) await inFlight(events, () => post(count, 0));
  const all = new Map(COUNTS.map((count) => [count, [] as Measured[]]));
  const waits: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const count of COUNTS) all.get(count)?.push(await measure(() => post(count, 0)));
    for (let index = 0; index < events / 3; index += 1) waits.push(await timed(() => post(10, 10)));
  }
  return { quick: all, waiting: median(waits) };
});
const rows = COUNTS.map((count) => {
  const [of, alone] = [quick.get(count) ?? [], quick.get(0) ?? []];
  const ms = median(of.map(({ oneMs }) => oneMs));
  const perSecond = median(of.map((one) => one.perSecond));
  const ratioOf = (pick: (one: Measured) => number): string =>
    median(of.map((one, round) => pick(one) / pick(alone[round] ?? one))).toFixed(2);
  return [
    count === 0 ? 'a stage alone' : `and ${count} handler${count === 1 ? '' : 's'}`,
    ms,
    ratioOf(({ oneMs }) => oneMs),
    perSecond,
    ratioOf((one) => one.perSecond),
  ];
});
const page = `# Handlers, measured

${machine()}
${rounds} rounds of ${events} events each, the kinds in turn; load before: ${loadBefore}. POST with \`Prefer: wait\`, so that an event is over when it is answered; stage and handlers do nothing. Ratios are
medians of each round's own. Repeat it with \`npm run bench:handlers\`.

${table(['an event with', 'one at a time, p50 ms', 'against the stage alone', `${IN_FLIGHT} in flight, events/s`, 'against the stage alone'], rows)}

Ten handlers that wait 10 ms each: ${waiting.toFixed(1)} ms from POST to the end of the last, p50 (one at a time).
`;
await writeFile(values.out, page);
process.stdout.write(page);

async function measure(post: () => Promise<void>): Promise<Measured> {
  const each: number[] = [];
  for (let index = 0; index < events; index += 1) each.push(await timed(post));
  const took = await timed(() => inFlight(events * 3, post));
  return { oneMs: median(each), perSecond: (events * 3 * 1_000) / took };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function inFlight(count: number, post: () => Promise<void>): Promise<void> {
  let left = count;
  const turns = Array.from({ length: IN_FLIGHT }, async () => {
    while (left > 0) {
      left -= 1;
      await post();
    }
  });
  await Promise.all(turns);
}

async function submit(url: string, count: number, ms: number): Promise<void> {
  const response = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=30' },
    body: JSON.stringify({ type: `test-handlers-${count}`, data: { ms } }),
  });
  const { status } = (await response.json()) as { readonly status: string };
  if (status !== 'completed') throw new Error(`an event with ${count} handlers is ${status}`);
}

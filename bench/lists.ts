import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { engineRequests } from './engine-requests.ts';
import { inLanes, throughput } from './load.ts';
import { machine } from './machine.ts';
import { cpuMs } from './process-usage.ts';
import { quantiles } from './quantiles.ts';
import { withSending } from './sending.ts';
import { withService } from './service-under-test.ts';
import { table } from './table.ts';

// `npm run bench:lists`: what a page of `GET /v1/events` costs, and whether many who follow pages harm the intake.
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '20000' },
    clients: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '20' },
    out: { type: 'string', default: 'bench/lists.md' },
  },
});
const events = Number(values.events);
const clients = Number(values.clients);
const seconds = Number(values.seconds);
const LIMIT = 50;
const COUNTED_PAGES = 50;
const SENDERS = 8;
const SENT = 400;
// As somebody who reads what is on a page.
const READS_FOR_MS = 1_000;

interface Page {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

const loadBefore = loadavg()[0]?.toFixed(1);
const rows: (string | number)[][] = [];
let calls = '';
let refused = 0;

await withService(async ({ url, pid, enginePid }) => {
  const pool = new Pool(url, { connections: clients, pipelining: 1 });
  try {
    await withSending({ url, inFlight: 64, ownIds: true }, async (sending) => {
      const seeded = Math.max(1, Math.floor(events / 2));
      // Half of them have workflows of their own, half share some.
      await throughput(sending, seeded, 64, 'seed');
      await throughput({ ...sending, ownIds: false }, events - seeded, 64, 'shared');
      calls = await callsAPage();
      process.stderr.write(`${calls}\n`);
      const cursors = await allCursors();

      const alone = await throughput(sending, SENT, SENDERS, 'alone');
      for (const [name, thinkMs] of [
        ['one after the other, from the first page', 0],
        ['one after the other, each elsewhere', 0],
        ['a page a second each, each elsewhere', READS_FOR_MS],
      ] as const) {
        report(name, await paging(rows.length === 0 ? [null] : cursors, thinkMs), '–');
      }
      const beside = await besides('a page a second each, each elsewhere, beside events', cursors, alone);
      // What is kept of these takes the place of what was kept before.
      report('a page a second each, no two alike', await paging(await unlike(cursors), READS_FOR_MS), '–');
      await besides('a page a second each, no two alike, beside events', await unlike(cursors), beside);

      /** @returns the pace of events afterwards */
      async function besides(name: string, starts: readonly (string | null)[], before: number): Promise<number> {
        const stop = new AbortController();
        const [{ times, seconds: took }, pace] = await Promise.all([
          page(starts, READS_FOR_MS, stop.signal),
          throughput(sending, SENT, SENDERS, `beside-${rows.length}`).finally(() => stop.abort()),
        ]);
        const after = await throughput(sending, SENT, SENDERS, `after-${rows.length}`);
        const ratio = `${(pace / ((before + after) / 2)).toFixed(2)} (${pace.toFixed(0)} to ${before.toFixed(0)} and ${after.toFixed(0)} a second)`;
        report(name, [...figures(times, took), '–', '–'], ratio);
        return after;
      }
    });
  } finally {
    await pool.close();
  }

  /** Until it is answered: the service says 503 where its engine isn't quick enough. */
  async function read(cursor: string | null, limit = LIMIT): Promise<Page> {
    const path = `/v1/events?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`;
    for (;;) {
      const response = await pool.request({ path, method: 'GET' });
      const text = await response.body.text();
      if (response.statusCode === 200) return JSON.parse(text) as Page;
      if (response.statusCode !== 503) throw new Error(`the service answered ${response.statusCode}: ${text}`);
      refused += 1;
    }
  }

  async function callsAPage(): Promise<string> {
    const cursors: (string | null)[] = [];
    const before = await engineRequests(enginePid);
    let cursor: string | null = null;
    for (let count = 0; count < COUNTED_PAGES; count += 1) {
      cursors.push(cursor);
      cursor = (await read(cursor)).nextCursor;
    }
    const after = await engineRequests(enginePid);
    const operations = [
      'ListWorkflowExecutions',
      'GetWorkflowExecutionHistory',
      'GetWorkflowExecutionHistoryReverse',
      'DescribeWorkflowExecution',
    ];
    return operations
      .map((name) => `${name} ${(((after.get(name) ?? 0) - (before.get(name) ?? 0)) / COUNTED_PAGES).toFixed(2)}`)
      .join(', ');
  }

  async function allCursors(): Promise<readonly (string | null)[]> {
    const cursors: (string | null)[] = [null];
    for (let cursor = (await read(null)).nextCursor; cursor !== null; cursor = (await read(cursor)).nextCursor) cursors.push(cursor);
    return cursors;
  }

  /** As many places as there are clients, from each of which no page is the same as another's. */
  async function unlike(cursors: readonly (string | null)[]): Promise<readonly (string | null)[]> {
    return Promise.all(
      Array.from({ length: clients }, async (_, client) => {
        const at = cursors[Math.floor((client * cursors.length) / clients)] ?? null;
        return (await read(at, 1 + Math.floor(Math.random() * (LIMIT - 2)))).nextCursor;
      }),
    );
  }

  async function paging(starts: readonly (string | null)[], thinkMs: number): Promise<readonly (string | number)[]> {
    const [service, engine] = await Promise.all([cpuMs(pid), cpuMs(enginePid)]);
    const { times, seconds: took } = await page(starts, thinkMs, AbortSignal.timeout(seconds * 1_000));
    const [serviceAfter, engineAfter] = await Promise.all([cpuMs(pid), cpuMs(enginePid)]);
    return [...figures(times, took), (serviceAfter - service) / times.length, (engineAfter - engine) / times.length];
  }

  /** @param starts where clients begin, spread evenly over them */
  async function page(starts: readonly (string | null)[], thinkMs: number, stop: AbortSignal) {
    const times: number[] = [];
    const startedAt = performance.now();
    await inLanes(clients, clients, async (client) => {
      const first = starts[Math.floor((client * starts.length) / clients)] ?? null;
      // Not all at once.
      if (thinkMs > 0) await pause((client * thinkMs) / clients);
      for (let cursor = first; !stop.aborted;) {
        const sentAt = performance.now();
        const { nextCursor } = await read(cursor);
        times.push(performance.now() - sentAt);
        cursor = nextCursor;
        if (thinkMs > 0) await pause(Math.max(0, thinkMs - (performance.now() - sentAt)));
      }
    });
    return { times, seconds: (performance.now() - startedAt) / 1_000 };
  }
});

function report(name: string, measured: readonly (string | number)[], besides: string): void {
  rows.push([name, ...measured, besides]);
  process.stderr.write(`${rows.at(-1)?.join(', ')}\n`);
}

function figures(times: readonly number[], took: number): readonly (string | number)[] {
  const { p50, p95, p99 } = quantiles(times);
  return [times.length / took, p50, p95, p99];
}

const text = `# Lists of events

\`npm run bench:lists\`: pages of ${LIMIT} of \`GET /v1/events\`, of ${events} events: half have workflows of their own, half came without ids and share some.
${clients} clients at once follow the pages for ${seconds} s, each asking for the next when it has the one before, or a second later. "Elsewhere": each begins at
another page; those who ask for the same at once share the answer, and a page of which all has ended is kept for ten minutes. "No two alike": each begins within a
page of the others', so that each page is made anew. Rows with events have ${SENT} events, ${SENDERS} in flight, beside it, and their rate to the mean of the
same before and after.

${machine()} Load average before: ${loadBefore}.

Calls of the engine for a page, by one client over the first ${COUNTED_PAGES} pages: ${calls}. Answered with 503, and asked again, all together: ${refused}.

${table([`${clients} clients`, 'pages a second', 'p50, ms', 'p95, ms', 'p99, ms', 'CPU of the service, ms a page', 'of the engine', 'events a second beside it'], rows)}
`;
await writeFile(values.out, text);
process.stdout.write(text);

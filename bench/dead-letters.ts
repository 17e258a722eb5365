import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { causeDigest, causeKey } from '../domain/dead-letter.ts';
import type { Cause } from '../domain/dead-letter.ts';
import type { KnownCause } from '../domain/known-causes.ts';
import { mapAtMost } from '../domain/map-at-most.ts';
import { noteCauses } from '../temporal/causes.ts';
import { WORKFLOWS } from '../temporal/durable/names.ts';
import { toSearchAttributes } from '../temporal/durable/search-attributes.ts';
import { engineOf } from '../test/support/service-engine.ts';
import { machine } from './machine.ts';
import { quantiles } from './quantiles.ts';
import { withService } from './service-under-test.ts';
import { table } from './table.ts';

// `npm run bench:dead-letters`: how long counting takes, by how many there are. What died is made by hand: workflows with the attributes of
// events that failed, ended as fast as the engine takes it.
const { values } = parseArgs({
  options: {
    letters: { type: 'string', default: '1000,20000' },
    causes: { type: 'string', default: '50' },
    out: { type: 'string', default: 'bench/dead-letters.md' },
  },
});
const sizes = values.letters.split(',').map(Number);
const causes = Number(values.causes);
const AT_ONCE = 50;
const ASKED_FOR_MS = 25_000;
const PAUSE_MS = 100;

const rows: string[][] = [];
const loadBefore = loadavg()[0]?.toFixed(1);
await withService(async ({ url, dataDirectory }) => {
  const { address } = await engineOf(dataDirectory);
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    let made = 0;
    for (const letters of sizes) {
      const indexes = Array.from({ length: letters - made }, (_, index) => made + index);
      await mapAtMost(indexes, AT_ONCE, (index) => die(client, index));
      made = letters;
      await noteCauses(client, 'default', { found: known(), seenUntilMs: Date.now(), gone: [] });
      const answers = await ask(url);
      const [first, ...others] = answers.filter(({ isCounted }) => isCounted);
      const kept = answers.filter(({ isCounted }) => !isCounted);
      rows.push([String(letters), shown(first === undefined ? [] : [first]), shown(others), shown(kept)]);
    }
  } finally {
    await connection.close();
  }
});

const page = `# Counting dead letters

\`npm run bench:dead-letters\`: \`GET /v1/dead-letters\` of ${causes} causes that are known, asked again and again for ${ASKED_FOR_MS / 1_000} s. What was counted is kept for twenty times as long as counting took, at most for
10 s: "counted" are answers that had to count, the first of them right after the last dead letter, "kept" all others (p50, ms).

${machine()} Load average before: ${loadBefore}.

${table(['dead letters', 'first, counted', 'later, counted', 'kept'], rows)}
`;
process.stdout.write(page);
await writeFile(values.out, page);

interface Answer {
  readonly ms: number;
  readonly isCounted: boolean;
}

async function ask(url: string): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let before = '';
  for (const endMs = performance.now() + ASKED_FOR_MS; performance.now() < endMs;) {
    const startMs = performance.now();
    const { items, asOf } = (await (await fetch(`${url}/v1/dead-letters`)).json()) as {
      readonly items: readonly object[];
      readonly asOf: string;
    };
    if (items.length !== causes) throw new Error(`${items.length} causes are shown`);
    answers.push({ ms: performance.now() - startMs, isCounted: asOf !== before });
    before = asOf;
    await setTimeout(PAUSE_MS);
  }
  return answers;
}

function shown(answers: readonly Answer[]): string {
  return answers.length === 0 ? '' : quantiles(answers.map(({ ms }) => ms)).p50.toFixed(1);
}

function causeAt(index: number): Cause {
  return { kind: 'event', tenant: 'default', type: 'order', stage: 'action', code: `code_${index % causes}`, message: '' };
}

function known(): Record<string, KnownCause> {
  return Object.fromEntries(
    Array.from({ length: causes }, (_, index) => {
      const { tenant: _default, ...cause } = causeAt(index);
      return [causeDigest(causeAt(index)), { ...cause, key: { cause: causeKey(causeAt(index)) }, firstAtMs: 0, example: `dead-${index}` }];
    }),
  );
}

async function die(client: Client, index: number): Promise<void> {
  const attributes = { Kind: 'event', Tenant: 'default', EventType: 'order', Tier: 'normal' } as const;
  const handle = await client.workflow.start(WORKFLOWS.processChunk, {
    workflowId: `dead-${index}`,
    taskQueue: 'nobody',
    args: [],
    typedSearchAttributes: toSearchAttributes({ ...attributes, Cause: causeKey(causeAt(index)) }),
  });
  await handle.terminate('made for a bench');
}

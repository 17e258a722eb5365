import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from '../client/create-client.ts';
import type { TicklessClient } from '../client/create-client.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { EventTreeNode } from '../domain/event-tree.ts';
import type { Branch } from '../test/support/branching-definitions.ts';
import { until } from '../test/support/until.ts';
import { machine } from './machine.ts';
import { quantiles } from './quantiles.ts';
import { withService } from './service-under-test.ts';
import { table } from './table.ts';

// `npm run bench:follow-ups`: an event that emits one, which emits one, to the fifth; beside a client that sends each when the one before has ended.
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '40' }, out: { type: 'string', default: 'bench/follow-ups.md' } },
});
const rounds = Number(values.rounds);
const FOLLOW_UPS = 5;
const WARM_UP = 10;
const READ_AFTER_MS = 1_000;

const rows: string[][] = [];
const loadBefore = loadavg()[0]?.toFixed(1);
await withService(async ({ url }) => {
  const client = createClient({ url });
  for (const type of ['test-branch', 'test-branch-heavy'] as const) {
    for (const [how, once] of [
      ['follow-ups', chain],
      ['a client', oneByOne],
    ] as const) {
      for (let index = 0; index < WARM_UP; index += 1) await once(client, type);
      const times: number[] = [];
      for (let index = 0; index < rounds; index += 1) times.push(await once(client, type));
      const { p50, p95 } = quantiles(times);
      rows.push([type === 'test-branch' ? 'light' : 'heavy', how, ...[p50, p95, p50 / FOLLOW_UPS].map((ms) => ms.toFixed(1))]);
    }
  }
});

const page = `# A chain of ${FOLLOW_UPS} follow-ups

\`npm run bench:follow-ups\`: from when the first event was accepted to when the last had ended, by the service's clock, one chain at a time, ${rounds} of each.
"A client" sends the same six events itself, each with \`Prefer: wait\` once the one before it has ended: nothing of it survives that client.

${machine()} Load average before: ${loadBefore}.

${table(['stages', 'by', 'p50, ms', 'p95, ms', 'p50 a link, ms'], rows)}
`;
process.stdout.write(page);
await writeFile(values.out, page);

/** @returns milliseconds */
async function chain(client: TicklessClient, type: Branch['type']): Promise<number> {
  const last: Branch = { name: 'last', type };
  const data = Array.from({ length: FOLLOW_UPS }).reduce<Branch>((below) => ({ name: 'link', type, first: [below] }), last);
  const { id } = await client.events.submit({ type, data });
  // To read a tree takes the engine longer than to run one: by then most have ended.
  await setTimeout(READ_AFTER_MS);
  const ended = await until('the chain has ended', async () => {
    const path = pathOf((await client.events.tree(id)).root);
    return path.length > FOLLOW_UPS && path.at(-1)?.status === 'completed' ? path : null;
  });
  const [first, end] = await Promise.all([id, ended.at(-1)?.id ?? ''].map((one) => client.events.get(one)));
  return between(first, end);
}

async function oneByOne(client: TicklessClient, type: Branch['type']): Promise<number> {
  const events: EventResource[] = [];
  for (let index = 0; index <= FOLLOW_UPS; index += 1) {
    const { id } = await client.events.submit({ type, data: { name: 'link', type } }, { waitSeconds: 10 });
    events.push(await client.events.get(id));
  }
  return between(events[0], events.at(-1));
}

function between(first: EventResource | undefined, last: EventResource | undefined): number {
  return Date.parse(last?.completedAt ?? '') - Date.parse(first?.acceptedAt ?? '');
}

function pathOf(node: EventTreeNode): readonly EventTreeNode[] {
  return [node, ...node.children.flatMap(pathOf)];
}

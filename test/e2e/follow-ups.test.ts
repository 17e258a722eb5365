import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import type { EventTree, EventTreeNode } from '../../domain/event-tree.ts';
import type { Branch } from '../support/branching-definitions.ts';
import { proof } from '../support/proof.ts';
import { freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

const { ROOTS, KILLS } = proof({ reduced: { ROOTS: 8, KILLS: 1 }, full: { ROOTS: 8, KILLS: 5 } });
// A service that starts beside others takes its time.
const DEADLINE_MS = 60_000;

let dataDirectory: string;
let service: ServiceProcess;
let port: number;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-follow-ups-'));
  port = await freePort();
  service = await startServiceProcess({ dataDirectory, port });
});

afterEach(async () => {
  service.kill('SIGTERM');
  await service.exited;
  await rm(dataDirectory, { recursive: true, force: true });
});

it('starts each follow-up exactly once, however often the service is killed', { timeout: 10 * DEADLINE_MS }, async () => {
  const ids: string[] = [];
  for (let kill = 0; kill <= KILLS; kill += 1) {
    const answers = Promise.allSettled(Array.from({ length: ROOTS }, (_, index) => submit(`root-${kill}-${index}`, index)));
    if (kill < KILLS) {
      // Some have emitted by now, and most haven't ended.
      await until('some of them have been started', async () => (await list()).length > ids.length * 7 + ROOTS / 2, DEADLINE_MS);
      service.kill('SIGKILL');
      await service.exited;
      service = await startServiceProcess({ dataDirectory, port });
    }
    for (const answer of await answers) if (answer.status === 'fulfilled') ids.push(answer.value);
  }

  expect(ids.length).toBeGreaterThan(ROOTS);
  const started = new Set<string>();
  for (const id of ids) {
    const nodes = await until(
      `all that follows from "${id}" has ended`,
      async () => {
        const { root } = (await get(`/v1/events/${id}/tree`)) as EventTree;
        const all = flatten(root);
        return all.length === 7 && all.every(({ status }) => status === 'completed') ? all : undefined;
      },
      DEADLINE_MS,
    );
    for (const node of nodes) {
      expect(started.has(node.id)).toBe(false);
      started.add(node.id);
    }
  }
  // Those that weren't acknowledged may be there as well, with all that follows from them; there is no event besides.
  const all = await list();
  const roots = all.filter(({ causedBy }) => causedBy === null);
  const perRoot = new Map(roots.map(({ id }) => [id, 0]));
  for (const { id } of roots) perRoot.set(id, flatten(((await get(`/v1/events/${id}/tree`)) as EventTree).root).length);
  expect(all).toHaveLength([...perRoot.values()].reduce((sum, count) => sum + count, 0));
  expect(new Set(perRoot.values())).toEqual(new Set([7]));
});

/** Its tree has seven events, light and heavy. */
async function submit(id: string, index: number): Promise<string> {
  const leaf = (name: string): Branch => ({ name: `${id} ${name}`, type: index % 2 === 0 ? 'test-branch' : 'test-branch-heavy' });
  const data: Branch = {
    name: id,
    type: 'test-branch',
    fails: 'once',
    first: [{ ...leaf('a'), first: [leaf('a1')], second: [leaf('a2')] }, leaf('b')],
    second: [{ ...leaf('c'), first: [leaf('c1')] }],
  };
  const body = JSON.stringify({ id, type: index % 3 === 0 ? 'test-branch-heavy' : 'test-branch', data });
  const response = await fetch(`${service.url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (response.status !== 202) throw new Error(`it was answered with ${response.status}`);
  return id;
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${service.url}${path}`)).json();
}

async function list(): Promise<readonly EventResource[]> {
  const events: EventResource[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = (await get(`/v1/events?limit=200${query}`)) as {
      readonly items: readonly EventResource[];
      readonly nextCursor: string | null;
    };
    events.push(...page.items);
    cursor = page.nextCursor;
  }
  return events;
}

function flatten(node: EventTreeNode): readonly EventTreeNode[] {
  return [node, ...node.children.flatMap(flatten)];
}

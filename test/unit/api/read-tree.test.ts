import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_TREE_NODES, readTree } from '../../../api/read-tree.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import type { EventResource } from '../../../domain/event-resource.ts';
import type { EventTreeNode } from '../../../domain/event-tree.ts';
import { acceptRun } from '../../../domain/event-run.ts';
import { recordOutcome } from '../../../domain/run-outcome.ts';
import { branchingDefinitions } from '../../support/branching-definitions.ts';
import type { Branch } from '../../support/branching-definitions.ts';
import { createClonedAdvance } from '../../support/cloned-advance.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import { toRunPlan } from '../../../domain/run-plan.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';

interface Kept {
  readonly id: string;
  readonly causedBy?: string;
  readonly followUps?: readonly string[];
}

const key = (id: string) => ({ tenant: 'default', id });

/** Events that are known in full, and those of which only the outcome is. */
function keep(all: readonly Kept[], compacted: readonly string[] = []) {
  const byId = new Map(all.map((one) => [one.id, one]));
  return {
    async get({ id }: { readonly id: string }): Promise<EventResource | null> {
      const kept = byId.get(id);
      if (kept === undefined) return null;
      const { causedBy, followUps = [] } = kept;
      const run = acceptRun(acceptedEvent({ id, type: `type-${id}`, ...(causedBy !== undefined && { causedBy }) }));
      const known = followUps.map((followUp) => ({ id: followUp, type: `type-${followUp}` }));
      return toEventResource({ ...run, followUps: known }, initialCallback(null), { id, runId: 'run-1' });
    },
    compacted: async ({ id }: { readonly id: string }) =>
      compacted.includes(id) ? ({ id, status: 'completed', version: 1, compacted: true } as const) : null,
  };
}

it('shows the whole tree by whichever of its events it is asked', async () => {
  const events = keep([
    { id: 'a', followUps: ['b', 'c'] },
    { id: 'b', causedBy: 'a', followUps: ['d'] },
    { id: 'c', causedBy: 'a' },
    { id: 'd', causedBy: 'b' },
  ]);
  const tree = await readTree(events, key('a'));

  expect(shape(tree?.root)).toEqual({ a: { b: { d: {} }, c: {} } });
  for (const id of ['b', 'c', 'd']) expect(await readTree(events, key(id))).toEqual(tree);
});

it('has no tree of an event that is not there', async () => {
  expect(await readTree(keep([]), key('a'))).toBeNull();
});

it('shows as unknown what is gone, above and below', async () => {
  const events = keep([{ id: 'b', causedBy: 'a', followUps: ['c', 'd'] }], ['d']);

  expect(await readTree(events, key('b'))).toEqual({
    truncated: false,
    root: {
      ...{ id: 'a', type: null, status: 'unknown', causedBy: null },
      children: [
        {
          ...{ id: 'b', type: 'type-b', status: 'accepted', causedBy: 'a' },
          children: [
            { id: 'c', type: 'type-c', status: 'unknown', causedBy: 'b', children: [] },
            { id: 'd', type: 'type-d', status: 'completed', causedBy: 'b', children: [] },
          ],
        },
      ],
    },
  });
});

it('shows an event alone of which only the outcome is known', async () => {
  expect(await readTree(keep([], ['a']), key('a'))).toEqual({
    truncated: false,
    root: { id: 'a', type: null, status: 'completed', causedBy: null, children: [] },
  });
});

it('shows so many events and no more, those nearest to the first', async () => {
  const wide = Array.from({ length: 100 }, (_, index) => `w${index}`);
  const deep = wide.map((id) => ({ id, causedBy: 'a', followUps: wide.map((below) => `${id}-${below}`) }));
  const leaves = deep.flatMap(({ id, followUps }) => followUps.map((followUp) => ({ id: followUp, causedBy: id })));
  const tree = await readTree(keep([{ id: 'a', followUps: wide }, ...deep, ...leaves]), key('a'));

  expect(tree?.truncated).toBe(true);
  expect(flatten(tree?.root)).toHaveLength(MAX_TREE_NODES);
  expect(tree?.root.children).toHaveLength(100);
});

const own = {
  name: fc.uuid(),
  type: fc.constantFrom('test-branch' as const, 'test-branch-heavy' as const),
  fails: fc.constantFrom(undefined, 'once' as const),
};
const { tree: anyBranch } = fc.letrec<{ tree: Branch }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.record({ ...own, first: fc.constant([]) }) as fc.Arbitrary<Branch>,
    fc.record({
      ...own,
      first: fc.array(tie('tree'), { maxLength: 2 }),
      second: fc.array(tie('tree'), { maxLength: 1 }),
    }) as fc.Arbitrary<Branch>,
  ),
}));

it('shows all that handlers have emitted as the tree that it is, each once, whatever they emit and however often they fail', async () => {
  await fc.assert(
    fc.asyncProperty(anyBranch, async (branch) => {
      const events = await runAll(branch);
      const tree = await readTree(events, key('root'));
      const nodes = flatten(tree?.root);

      expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
      expect(await namesOf(tree?.root, events)).toEqual(namesIn(branch));
      const last = nodes.at(-1);
      expect(await readTree(events, key(last?.id ?? ''))).toEqual(tree);
    }),
    { numRuns: 60 },
  );
});

/** Runs an event and all that follows from it, as often as its stages are tried. */
async function runAll(branch: Branch) {
  const catalog = createCatalog(branchingDefinitions);
  const advance = createClonedAdvance(catalog, () => NOON_MS);
  const resources = new Map<string, EventResource>();
  const definition = catalog.find(branch.type);
  if (definition === undefined) throw new Error('there is no such type');
  const plan = toRunPlan(definition, { type: branch.type, limits: [], subjectType: undefined });
  const waiting = [acceptedEvent({ id: 'root', type: branch.type, data: branch, plan })];
  for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
    expect(resources.has(event.id)).toBe(false);
    let run = acceptRun(event);
    while (run.phase.status !== 'completed') {
      const { runs } = await advance(
        { runs: [run], atOnce: 1, inOrder: false, goOn: 'one-attempt', bounds: null, subject: null },
        { signal: new AbortController().signal, tell: () => undefined },
      );
      const [one] = runs;
      if (one?.kind !== 'advanced') throw new Error('it was not advanced');
      waiting.push(...(one.outcome.emitted ?? []));
      run = recordOutcome(run, one.outcome);
      if (run.phase.status === 'failed') throw new Error(run.phase.error.message);
    }
    resources.set(event.id, toEventResource(run, initialCallback(null), { id: event.id, runId: 'run-1' }));
  }
  return { get: async ({ id }: { readonly id: string }) => resources.get(id) ?? null, compacted: async () => null };
}

interface Names {
  readonly name: string;
  readonly below: readonly Names[];
}

async function namesOf(node: EventTreeNode | undefined, events: Awaited<ReturnType<typeof runAll>>): Promise<Names> {
  const resource = await events.get({ id: node?.id ?? '' });
  if (resource === null) throw new Error('the tree has an event that is none');
  const { name } = resource.data as Branch;
  return { name, below: await Promise.all((node?.children ?? []).map((child) => namesOf(child, events))) };
}

function namesIn({ name, first = [], second = [] }: Branch): Names {
  return { name, below: [...first, ...second].map(namesIn) };
}

function flatten(node: EventTreeNode | undefined): readonly EventTreeNode[] {
  return node === undefined ? [] : [node, ...node.children.flatMap(flatten)];
}

function shape(node: EventTreeNode | undefined): object {
  return node === undefined ? {} : { [node.id]: Object.assign({}, ...node.children.map(shape)) };
}

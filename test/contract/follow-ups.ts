import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { EventTree, EventTreeNode } from '../../domain/event-tree.ts';
import type { Branch } from '../support/branching-definitions.ts';
import { until } from '../support/until.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem, newId } from './api-under-test.ts';

interface Shape {
  readonly type: string | null;
  readonly status: string;
  readonly children: readonly Shape[];
}

export function followUps(api: ApiUnderTest): void {
  async function readTree(id: string): Promise<EventTree> {
    const answer = await api.send('GET', `/v1/events/${encodeURIComponent(id)}/tree`);
    expect(answer.status).toBe(200);
    return answer.body as unknown as EventTree;
  }

  /** The tree once all that is in it has ended. */
  async function readEndedTree(id: string, count: number): Promise<EventTree> {
    return until('the whole tree has ended', async () => {
      const tree = await readTree(id);
      const nodes = flatten(tree.root);
      return nodes.length === count && nodes.every(({ status }) => ENDED.includes(status)) ? tree : undefined;
    });
  }

  it('starts what a stage has emitted, and shows it as the tree of any of its events', async () => {
    const subject = `branches-${randomUUID()}`;
    const data: Branch = {
      name: 'root',
      type: 'test-branch',
      first: [leaf('a'), { ...leaf('b', 'test-branch-heavy'), second: [leaf('b1')] }],
      second: [leaf('c', 'test-branch-grouped'), { ...leaf('d', 'test-branch-of-subject'), options: { subject }, first: [leaf('d1')] }],
    };
    const event = await api.run({ type: 'test-branch', id: newId(), data });

    expect(event).toMatchObject({ causedBy: null, followUps: [{ type: 'test-branch' }, { type: 'test-branch-heavy' }, {}, {}] });
    const tree = await readEndedTree(event.id, 7);
    expect(tree.truncated).toBe(false);
    expect(toShape(tree.root)).toEqual(
      ended('test-branch', [
        ended('test-branch'),
        ended('test-branch-heavy', [ended('test-branch')]),
        ended('test-branch-grouped'),
        ended('test-branch-of-subject', [ended('test-branch')]),
      ]),
    );
    for (const { id, causedBy, children } of flatten(tree.root)) {
      expect(await readTree(id)).toEqual(tree);
      for (const child of children) expect(child.causedBy).toBe(id);
      if (causedBy !== null) expect(await api.read(id)).toMatchObject({ causedBy, tier: 'normal', callback: { status: 'none' } });
    }
    const state = await api.send('GET', `/v1/subjects/test-branches/${subject}`);
    expect(state.body).toMatchObject({ version: 1, state: { names: ['d'] } });
  });

  it('starts nothing that a failed attempt has emitted, and what each stage has that came to its end', async () => {
    const data: Branch = { name: 'root', type: 'test-branch', fails: 'always', first: [leaf('a')], second: [leaf('b')] };
    const id = newId();
    await api.submit({ type: 'test-branch', id, data });
    await api.readUntil(id, 'failed');

    const tree = await readEndedTree(id, 2);
    expect(tree.root.children.map(({ type }) => type)).toEqual(['test-branch']);
  });

  it('starts each once, though its stage is tried again, and one that is emitted twice under an id', async () => {
    const again = { ...leaf('a'), options: { id: 'same' } };
    const data: Branch = { name: 'root', type: 'test-branch-heavy', fails: 'once', first: [again, again, leaf('b')] };
    const id = newId();
    await api.submit({ type: 'test-branch-heavy', id, data });
    await api.readUntil(id, 'completed');

    const tree = await readEndedTree(id, 3);
    const [first] = tree.root.children;
    expect(await api.read(first?.id ?? '')).toMatchObject({ ownId: 'same', data: { name: 'a' } });
  });

  it('begins one after its delay', async () => {
    const data: Branch = { name: 'root', type: 'test-branch', first: [{ ...leaf('later'), options: { delayMs: 3_600_000 } }] };
    const { id } = await api.run({ type: 'test-branch', id: newId(), data });

    const [later] = await until('the follow-up waits', async () => {
      const { root } = await readTree(id);
      return root.children[0]?.status === 'waiting' ? root.children : undefined;
    });
    expect((await api.send('POST', `/v1/events/${encodeURIComponent(later?.id ?? '')}/cancel`)).status).toBe(202);
  });

  it('fails a stage for good that emits what is not an event of its type', async () => {
    const data = { name: 'root', type: 'test-branch', first: [{ ...leaf('a'), options: { delayMs: -1 } }] };
    expect(await api.run({ type: 'test-branch', id: newId(), data })).toMatchObject({
      status: 'failed',
      attempts: { first: 1 },
      error: { code: 'invalid_event', message: expect.stringContaining('/delayMs'), stage: 'first', retryable: false },
    });
  });

  it('fails a stage whose follow-ups would be too deep, and names the types', async () => {
    const chain = Array.from({ length: 18 }).reduce<Branch>((below, _, depth) => ({ ...leaf(`${depth}`), first: [below] }), leaf('last'));
    const { id } = await api.run({ type: 'test-branch', id: newId(), data: chain });

    const { root } = await readEndedTree(id, 17);
    const last = flatten(root).at(-1);
    expect(await api.read(last?.id ?? '')).toMatchObject({
      status: 'failed',
      error: { code: 'cycle', message: expect.stringContaining('test-branch → test-branch'), retryable: false },
    });
  });

  it('starts what items of a batch have emitted', async () => {
    const id = newId();
    const item = { type: 'test-branch', data: { name: 'root', type: 'test-branch', first: [leaf('a'), leaf('b', 'test-branch-heavy')] } };
    const heavy = { type: 'test-branch-heavy', data: { ...item.data, type: 'test-branch-heavy' } };
    const body = JSON.stringify({ id, events: [item, heavy, item] });
    expect((await api.send('POST', '/v1/batches', { headers: { 'content-type': 'application/json' }, body })).status).toBe(202);

    for (const index of [0, 1, 2]) {
      const itemId = `${id}_${index}`;
      await api.readUntil(itemId, 'completed');
      const { root } = await readEndedTree(itemId, 3);
      expect(root.children.map(({ type }) => type)).toEqual(['test-branch', 'test-branch-heavy']);
    }
  });

  it.each(['test-ordered', 'test-topic', 'test-handled-slowly'])('starts once what handlers of a "%s" have emitted', async (type) => {
    const behave = { quick: 'emit', other: 'emit-once-failed', 'after-quick': 'emit', heavy: 'emit', limited: 'refuse' };
    const { id } = await api.run({ type, id: newId(), data: { behave, call: ['heavy', 'limited'] } });

    const { root } = await readEndedTree(id, 5);
    const names = await Promise.all(root.children.map(async (child) => ((await api.read(child.id)).data as Branch).name));
    expect(names.toSorted()).toEqual(['after-quick', 'heavy', 'other', 'quick']);
    for (const child of root.children) expect(await readTree(child.id)).toMatchObject({ root: { id } });
  });

  it('knows no tree of an event that is not there', async () => {
    expectProblem(await api.send('GET', '/v1/events/nobody-has-this/tree'), 404, 'not_found');
  });
}

const ENDED: readonly string[] = ['completed', 'partial', 'failed', 'cancelled'];

function leaf(name: string, type: Branch['type'] = 'test-branch'): Branch {
  return { name, type };
}

function flatten(node: EventTreeNode): readonly EventTreeNode[] {
  return [node, ...node.children.flatMap(flatten)];
}

function toShape({ type, status, children }: EventTreeNode): Shape {
  return { type, status, children: children.map(toShape) };
}

function ended(type: string, children: readonly Shape[] = []): Shape {
  return { type, status: 'completed', children };
}

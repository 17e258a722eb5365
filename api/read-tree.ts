import type { EventTree, EventTreeNode } from '../domain/event-tree.ts';
import type { FollowUp } from '../domain/follow-up.ts';
import { MAX_FOLLOW_UP_DEPTH } from '../domain/follow-up-chain.ts';
import { mapAtMost } from '../domain/map-at-most.ts';
import type { EventKey, EventService } from './event-service.ts';

export const MAX_TREE_NODES = 1_000;
// As lists read their events.
const READS_AT_ONCE = 10;

/** What is known of an event of a tree. */
interface Known extends Omit<EventTreeNode, 'children'> {
  readonly followUps: readonly FollowUp[];
}

interface Place extends Known {
  readonly children: Place[];
}

/**
 * The tree that an event belongs to: up to the first event by what has caused each, then down by what each run has emitted. No index is
 * asked, so that nothing lags. Null where there is no such event.
 */
export async function readTree(events: Pick<EventService, 'get' | 'compacted'>, { tenant, id }: EventKey): Promise<EventTree | null> {
  const first = await read(id);
  if (first === null) return null;
  const path = await pathToRoot(first);
  const known = new Map(path.map((one) => [one.id, one]));
  const [root = first] = path;
  return grow(root);

  /** From the root to the event itself. */
  async function pathToRoot(from: Known): Promise<readonly Known[]> {
    let path = [from];
    let { causedBy } = from;
    while (causedBy !== null && path.length <= MAX_FOLLOW_UP_DEPTH) {
      const [child = from] = path;
      const cause: Known = (await read(causedBy)) ?? gone({ id: causedBy, type: null }, null, [child]);
      path = [cause, ...path];
      ({ causedBy } = cause);
    }
    return path;
  }

  async function grow(root: Known): Promise<EventTree> {
    const top = { ...root, children: [] };
    let count = 1;
    let truncated = false;
    for (let level: readonly Place[] = [top]; level.length > 0;) {
      const next = level.flatMap((parent) => parent.followUps.map((followUp) => ({ parent, followUp })));
      const shown = next.slice(0, MAX_TREE_NODES - count);
      truncated ||= shown.length < next.length;
      count += shown.length;
      level = await mapAtMost(shown, READS_AT_ONCE, async ({ parent, followUp }) => {
        const child = known.get(followUp.id) ?? (await read(followUp.id, followUp.type)) ?? gone(followUp, parent.id, []);
        return { ...child, causedBy: parent.id, children: [] };
      });
      for (const [index, place] of level.entries()) shown[index]?.parent.children.push(place);
    }
    return { root: toNode(top), truncated };
  }

  /** @param type where only its outcome may be known */
  async function read(one: string, type: string | null = null): Promise<Known | null> {
    const resource = await events.get({ tenant, id: one });
    if (resource !== null) {
      const { id: ownId, status, causedBy, followUps = [] } = resource;
      return { id: ownId, type: resource.type, status, causedBy, followUps };
    }
    const compacted = await events.compacted({ tenant, id: one });
    return compacted && { id: compacted.id, type, status: compacted.status, causedBy: null, followUps: [] };
  }
}

function gone({ id, type }: Pick<Known, 'id' | 'type'>, causedBy: string | null, followUps: readonly Known[]): Known {
  return { id, type, status: 'unknown', causedBy, followUps: followUps.map((one) => ({ id: one.id, type: one.type ?? '' })) };
}

function toNode({ id, type, status, causedBy, children }: Place): EventTreeNode {
  return { id, type, status, causedBy, children: children.map(toNode) };
}

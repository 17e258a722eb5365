import type { Client } from '@temporalio/client';
import { parseItemId } from '../../domain/event-id.ts';
import { hasEnded } from '../../domain/event-resource.ts';
import type { BatchService, ItemKey } from '../batch-service.ts';
import type { EventKey } from '../event-service.ts';
import type { EventStore } from '../event-store.ts';
import type { LiveRuns } from '../live-runs.ts';
import { cancelAtHandlers, isAtHandlers } from './at-handlers.ts';
import { explainEvent } from './explain-event.ts';

export type Items = Pick<BatchService, 'item' | 'acceptedItem' | 'cancelItem' | 'whyItem'>;

/** Items of batches, whose ids say which and where. */
export function createItemStore(client: Client, liveRuns: LiveRuns, items: Items, now: () => number): EventStore {
  return {
    has: (id) => parseItemId(id) !== null,

    read: async (key) => items.item(itemKeyOf(key)),

    accepted: async (key) => items.acceptedItem(itemKeyOf(key)),

    async cancel(key) {
      const item = await items.item(itemKeyOf(key));
      if (item === null) return 'not_found';
      if (hasEnded(item)) return 'already_ended';
      if (isAtHandlers(item)) return cancelAtHandlers(client, liveRuns, item);
      return items.cancelItem(itemKeyOf(key));
    },

    lastRun: async (key) => ((await items.item(itemKeyOf(key))) === null ? null : { kind: 'kept', by: 'batch' }),

    async why(key) {
      const item = await items.item(itemKeyOf(key));
      if (item === null) return null;
      const pending = item.status === 'accepted' ? await items.whyItem(itemKeyOf(key)) : null;
      return pending ?? explainEvent(client, item, now());
    },
  };
}

function itemKeyOf({ tenant, id }: EventKey): ItemKey {
  const item = parseItemId(id);
  if (item === null) throw new Error(`"${id}" is the id of no item`);
  return { tenant, id: item.batchId, index: item.index };
}

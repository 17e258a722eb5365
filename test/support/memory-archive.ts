import type { Archive, Shelf } from '../../api/archive.ts';
import { InvalidCursorError } from '../../api/event-service.ts';
import type { EventKey } from '../../api/event-service.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';

/** An archive in memory; a cursor is a number of things gone by. */
export function createMemoryArchive(): Archive {
  return { events: createShelf<EventResource>(({ batchId }) => batchId), batches: createShelf<BatchResource>(() => null) };
}

function createShelf<Resource extends EventResource | BatchResource>(batchIdOf: (resource: Resource) => string | null): Shelf<Resource> {
  const kept = new Map<string, Resource>();
  const keyOf = ({ tenant, id }: EventKey): string => `${tenant}/${id}`;
  return {
    async put(resource) {
      const before = kept.get(keyOf(resource));
      if (before !== undefined && before.acceptedAt !== resource.acceptedAt) return false;
      if (before?.run !== resource.run) kept.set(keyOf(resource), structuredClone(resource));
      return true;
    },
    get: async (key) => kept.get(keyOf(key)) ?? null,
    among: async (tenant, ids) => new Set(ids.filter((id) => kept.has(keyOf({ tenant, id })))),
    async list({ tenant, batchId, limit, cursor = '0' }) {
      if (!/^\d+$/.test(cursor)) throw new InvalidCursorError('the cursor is not one of ours');
      const all = [...kept.values()].filter((one) => one.tenant === tenant && (batchId === undefined || batchIdOf(one) === batchId));
      const from = Number(cursor);
      return { items: all.toReversed().slice(from, from + limit), nextCursor: from + limit < all.length ? String(from + limit) : null };
    },
    takeOut: async (key) => kept.delete(keyOf(key)),
  };
}

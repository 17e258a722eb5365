import type { Client } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import type { Order } from '../../domain/bulk-order.ts';
import { isOfOrigin } from '../../domain/dead-letter.ts';
import { countDeadItems } from '../../domain/dead-items.ts';
import type { DeadItems } from '../../domain/dead-items.ts';
import { toDeadLetterResources } from '../../domain/dead-letter-resource.ts';
import type { CountedDeadLetters } from '../../domain/dead-letter-resource.ts';
import { NO_CAUSES } from '../../domain/known-causes.ts';
import type { Causes, KnownCause } from '../../domain/known-causes.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { toIso } from '../../domain/to-iso.ts';
import { discardCause, noteCauses, readCauses } from '../../temporal/causes.ts';
import type { BatchService } from '../batch-service.ts';
import type { CauseKey, DeadLetterService, Orders } from '../dead-letter-service.ts';
import type { EventService } from '../event-service.ts';
import { countDead } from './count-dead.ts';
import { findCauses } from './find-causes.ts';
import { listBatchFailures } from './list-batch-failures.ts';
import { listDeadItems } from './list-dead-items.ts';
import { listDead, listDeadIds } from './list-dead.ts';

export interface TemporalDeadLettersOptions {
  readonly client: Client;
  readonly events: Pick<EventService, 'get'>;
  readonly batches: Pick<BatchService, 'items'>;
  /** For so long the engine knows what has ended. */
  readonly retentionMs: number;
  /** The time of day. */
  readonly now: () => number;
  readonly monotonicMs: () => number;
}

interface Kept {
  /** By a clock that only goes on. */
  untilMs: number;
  readonly counted: Promise<Counted>;
}

/** A tenant's dead letters, as they were counted. */
interface Counted {
  readonly atMs: number;
  readonly causes: Causes;
  readonly items: readonly DeadItems[];
  readonly letters: readonly CountedDeadLetters[];
}

// Counted anew as often as it costs the engine a twentieth of its time, and every 10 s at least.
const KEPT_TIMES = 20;
const MOST_KEPT_MS = 10_000;
const TENANTS_KEPT = 1_000;
const COUNTS_AT_ONCE = 10;
// How far was looked is kept so often, where there is nothing else to be kept.
const NOTE_EVERY_MS = 5 * 60_000;

/** Dead letters as Temporal knows them: counted in its index by causes that a workflow of their own remembers. */
export function createTemporalDeadLetters(options: TemporalDeadLettersOptions): DeadLetterService {
  const { client, events, batches, retentionMs, now, monotonicMs } = options;
  const kept = new LRUCache<string, Kept>({ max: TENANTS_KEPT });

  function counted(tenant: string): Promise<Counted> {
    const before = kept.get(tenant);
    if (before !== undefined && monotonicMs() < before.untilMs) return before.counted;
    const beganMs = monotonicMs();
    const next: Kept = { untilMs: Number.POSITIVE_INFINITY, counted: count(tenant) };
    kept.set(tenant, next);
    next.counted.then(
      () => {
        const nowMs = monotonicMs();
        next.untilMs = nowMs + Math.min(KEPT_TIMES * (nowMs - beganMs), MOST_KEPT_MS);
      },
      () => kept.delete(tenant),
    );
    return next.counted;
  }

  async function count(tenant: string): Promise<Counted> {
    const nowMs = now();
    const before = await readCauses(client, tenant);
    const { known: knownBefore, told, seenUntilMs } = before ?? NO_CAUSES;
    const [{ found, seenUntilMs: seenNowMs }, failures] = await Promise.all([
      findCauses(client, tenant, before ?? NO_CAUSES, nowMs),
      listBatchFailures(client, tenant, nowMs),
    ]);
    const known = { ...found, ...knownBefore };
    const items = countDeadItems(tenant, failures, (digest) => knownBefore[digest]?.discardedAtMs ?? 0);
    const letters: CountedDeadLetters[] = [...items];
    const gone: string[] = [];
    await mapAtMost(Object.entries(known), COUNTS_AT_ONCE, async ([digest, cause]) => {
      // Of what batches count there is only what was discarded.
      if (cause.kind === 'item') return;
      const { count: died, lastAtMs } = await countDead(client, { tenant, digest, cause }, { nowMs, retentionMs });
      // What was discarded is not to be found once more while the engine knows it.
      const isDiscarded = (cause.discardedAtMs ?? 0) > nowMs - retentionMs;
      if (lastAtMs === null) gone.push(...(isDiscarded ? [] : [digest]));
      else letters.push({ ...cause, digest, count: died, firstAtMs: firstAtMs(cause, nowMs), lastAtMs });
    });
    for (const [digest, cause] of Object.entries(told)) {
      if (cause.lastAtMs > nowMs - retentionMs) letters.push({ ...cause, digest });
    }
    const isNews = Object.keys(found).some((digest) => !Object.hasOwn(knownBefore, digest)) || gone.length > 0;
    if (isNews || (before !== null && seenNowMs - seenUntilMs > NOTE_EVERY_MS)) {
      await noteCauses(client, tenant, { found, seenUntilMs: seenNowMs, gone });
    }
    return { atMs: nowMs, causes: { known, told, seenUntilMs: seenNowMs }, items, letters };
  }

  function firstAtMs({ firstAtMs: foundMs, discardedAtMs = 0 }: KnownCause, nowMs: number): number {
    return Math.max(foundMs, discardedAtMs, nowMs - retentionMs);
  }

  /** What of a cause there is to be counted; null where there is nothing. */
  async function find({ tenant, cause: digest }: CauseKey) {
    const { causes, items, letters } = await counted(tenant);
    const letter = letters.find((one) => one.digest === digest && one.count > 0);
    if (letter === undefined) return null;
    const known = Object.hasOwn(causes.known, digest) ? causes.known[digest] : undefined;
    const told = Object.hasOwn(causes.told, digest) ? causes.told[digest] : undefined;
    const ofItems = items.find((one) => one.digest === digest);
    return { letter, told, ofItems, dead: known && known.kind !== 'item' ? { tenant, digest, cause: known } : null };
  }

  return {
    async list(tenant) {
      const { letters, atMs } = await counted(tenant);
      return { items: toDeadLetterResources(letters), asOf: toIso(atMs) };
    },

    async events({ cause, ...filter }) {
      const { tenant } = filter;
      const found = await find({ tenant, cause });
      if (found === null) return null;
      const { dead, ofItems, told } = found;
      if (ofItems !== undefined) return listDeadItems(batches, ofItems, filter);
      if (dead !== null) return listDead(client, (id) => events.get({ tenant, id }), dead, filter);
      const shown = await mapAtMost(told?.ids.slice(0, filter.limit) ?? [], COUNTS_AT_ONCE, (id) => events.get({ tenant, id }));
      return { items: shown.filter((item) => item !== null), nextCursor: null };
    },

    async orders(key, limit): Promise<Orders | null> {
      const found = await find(key);
      if (found === null) return null;
      const { letter, dead, ofItems } = found;
      if (ofItems !== undefined) {
        const orders = ofItems.batches.slice(0, limit).map((batch): Order => ({ action: 'retry_failed', batch }));
        return { orders, count: letter.count, skipped: 0 };
      }
      if (dead === null) return { orders: [], count: 0, skipped: letter.count };
      const { ids, others } = await listDeadIds(client, dead, limit, { nowMs: now(), retentionMs });
      const action = dead.cause.kind === 'callback' ? 'redeliver' : 'replay';
      return { orders: ids.map((event): Order => ({ action, event })), count: ids.length, skipped: others };
    },

    async ordersOf({ tenant, origin }, within, limit): Promise<Orders> {
      const { causes, letters } = await counted(tenant);
      let found: Orders = { orders: [], count: 0, skipped: 0 };
      for (const { digest, message } of letters) {
        const cause = causes.known[digest];
        const left = limit - found.count;
        if (cause?.kind !== 'callback' || !isOfOrigin(message, origin) || left === 0) continue;
        const { ids, others } = await listDeadIds(client, { tenant, digest, cause, ...within }, left, { nowMs: now(), retentionMs });
        const orders = ids.map((event): Order => ({ action: 'redeliver', event }));
        found = { orders: [...found.orders, ...orders], count: found.count + ids.length, skipped: found.skipped + others };
      }
      return found;
    },

    async discard({ tenant, cause: digest }) {
      const found = await find({ tenant, cause: digest });
      if (found === null) return false;
      const { ofItems } = found;
      if (ofItems !== undefined) await noteCauses(client, tenant, { found: { [digest]: toKnown(ofItems) }, seenUntilMs: 0, gone: [] });
      await discardCause(client, tenant, digest);
      kept.delete(tenant);
      return true;
    },
  };
}

/** A cause that is known for nothing but that it was discarded. */
function toKnown({ kind, type, stage, code, message, firstAtMs, example, digest }: DeadItems): KnownCause {
  return { kind, type, stage, code, message, firstAtMs, example, key: { cause: digest } };
}

import type { Client } from '@temporalio/client';
import { replacedKeys } from '../../domain/dead-letter.ts';
import type { KnownCause } from '../../domain/known-causes.ts';
import { allOf, isSince, oneOf } from '../../temporal/list-query.ts';
import { countWorkflows, listInOrder } from './ask-index.ts';
import { deadQuery } from './dead-query.ts';

export interface DeadCount {
  readonly count: number;
  /** Null where the engine knows none any more, also none that something makes up for. */
  readonly lastAtMs: number | null;
}

export interface Retained {
  readonly nowMs: number;
  /** For so long the engine knows what has ended. */
  readonly retentionMs: number;
}

/** How many have ended of a cause that nothing makes up for yet, and when the last did. @throws EngineUnavailableError */
export async function countDead(
  client: Client,
  { tenant, digest, cause }: { readonly tenant: string; readonly digest: string; readonly cause: KnownCause },
  retained: Retained,
): Promise<DeadCount> {
  const query = deadQuery(tenant, cause);
  const [died, [last], replaced] = await Promise.all([
    countWorkflows(client, query),
    listInOrder(client, query, 1),
    countWorkflows(client, replacedQuery(digest, cause, retained)),
  ]);
  return { count: Math.max(0, died - replaced), lastAtMs: last === undefined ? null : (last.closeTime ?? last.startTime).getTime() };
}

/** What makes up for dead letters of a cause. What was discarded is counted no more, nor is what was begun before that. */
export function replacedQuery(digest: string, { discardedAtMs }: KnownCause, retained: Retained): string {
  const condition = oneOf('Replaces', replacedKeys(digest, retained));
  return discardedAtMs === undefined ? condition : allOf(condition, isSince(discardedAtMs));
}

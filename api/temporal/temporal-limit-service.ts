import type { Client } from '@temporalio/client';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { PermitNeed } from '../../domain/accepted-event.ts';
import { limitStart } from '../../temporal/durable/limit-start.ts';
import { PERMITS_QUERY, SET_CAPACITY_UPDATE, WORKFLOWS } from '../../temporal/durable/names.ts';
import { limitWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { showLimit } from '../../domain/limit-resource.ts';
import type { LimitResource } from '../../domain/limit-resource.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { createPermits } from '../../domain/permits.ts';
import type { Permits } from '../../domain/permits.ts';
import { allOf, isOfType, isOpen } from '../../temporal/list-query.ts';
import type { LimitKey, LimitService } from '../limit-service.ts';
import { pageById } from './page-by-id.ts';
import { askIfOpen } from '../../temporal/ask-workflow.ts';
import { callEngine, ifFound, readEngine } from '../../temporal/engine-call.ts';
import { listIds } from '../../temporal/list-by-id.ts';

export interface TemporalLimitServiceOptions {
  readonly client: Client;
  readonly defaultLimit: PermitNeed;
  /**
   * While so many limits are in use or set, no other can be set, but for the default one: the workflow of a limit that is set never
   * ends by itself.
   */
  readonly maxKept: number;
  readonly now: () => number;
}

const CALL_TIMEOUT_MS = 5_000;
const READS_AT_ONCE = 8;
const KEPT = allOf(isOfType(WORKFLOWS.limitConcurrency), isOpen());

/** Limits kept by a workflow a key. */
export function createTemporalLimitService({ client, defaultLimit, maxKept, now }: TemporalLimitServiceOptions): LimitService {
  async function get({ tenant, key }: LimitKey): Promise<LimitResource | null> {
    const unused = key === defaultLimit.key ? createPermits(defaultLimit.capacity, defaultLimit.reserved) : null;
    const permits = (await readPermits(client, key)) ?? unused;
    return permits && showLimit({ key, permits, tenant, nowMs: now() });
  }

  /** Whether setting this limit leaves no more of them behind than may be kept. The engine's index lags by a second. */
  async function maySet(key: string): Promise<boolean> {
    if (key === defaultLimit.key) return true;
    const permits = await readPermits(client, key);
    const isSet = permits !== null && permits.capacityOverride !== null;
    if (isSet) return true;
    const { count } = await readEngine(client, CALL_TIMEOUT_MS, () => client.workflow.count(KEPT));
    return count < maxKept;
  }

  async function set(key: string, capacity: number): Promise<void> {
    const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.limitConcurrency, {
      ...limitStart(key === defaultLimit.key ? defaultLimit : { key, capacity, reserved: {} }),
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    await callEngine(client, CALL_TIMEOUT_MS, () =>
      client.workflow.executeUpdateWithStart(SET_CAPACITY_UPDATE, { args: [{ capacity }], startWorkflowOperation }),
    );
  }

  /** Starts nothing: a limit without a workflow isn't set. */
  async function unset(key: string): Promise<void> {
    const handle = client.workflow.getHandle(limitWorkflowId(key));
    const args: [{ capacity: null }] = [{ capacity: null }];
    await ifFound(() => callEngine(client, CALL_TIMEOUT_MS, () => handle.executeUpdate(SET_CAPACITY_UPDATE, { args })));
  }

  return {
    get,

    async list({ tenant, limit, cursor }) {
      // The default limit is shown though nobody uses it, so that the index may not know it.
      const first = limitWorkflowId(defaultLimit.key);
      const { shown, nextCursor } = pageById(await listIds(client, KEPT), { limit, cursor, first });
      const prefix = limitWorkflowId('');
      const limits = await mapAtMost(shown, READS_AT_ONCE, (id) => get({ tenant, key: id.slice(prefix.length) }));
      return { items: limits.filter((found) => found !== null), nextCursor };
    },

    async setCapacity({ tenant, key }, capacity) {
      if (capacity === null) await unset(key);
      else if (await maySet(key)) await set(key, capacity);
      else return { kind: 'too_many', atMost: maxKept };
      const limit = await get({ tenant, key });
      return limit === null ? { kind: 'not_found' } : { kind: 'set', limit };
    },
  };
}

/** The permits of a key; null when nobody uses it, nor has set it. */
export function readPermits(client: Client, key: string): Promise<Permits | null> {
  return askIfOpen(client, limitWorkflowId(key), { query: PERMITS_QUERY, timeoutMs: CALL_TIMEOUT_MS });
}

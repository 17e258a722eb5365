import type { Client } from '@temporalio/client';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { PermitNeed } from '../../domain/accepted-event.ts';
import { PERMITS_QUERY, SET_CAPACITY_UPDATE, TASK_QUEUES } from '../../domain/durable-names.ts';
import { limitWorkflowId } from '../../domain/event-id.ts';
import { capacityOf, createPermits, waitingOrder } from '../../domain/permits.ts';
import type { Permits } from '../../domain/permits.ts';
import type { LimitResource } from '../../domain/limit-resource.ts';
import type { LimitService } from '../limit-service.ts';
import { callEngine, isNotFound, readEngine } from './engine-call.ts';

export interface TemporalLimitServiceOptions {
  readonly client: Client;
  readonly defaultLimit: PermitNeed;
}

const CALL_TIMEOUT_MS = 5_000;
const LISTED_WAITERS = 100;

/** Limits kept by a workflow a key. */
export function createTemporalLimitService({ client, defaultLimit }: TemporalLimitServiceOptions): LimitService {
  async function get(key: string): Promise<LimitResource | null> {
    const permits = await readPermits(client, key);
    if (permits !== null) return toResource(key, permits);
    return key === defaultLimit.key ? toResource(key, createPermits(defaultLimit.capacity, defaultLimit.reserved)) : null;
  }

  return {
    get,

    async list() {
      const keys = new Set([defaultLimit.key, ...(await keysInUse(client))]);
      const limits = await Promise.all([...keys].toSorted().map(get));
      return limits.filter((limit) => limit !== null);
    },

    async setCapacity(key, capacity) {
      const configured = key === defaultLimit.key ? defaultLimit : { capacity: capacity ?? 1, reserved: 0 };
      const start = new WithStartWorkflowOperation('limitConcurrency', {
        workflowId: limitWorkflowId(key),
        taskQueue: TASK_QUEUES.heavy,
        args: [{ key, permits: createPermits(configured.capacity, configured.reserved) }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowTaskTimeout: '2s',
      });
      await callEngine(client, CALL_TIMEOUT_MS, () =>
        client.workflow.executeUpdateWithStart(SET_CAPACITY_UPDATE, { args: [{ capacity }], startWorkflowOperation: start }),
      );
      const limit = await get(key);
      if (limit === null) throw new Error(`the limit "${key}" is gone just after it was set`);
      return limit;
    },
  };
}

/** The permits of a key; null when nobody uses it. */
export async function readPermits(client: Client, key: string): Promise<Permits | null> {
  try {
    const handle = client.workflow.getHandle(limitWorkflowId(key));
    const { status } = await readEngine(client, CALL_TIMEOUT_MS, () => handle.describe());
    if (status.name !== 'RUNNING') return null;
    return await readEngine(client, CALL_TIMEOUT_MS, () => handle.query<Permits>(PERMITS_QUERY));
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

async function keysInUse(client: Client): Promise<readonly string[]> {
  const prefix = limitWorkflowId('');
  const keys: string[] = [];
  const query = `WorkflowType = 'limitConcurrency' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 100 })) keys.push(workflowId.slice(prefix.length));
  return keys;
}

function toResource(key: string, permits: Permits): LimitResource {
  return {
    key,
    capacity: capacityOf(permits),
    reserved: permits.reserved,
    holders: permits.holders.map(({ event, grantedAtMs }) => ({ event, since: new Date(grantedAtMs).toISOString() })),
    waiters: waitingOrder(permits, Date.now(), LISTED_WAITERS).map(({ event, tier, sinceMs }, index) => ({
      event,
      tier,
      position: index + 1,
      since: new Date(sinceMs).toISOString(),
    })),
    waiting: permits.waiters.length,
  };
}

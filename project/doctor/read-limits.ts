import type { Client } from '@temporalio/client';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { PermitHolder, Permits } from '../../domain/permits.ts';
import { askIfOpen } from '../../temporal/ask-workflow.ts';
import { PERMITS_QUERY, WORKFLOWS } from '../../temporal/durable/names.ts';
import { limitWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { isNotFound, readEngine } from '../../temporal/engine-call.ts';
import { listIds } from '../../temporal/list-by-id.ts';
import { allOf, isOfType, isOpen } from '../../temporal/list-query.ts';
import { CALL_TIMEOUT_MS } from './call-timeout.ts';
import type { LimitState } from './check-permits.ts';

const READS_AT_ONCE = 8;

/** All limits in use, and which of their holders have ended. @throws EngineUnavailableError where no worker answers for one */
export async function readLimits(client: Client): Promise<readonly LimitState[]> {
  const prefix = limitWorkflowId('');
  const ids = await listIds(client, allOf(isOfType(WORKFLOWS.limitConcurrency), isOpen()));
  const limits = await mapAtMost(ids, READS_AT_ONCE, (id) => readLimit(client, id.slice(prefix.length)));
  return limits.filter((limit) => limit !== null);
}

async function readLimit(client: Client, key: string): Promise<LimitState | null> {
  const permits = await askIfOpen<Permits>(client, limitWorkflowId(key), { query: PERMITS_QUERY, timeoutMs: CALL_TIMEOUT_MS });
  if (permits === null) return null;
  const ends = await mapAtMost(permits.holders, READS_AT_ONCE, (holder) => readEnd(client, holder));
  const closedAtMs = new Map(permits.holders.flatMap(({ runId }, index) => (ends[index] === undefined ? [] : [[runId, ends[index]]])));
  return { key, permits, closedAtMs };
}

/** When a run closed; null where the engine doesn't know it, undefined where it is open. */
async function readEnd(client: Client, { workflowId, runId }: PermitHolder): Promise<number | null | undefined> {
  try {
    const { closeTime } = await readEngine(client, CALL_TIMEOUT_MS, () => client.workflow.getHandle(workflowId, runId).describe());
    return closeTime?.getTime();
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

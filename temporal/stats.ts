import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { PointsQueryInput, StatsPoint, ToldMinutes } from '../domain/stats-day.ts';
import { askIfOpen } from './ask-workflow.ts';
import { POINTS_QUERY, TELL_MINUTES_UPDATE, WORKFLOWS } from './durable/names.ts';
import { toSearchAttributes } from './durable/search-attributes.ts';
import { statsStart } from './durable/stats-start.ts';
import { statsWorkflowId } from './durable/workflow-ids.ts';
import { callEngine } from './engine-call.ts';

const CALL_TIMEOUT_MS = 5_000;

/** Brings what a process has counted of a tenant to the workflow that keeps its day. Repeated, it changes nothing. @throws EngineUnavailableError */
export async function tellMinutes(client: Client, tenant: string, told: ToldMinutes): Promise<void> {
  const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.keepStats, {
    ...statsStart(tenant),
    typedSearchAttributes: toSearchAttributes({ Kind: 'internal', Tenant: tenant }),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  await callEngine(client, CALL_TIMEOUT_MS, () =>
    client.workflow.executeUpdateWithStart(TELL_MINUTES_UPDATE, { args: [told], startWorkflowOperation }),
  );
}

/** The last minutes of a tenant that are over; null where nothing of it was ever told. @throws EngineUnavailableError */
export function readPoints(client: Client, tenant: string, asked: PointsQueryInput): Promise<readonly StatsPoint[] | null> {
  return askIfOpen(client, statsWorkflowId(tenant), { query: POINTS_QUERY, args: [asked], timeoutMs: CALL_TIMEOUT_MS });
}

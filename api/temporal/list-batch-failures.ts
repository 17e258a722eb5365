import type { Client } from '@temporalio/client';
import type { BatchFailures } from '../../domain/dead-items.ts';
import type { FailureGroup } from '../../domain/batch.ts';
import { batchOfWorkflow } from '../../domain/event-id.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { BatchSnapshot } from '../../domain/batch-work.ts';
import { askIfOpen } from '../../temporal/ask-workflow.ts';
import { BATCH_PROGRESS_QUERY, FAILURES_MEMO, WORKFLOWS } from '../../temporal/durable/names.ts';
import { allOf, is, isOfType, isOpen, isSet } from '../../temporal/list-query.ts';
import { listInOrder } from './ask-index.ts';

// The last so many that have failures, or had some before they were run again.
const MOST_CLOSED = 1_000;
const MOST_OPEN = 100;
const ASKS_AT_ONCE = 10;
const ASK_TIMEOUT_MS = 500;

/**
 * What items of a tenant's batches have failed of: those that go on say it themselves, and those that have ended have left it where the
 * index shows it. One that was ended from outside left nothing. @throws EngineUnavailableError
 */
export async function listBatchFailures(client: Client, tenant: string, nowMs: number): Promise<readonly BatchFailures[]> {
  const ofTenant = allOf(isOfType(WORKFLOWS.processBatch), is('Tenant', tenant));
  const [open, closed] = await Promise.all([
    listInOrder(client, allOf(ofTenant, isOpen()), MOST_OPEN),
    listInOrder(client, allOf(ofTenant, isSet('Outcome')), MOST_CLOSED),
  ]);
  const asked = await mapAtMost(open, ASKS_AT_ONCE, ({ workflowId }) =>
    askIfOpen<BatchSnapshot>(client, workflowId, { query: BATCH_PROGRESS_QUERY, timeoutMs: ASK_TIMEOUT_MS }).catch(() => null),
  );
  const newest = new Map<string, BatchFailures>();
  for (const [index, { workflowId }] of open.entries()) {
    const { failures = {} } = asked[index]?.batch ?? {};
    newest.set(workflowId, { batch: batchOfWorkflow(workflowId, tenant), endedAtMs: nowMs, failures });
  }
  // A batch that was run again has ended before, too: the last comes first.
  for (const { workflowId, closeTime, startTime, memo } of closed) {
    if (newest.has(workflowId)) continue;
    const failures = (memo?.[FAILURES_MEMO] ?? {}) as Readonly<Record<string, FailureGroup>>;
    newest.set(workflowId, { batch: batchOfWorkflow(workflowId, tenant), endedAtMs: (closeTime ?? startTime).getTime(), failures });
  }
  return [...newest.values()];
}

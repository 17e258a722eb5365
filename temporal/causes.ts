import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Causes, FoundCauses, ToldFailure } from '../domain/known-causes.ts';
import { askIfOpen } from './ask-workflow.ts';
import { causesStart } from './durable/causes-start.ts';
import { CAUSES_QUERY, DISCARD_CAUSE_UPDATE, NOTE_CAUSES_UPDATE, TELL_FAILURES_UPDATE, WORKFLOWS } from './durable/names.ts';
import { toSearchAttributes } from './durable/search-attributes.ts';
import { causesWorkflowId } from './durable/workflow-ids.ts';
import { callEngine } from './engine-call.ts';

// What the workflow that keeps the causes of a tenant's dead letters is told and asked. Repeated, each call changes nothing.
// Each throws EngineUnavailableError.

const CALL_TIMEOUT_MS = 5_000;

/** Null where nothing was ever kept of the tenant's. */
export function readCauses(client: Client, tenant: string): Promise<Causes | null> {
  return askIfOpen(client, causesWorkflowId(tenant), { query: CAUSES_QUERY, timeoutMs: CALL_TIMEOUT_MS });
}

export function noteCauses(client: Client, tenant: string, found: FoundCauses): Promise<void> {
  return tell(client, tenant, NOTE_CAUSES_UPDATE, found);
}

export function tellFailures(client: Client, tenant: string, failures: readonly ToldFailure[]): Promise<void> {
  return tell(client, tenant, TELL_FAILURES_UPDATE, failures);
}

export function discardCause(client: Client, tenant: string, digest: string): Promise<void> {
  return tell(client, tenant, DISCARD_CAUSE_UPDATE, digest);
}

async function tell(client: Client, tenant: string, update: string, said: unknown): Promise<void> {
  const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.keepCauses, {
    ...causesStart(tenant),
    typedSearchAttributes: toSearchAttributes({ Kind: 'internal', Tenant: tenant }),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  await callEngine(client, CALL_TIMEOUT_MS, () => client.workflow.executeUpdateWithStart(update, { args: [said], startWorkflowOperation }));
}

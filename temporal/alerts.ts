import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { LookAnswer, ToldLook } from '../domain/alert-watch.ts';
import { DEFAULT_TENANT } from '../domain/event-id.ts';
import { alertsStart } from './durable/alerts-start.ts';
import { TELL_LOOK_UPDATE, WORKFLOWS } from './durable/names.ts';
import { toSearchAttributes } from './durable/search-attributes.ts';
import { ALERTS_WORKFLOW_ID } from './durable/workflow-ids.ts';
import { callEngine, ifFound, readEngine } from './engine-call.ts';

const CALL_TIMEOUT_MS = 5_000;

/** Brings what a process has seen to the workflow that sends alerts. Repeated, it changes nothing. @throws EngineUnavailableError */
export function tellLook(client: Client, told: ToldLook): Promise<LookAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.watchAlerts, {
    ...alertsStart(),
    typedSearchAttributes: toSearchAttributes({ Kind: 'internal', Tenant: DEFAULT_TENANT }),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return callEngine(client, CALL_TIMEOUT_MS, () =>
    client.workflow.executeUpdateWithStart<Workflow, LookAnswer, [ToldLook]>(TELL_LOOK_UPDATE, { args: [told], startWorkflowOperation }),
  );
}

/** Asks the engine something that it reads from its store. @throws EngineUnavailableError */
export async function probeEngine(client: Client): Promise<void> {
  await ifFound(() => readEngine(client, CALL_TIMEOUT_MS, () => client.workflow.getHandle(ALERTS_WORKFLOW_ID).describe()));
}

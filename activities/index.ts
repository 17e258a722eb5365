import type { Client } from '@temporalio/client';
import type { Activities, RunEventInput, RunGroupInput } from '../domain/activities.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import type { RideMessage } from '../domain/callback-message.ts';
import type { GroupOutcome } from '../domain/group-run.ts';
import type { RunOutcome } from '../domain/run-outcome.ts';
import { createApplyItems } from './batch/apply-items.ts';
import { createIsBatchOpen } from './batch/is-batch-open.ts';
import { createReadItem, createReadItemKinds } from './batch/read-item.ts';
import { createReadPage } from './batch/read-page.ts';
import { createReadHold } from './batch/read-hold.ts';
import { createReadUnits } from './batch/read-units.ts';
import { createRenewPages } from './batch/renew-pages.ts';
import { createRunItems } from './batch/run-items.ts';
import { createSendToSubject } from './batch/send-to-subject.ts';
import { createTellCancelled } from './batch/tell-cancelled.ts';
import { createCancelItems } from './cancel-items.ts';
import { createClaimPermit } from './claim-permit.ts';
import { createFindClosedRuns } from './find-closed-runs.ts';
import { createFoldSubject } from './fold-subject.ts';
import { createReadMessage } from './read-message.ts';
import { createRequestCancel } from './request-cancel.ts';
import { readInput } from './read-input.ts';
import { rememberOutcomes } from './remember-outcomes.ts';
import type { Remembering } from './remember-outcomes.ts';
import { createRunEvent } from './run-event.ts';
import { createRunGroup } from './run-group.ts';
import { MAX_SHARED_RESULT_BYTES } from './result-size.ts';
import { createRunStage } from './run-stage.ts';
import type { RunStageDependencies } from './run-stage.ts';
import { createRideCallback } from './ride-callback.ts';
import { createRideCallbacks } from './ride-callbacks.ts';
import { createSendRiding } from './send-riding.ts';
import type { SendRidingDependencies } from './send-riding.ts';
import { createTellProgress } from './tell-progress.ts';
import type { TellProgressDependencies } from './tell-progress.ts';
import { createSendCallback } from './send-callback.ts';
import { createWakeParked } from './wake-parked.ts';
import { createSendTicks } from './send-ticks.ts';
import { createStartDeliveries } from './start-deliveries.ts';
import { createStartDelivery } from './start-delivery.ts';

export interface ActivityDependencies
  extends RunStageDependencies, Omit<SendRidingDependencies, 'startDelivery'>, TellProgressDependencies {
  readonly client: Client;
}

// Many results go into one record, and nobody asks a process about an item that shares a workflow.
const SHARED = { maxResultBytes: MAX_SHARED_RESULT_BYTES, observe: () => undefined };

export interface CreatedActivities extends Activities {
  readonly runEvent: Remembering<RunEventInput, RunOutcome>;
  readonly runGroup: Remembering<RunGroupInput, GroupOutcome>;
}

/** Everything that workflows may ask of the outside world, under the names that histories know. */
export function createActivities(dependencies: ActivityDependencies): CreatedActivities {
  const readPage = createReadPage(dependencies.client);
  const startDelivery = createStartDelivery(dependencies.client);
  const startDeliveries = createStartDeliveries(startDelivery);
  const sendRiding = createSendRiding({ ...dependencies, startDelivery });
  const rideCallback = createRideCallback({ ...dependencies, sendRiding });
  const runStage = createRunStage(dependencies);
  return {
    runStage: rememberOutcomes(runStage, ({ run, stage, workflow }) => `${workflow.runId}/${stage}/${run.attempts[stage]}`),
    sendCallback: createSendCallback(dependencies.attemptDelivery),
    readMessage: createReadMessage(dependencies),
    rideCallback: rememberOutcomes(
      (message) => rideCallback(message),
      ({ workflow }: RideMessage) => workflow.runId,
    ),
    rideCallbacks: createRideCallbacks({ ...dependencies, sendRiding }),
    runEvent: rememberOutcomes(createRunEvent({ ...dependencies, rideCallback, runStage }), perAttempt),
    runGroup: rememberOutcomes(
      createRunGroup({
        ...dependencies,
        rideCallback,
        runStage,
        readGroup: (workflow) => readInput(dependencies.client, { workflowId: workflow.id, runId: workflow.runId }),
      }),
      perAttempt,
    ),
    wakeParked: createWakeParked(dependencies.client),
    tellProgress: createTellProgress(dependencies),
    requestCancel: createRequestCancel(dependencies.client),
    claimPermit: createClaimPermit(dependencies.client),
    foldSubject: createFoldSubject(dependencies),
    sendTicks: createSendTicks(dependencies),
    startDeliveries,
    findClosedRuns: createFindClosedRuns(dependencies.client),
    runItems: createRunItems({ ...dependencies, readPage, runStage: createRunStage({ ...dependencies, ...SHARED }) }),
    applyItems: createApplyItems({ ...dependencies, readPage, sendToSubject: createSendToSubject(dependencies.client) }),
    cancelItems: createCancelItems(dependencies.client),
    readItem: createReadItem(readPage),
    readItemKinds: createReadItemKinds(readPage),
    readUnits: createReadUnits(dependencies.client),
    readHold: createReadHold(dependencies.client),
    tellCancelled: createTellCancelled(readPage, startDeliveries),
    renewPages: createRenewPages(dependencies.client, readPage),
    isBatchOpen: createIsBatchOpen(dependencies.client),
  };
}

/** Those that the SDK itself tries again once they have failed, by a fault of ours, are run again then. */
function perAttempt({ workflow }: { readonly workflow: WorkflowReference }, attempt: number): string {
  return `${workflow.runId}/${attempt}`;
}

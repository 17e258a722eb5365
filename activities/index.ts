import type { Client } from '@temporalio/client';
import type { Activities } from '../domain/activities.ts';
import { createClaimPermit } from './claim-permit.ts';
import { createFindClosedRuns } from './find-closed-runs.ts';
import { createRequestCancel } from './request-cancel.ts';
import { createRunStage } from './run-stage.ts';
import type { RunStageDependencies } from './run-stage.ts';
import { createRideCallback } from './ride-callback.ts';
import type { RideCallbackDependencies } from './ride-callback.ts';
import { createSendCallback } from './send-callback.ts';

export interface ActivityDependencies extends RunStageDependencies, RideCallbackDependencies {
  readonly client: Client;
}

/** Everything that workflows may ask of the outside world, under the names that histories know. */
export function createActivities(dependencies: ActivityDependencies): Activities {
  return {
    runStage: createRunStage(dependencies),
    sendCallback: createSendCallback(dependencies.attemptDelivery),
    rideCallback: createRideCallback(dependencies),
    requestCancel: createRequestCancel(dependencies.client),
    claimPermit: createClaimPermit(dependencies.client),
    findClosedRuns: createFindClosedRuns(dependencies.client),
  };
}

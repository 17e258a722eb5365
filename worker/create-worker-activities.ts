import type { Client } from '@temporalio/client';
import { createAddressGuard } from '../activities/callback/address-guard.ts';
import { createGuardedAgent } from '../activities/callback/guarded-agent.ts';
import { createPostCallback } from '../activities/callback/post-callback.ts';
import { createActivities } from '../activities/index.ts';
import type { ObserveRun } from '../activities/run-stage.ts';
import type { Activities } from '../domain/activities.ts';
import type { Catalog } from '../domain/catalog.ts';

export interface WorkerActivitiesOptions {
  readonly client: Client;
  readonly catalog: Catalog;
  readonly webhookSecrets: readonly string[];
  /** Ranges that callbacks may go to besides public addresses, as CIDRs. */
  readonly callbackAllow: readonly string[];
  readonly callbackScheduleMs: readonly number[];
  readonly observe: ObserveRun;
}

/** The activities of a process; one set a process, as it pools the connections. */
export function createWorkerActivities(options: WorkerActivitiesOptions): Activities {
  const guard = createAddressGuard(options.callbackAllow);
  return createActivities({
    client: options.client,
    resolve: options.catalog.find,
    observe: options.observe,
    now: Date.now,
    random: Math.random,
    scheduleMs: options.callbackScheduleMs,
    post: createPostCallback({
      agent: createGuardedAgent({ guard }),
      guard,
      secrets: options.webhookSecrets,
      now: Date.now,
      userAgent: 'Tickless',
    }),
  });
}

import type { Client } from '@temporalio/client';
import { createAddressGuard } from '../activities/callbacks/address-guard.ts';
import type { ObserveDelivery } from '../activities/callbacks/attempt-delivery.ts';
import { createAttemptDelivery } from '../activities/callbacks/attempt-delivery.ts';
import { createDestinations } from '../activities/callbacks/destinations.ts';
import { createGuardedAgent } from '../activities/callbacks/guarded-agent.ts';
import { createHandedOver } from '../activities/callbacks/handed-over.ts';
import { createOrigins } from '../activities/callbacks/origins.ts';
import { createPostMessage } from '../activities/callbacks/post-message.ts';
import type { PostMessage } from '../activities/callbacks/post-message.ts';
import { createPostCallback } from '../activities/callbacks/post-callback.ts';
import { monotonicMs } from '../runtime/monotonic.ts';
import { watchLoop } from '../runtime/watch-loop.ts';
import { createRenderBody } from '../activities/callbacks/render-body.ts';
import { createProgressCallbacks } from '../activities/callbacks/progress-callbacks.ts';
import { createActivities } from '../activities/index.ts';
import type { Advance } from '../handlers/advance.ts';
import type { ObserveRun } from '../activities/run/open-port.ts';
import type { RunLog } from '../activities/run/run-log.ts';
import { createReadPage } from '../activities/batch/read-page.ts';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { RunEnd } from '../domain/run-end.ts';
import type { Environment } from '../config/environment.ts';
import type { Activities, RunAhead } from '../temporal/durable/activities.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { Ask } from '../domain/question.ts';
import type { CallbackFormats } from '../domain/callback-format.ts';
import { toBreakerSettings } from './breaker-settings.ts';
import { createEndCounter } from './count-ends.ts';
import type { EndCounter } from './count-ends.ts';

export interface WorkerActivitiesOptions {
  readonly client: Client;
  readonly catalog: Catalog;
  /** Where handlers run. */
  readonly advance: Advance;
  readonly ask: Ask;
  readonly log: RunLog;
  readonly environment: Environment;
  readonly webhookSecrets: readonly string[];
  /** Besides the envelope. */
  readonly callbackFormats: CallbackFormats;
  /** Ranges that callbacks may go to besides public addresses, as CIDRs. */
  readonly callbackAllow: readonly string[];
  readonly observe: ObserveRun;
  readonly observeDelivery: ObserveDelivery;
  /** Told of each verdict once, when it is on record. */
  readonly observeEnd: (end: RunEnd) => void;
  /** Told of each follow-up once, when it is started. */
  readonly observeStarted: (event: AcceptedEvent) => void;
  /** Told how long the task of an event lay with a process that was gone, until this one took it up. */
  readonly observeRecovery: (seconds: number) => void;
  /** How long a receiver has to answer; 30 s outside of tests. */
  readonly attemptTimeoutMs?: number;
  /** The time of day; the engine's clock may show another. */
  readonly now?: () => number;
}

export interface WorkerActivities {
  readonly activities: Activities;
  readonly runAhead: RunAhead;
  /** Takes back what was to run ahead for an event that is alone: true where nothing of it has begun, and it ends as cancelled. */
  readonly withdraw: (workflowId: string) => boolean;
  readonly endCounter: EndCounter;
  /** The task queue by which only this process is asked for what it has under way. */
  readonly sender: string;
  /** Signs and posts a message that the engine has no part in. */
  readonly postNow: PostMessage;
  /** Posts of callbacks that are under way in this process, those in line for a connection among them. */
  callbacksUnderWay(): number;
  /** How many connections this process may have to an origin, taken or free. */
  connectionsTo(origin: string): number;
  /** Resolves when deliveries have asked for all attempts that were handed over to them, or after `graceMs`. */
  whenAskedFor(graceMs: number): Promise<void>;
  /** Ends the callbacks that go on beside the activities, within `graceMs` or soon after it. */
  close(graceMs: number): Promise<void>;
}

/** The activities of a process; one set a process, as it pools the connections. */
export function createWorkerActivities(options: WorkerActivitiesOptions): WorkerActivities {
  const { environment, now = Date.now } = options;
  const guard = createAddressGuard(options.callbackAllow);
  const connectionsPerOrigin = environment.CALLBACK_CONNECTIONS;
  const destinations = createDestinations(options.client, toBreakerSettings(environment), monotonicMs);
  const origins = createOrigins({
    maxConnections: connectionsPerOrigin,
    now: monotonicMs,
    watchLoop,
    // Whatever becomes of it: the attempts tell of their own ends.
    onHang: (destination, open) => void destinations.noteHang(destination, open).catch(() => undefined),
  });
  const handedOver = createHandedOver(monotonicMs);
  const post = createPostCallback({
    agent: createGuardedAgent({ guard, connectionsPerOrigin }),
    origins,
    guard,
    secrets: options.webhookSecrets,
    now,
    monotonicNow: monotonicMs,
    userAgent: 'Tickless',
    ...(options.attemptTimeoutMs !== undefined && { attemptTimeoutMs: options.attemptTimeoutMs }),
  });
  const renderBody = createRenderBody({ formats: options.callbackFormats, now });
  const attemptDelivery = createAttemptDelivery({
    post,
    renderBody,
    scheduleMs: environment.CALLBACK_SCHEDULE,
    random: Math.random,
    destinations,
    origins,
    observeDelivery: options.observeDelivery,
    now,
  });
  const readPage = createReadPage(options.client);
  const activities = createActivities({
    client: options.client,
    readPage,
    observeEnd: options.observeEnd,
    observeRecovery: options.observeRecovery,
    observeStarted: options.observeStarted,
    resolve: options.catalog.find,
    advance: options.advance,
    ask: options.ask,
    log: options.log,
    observe: options.observe,
    now,
    random: Math.random,
    watchLoop,
    attemptDelivery,
    post,
    renderBody,
    beginProgress: createProgressCallbacks({ post, renderBody, origins, now }),
    origins,
    destinations,
    handedOver,
  });
  const { runChunk } = activities;
  const unbegun = new Map<string, () => boolean>();
  return {
    activities,
    runAhead(input) {
      const { id } = input.workflow;
      const withdraw = runChunk.ahead(input, () => unbegun.delete(id));
      if (withdraw !== null && input.chunk?.own.length === 1) unbegun.set(id, withdraw);
    },
    withdraw: (workflowId) => unbegun.get(workflowId)?.() ?? false,
    endCounter: createEndCounter({ observeEnd: options.observeEnd, readPage }),
    sender: handedOver.sender,
    postNow: createPostMessage(post, renderBody),
    callbacksUnderWay: origins.openInAll,
    connectionsTo: origins.connectionsTo,
    whenAskedFor: handedOver.whenAskedFor,
    close: handedOver.close,
  };
}

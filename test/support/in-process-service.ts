import { attemptTimes } from '../../domain/attempt-times.ts';
import { changeOf } from '../../domain/state-change.ts';
import { resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { createCheckCallback } from '../../activities/callbacks/check-callback.ts';
import { alertUrl } from '../../api/alert-url.ts';
import { createApi } from '../../api/create-api.ts';
import type { Api } from '../../api/create-api.ts';
import { createLiveRuns } from '../../api/live-runs.ts';
import { createObserveEnd } from '../../api/log-verdict.ts';
import { createMetrics } from '../../api/metrics.ts';
import { startFailureReport } from '../../api/start-failure-report.ts';
import { startAlerts } from '../../api/start-alerts.ts';
import { startStats } from '../../api/start-stats.ts';
import { createLogger } from '../../config/logger.ts';
import type { Logger } from '../../config/logger.ts';
import { resolveIn } from '../../domain/handler-definition.ts';
import { createAcceptFollowUps } from '../../handlers/accept-follow-ups.ts';
import { createAnswer } from '../../handlers/answer.ts';
import { createOpenEmitter } from '../../handlers/create-open-emitter.ts';
import { createAdvance } from '../../handlers/advance.ts';
import type { Advance } from '../../handlers/advance.ts';
import { failureText } from '../../handlers/failure-text.ts';
import { frozenMiddleware } from '../../handlers/frozen-middleware.ts';
import { advanceHandlers } from '../../handlers/advance-handlers.ts';
import { compose } from '../../project/compose.ts';
import { makeServices } from '../../project/make-services.ts';
import { monotonicMs } from '../../runtime/monotonic.ts';
import { loadCarryOut } from '../../api/load-carry-out.ts';
import { carryOutOrders } from '../../worker/carry-out-orders.ts';
import { connectEngine } from '../../worker/connect.ts';
import { readCoreMetrics } from '../../worker/core-metrics.ts';
import { createHosts } from '../../worker/create-hosts.ts';
import { createWorkerActivities } from '../../worker/create-worker-activities.ts';
import { composeHandlerServices } from '../../worker/handler-composition.ts';
import { hostFromSource } from '../../worker/host-program.ts';
import { startWorkers } from '../../worker/start-workers.ts';
import { toHandlerLog, toRunLog } from '../../worker/to-handler-log.ts';
import type { TestEngine } from './cluster.ts';
import { createAskHere } from './ask-here.ts';
import { testConfig } from './test-config.ts';
import { stageSlots } from '../../worker/worker-slots.ts';

export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 'test').toString('base64')}`;

export interface TestService {
  readonly app: Api['app'];
  readonly client: Client;
  stop(): Promise<void>;
}

export interface InProcessServiceOptions {
  readonly engine: TestEngine;
  readonly workflowBundle: WorkflowBundleOption;
  readonly variables?: Readonly<Record<string, string>>;
  readonly attemptTimeoutMs?: number;
  readonly fetchTimeoutMs?: number;
  readonly dataConverter?: DataConverter;
  /** How far the clocks of the API and of the worker are from the engine's. */
  readonly skewMs?: { readonly api: number; readonly worker: number };
  /** Handlers run in processes of their own, as they do in the service, and not in this one, where tests see what they do. */
  readonly hosts?: boolean;
  /** What is due waits for this, as it does for a process for handlers. @param signal its own */
  readonly beforeAdvance?: (signal: AbortSignal) => Promise<void>;
  /** So often it looks for alerts, where `ALERT_URL` is set. */
  readonly lookEveryMs?: number;
  /** Where it logs; default: errors, on standard error. */
  readonly logger?: Logger;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The whole service in this process, on an engine that runs; requests go in by `app.request()`. */
export async function startInProcessService({
  engine: place,
  workflowBundle,
  variables = {},
  attemptTimeoutMs,
  fetchTimeoutMs,
  dataConverter,
  skewMs = { api: 0, worker: 0 },
  hosts: isApart = false,
  beforeAdvance,
  lookEveryMs,
  logger = createLogger('error'),
}: InProcessServiceOptions): Promise<TestService> {
  const given = { CALLBACK_SCHEDULE: '100ms,200ms', CALLBACK_ALLOW: '127.0.0.0/8', ...variables };
  const composition = compose(testConfig, given);
  const { environment, catalog } = composition;
  const engine = await connectEngine(logger, place, dataConverter);
  const liveRuns = createLiveRuns();
  const stopping = new AbortController();
  const metrics = createMetrics(catalog);
  metrics.append(readCoreMetrics);
  const now = (): number => Date.now() + skewMs.worker;
  const timeout = fetchTimeoutMs === undefined ? {} : { fetchTimeoutMs };
  const callbackAllow = environment.CALLBACK_ALLOW;
  const hosts = isApart
    ? createHosts({
        environment,
        program: hostFromSource('test/support/host-main.ts'),
        callbackAllow,
        log: toHandlerLog(logger),
        observe: metrics.host,
        ...timeout,
      })
    : null;
  const dataDirectory = resolve(environment.TICKLESS_DATA);
  const { services: own } = await makeServices(testConfig, given);
  const services = composeHandlerServices({ dataDirectory, callbackAllow, ...timeout }, own);
  await hosts?.ready;
  const ask = hosts?.ask ?? createAskHere(catalog);
  const acceptFollowUps = createAcceptFollowUps({ catalog, answer: createAnswer(catalog), settings: composition.acceptSettings, now });
  const lanes = ['light', 'heavy', 'reserved', 'delivery'] as const;
  const withHandlers =
    hosts?.advance ??
    advanceHandlers(
      createAdvance({
        times: attemptTimes,
        changeOf,
        resolve: resolveIn(catalog),
        services,
        use: frozenMiddleware(testConfig.use ?? []),
        openEmitter: createOpenEmitter(acceptFollowUps),
        now,
        monotonicMs,
        textOf: failureText,
      }),
      now,
    );
  const advance: Advance = async (due, port) => {
    await beforeAdvance?.(port.signal);
    return withHandlers(due, port);
  };
  const failures = startFailureReport({ client: engine.client, logger });
  const observeEnd = createObserveEnd(metrics, logger, failures);
  const carryOut = loadCarryOut({ ...composition, client: engine.client, ask, metrics, now });
  const activities = createWorkerActivities({
    client: engine.client,
    ...composition,
    ask,
    log: toRunLog(logger),
    advance: carryOutOrders(advance, carryOut, now),
    webhookSecrets: [WEBHOOK_SECRET],
    callbackAllow,
    observe: liveRuns.observe,
    observeDelivery: metrics.delivery,
    observeEnd,
    observeRecovery: metrics.recovered,
    observeStarted: metrics.followUp,
    ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
    now,
  });
  const workers = await startWorkers({
    ...engine,
    lanes,
    activities,
    workflowBundle,
    stageSlots: stageSlots(environment, hosts?.areWorkersBusy ?? (() => false)),
  });
  const stopStats = startStats({ client: engine.client, tally: metrics.tally, logger });
  const checkCallback = createCheckCallback(environment.CALLBACK_ALLOW);
  const stopAlerts = startAlerts({
    ...composition,
    client: engine.client,
    metrics,
    logger,
    url: alertUrl(environment, checkCallback),
    postNow: activities.postNow,
    ...(lookEveryMs !== undefined && { everyMs: lookEveryMs }),
  });
  const { app } = await createApi({
    ...composition,
    logger,
    log: silent,
    client: engine.client,
    address: engine.address,
    uiUrl: 'http://ui.example',
    queues: lanes,
    liveRuns,
    metrics,
    observeEnd,
    callbacksUnderWay: activities.callbacksUnderWay,
    connectionsTo: activities.connectionsTo,
    runAhead: activities.runAhead,
    withdraw: activities.withdraw,
    ask,
    checkCallback,
    stopping: stopping.signal,
    now: () => Date.now() + skewMs.api,
  });
  return {
    app,
    client: engine.client,
    stop: async () => {
      stopping.abort();
      await Promise.all([stopStats(), stopAlerts(), failures.stop()]);
      await workers.stop();
      await hosts?.close();
      await engine.close();
    },
  };
}

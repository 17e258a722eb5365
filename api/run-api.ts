import { createCheckCallback } from '../activities/callbacks/check-callback.ts';
import { requireWebhookSecrets } from '../config/webhook-secrets.ts';
import type { Config } from '../project/define-config.ts';
import { runUntilStopped } from '../project/run-until-stopped.ts';
import type { Running, StartOptions } from '../project/run-until-stopped.ts';
import { createStops } from '../runtime/stops.ts';
import { connectEngine } from '../worker/connect.ts';
import { readCoreMetrics } from '../worker/core-metrics.ts';
import { createHosts } from '../worker/create-hosts.ts';
import { createWorkerActivities } from '../worker/create-worker-activities.ts';
import { hostProgram } from '../worker/host-program.ts';
import { startWorkers } from '../worker/start-workers.ts';
import { toHandlerLog, toRunLog } from '../worker/to-handler-log.ts';
import { toTemporalLogger } from '../worker/temporal-logger.ts';
import { loadWorkflowBundle } from '../worker/workflow-bundle.ts';
import { alertUrl } from './alert-url.ts';
import { createApi } from './create-api.ts';
import { createLiveRuns } from './live-runs.ts';
import { createObserveEnd } from './log-verdict.ts';
import { startFailureReport } from './start-failure-report.ts';
import { createMetrics } from './metrics.ts';
import { reportMissingSchemas } from './report-missing-schemas.ts';
import { startServer } from './start-server.ts';
import { startAlerts } from './start-alerts.ts';
import { startStats } from './start-stats.ts';
import { stageSlots } from '../worker/worker-slots.ts';

// Requests under way have this long to be answered.
const ANSWER_GRACE_MS = 3_000;

/** The HTTP service of a process, as it runs. */
export interface RunningApi extends Running {
  readonly url: string;
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/** Runs the HTTP service until the process is told to stop. */
export function runApi(config: Config, program = hostProgram()): Promise<void> {
  return runUntilStopped(startApi, config, program);
}

/** Starts the HTTP service with a light worker on the same connection, so that an event runs where it was accepted. */
export async function startApi({ composition, program, logger }: StartOptions): Promise<RunningApi> {
  const { environment, catalog } = composition;
  const webhookSecrets = requireWebhookSecrets(environment.WEBHOOK_SECRETS);
  const checkCallback = createCheckCallback(environment.CALLBACK_ALLOW);
  const alertsTo = alertUrl(environment, checkCallback);
  const log = toHandlerLog(logger);
  const metrics = createMetrics(catalog);
  metrics.append(readCoreMetrics);
  const stops = createStops();
  try {
    const hosts = createHosts({ environment, program, callbackAllow: environment.CALLBACK_ALLOW, log, observe: metrics.host });
    stops.push(hosts.close);
    const connecting = connectEngine(logger);
    // Also one that comes when something else has failed.
    stops.push(() =>
      connecting.then(
        (engine) => engine.close(),
        () => undefined,
      ),
    );
    const [engine] = await Promise.all([connecting, hosts.ready]);
    const liveRuns = createLiveRuns();
    const stopping = new AbortController();
    const failures = startFailureReport({ client: engine.client, logger });
    stops.push(failures.stop);
    const observeEnd = createObserveEnd(metrics, logger, failures);
    const activities = createWorkerActivities({
      client: engine.client,
      ...composition,
      advance: hosts.advance,
      ask: hosts.ask,
      log: toRunLog(logger),
      webhookSecrets,
      callbackAllow: environment.CALLBACK_ALLOW,
      observe: liveRuns.observe,
      observeDelivery: metrics.delivery,
      observeEnd,
      observeRecovery: metrics.recovered,
      observeStarted: metrics.followUp,
    });
    const workers = await startWorkers({
      ...engine,
      lanes: ['light'],
      activities,
      workflowBundle: await loadWorkflowBundle(toTemporalLogger(logger)),
      stageSlots: stageSlots(environment, hosts.areWorkersBusy),
    });
    stops.push(workers.stop);
    stops.push(startStats({ client: engine.client, tally: metrics.tally, logger }));
    stops.push(startAlerts({ ...composition, client: engine.client, metrics, logger, url: alertsTo, postNow: activities.postNow }));
    const { app, startPlugins } = await createApi({
      ...composition,
      logger,
      log,
      client: engine.client,
      address: engine.address,
      uiUrl: environment.TEMPORAL_UI_URL ?? null,
      queues: ['light'],
      liveRuns,
      metrics,
      observeEnd,
      callbacksUnderWay: activities.callbacksUnderWay,
      connectionsTo: activities.connectionsTo,
      runAhead: activities.runAhead,
      withdraw: activities.withdraw,
      ask: hosts.ask,
      checkCallback,
      stopping: stopping.signal,
    });
    stops.push(await startPlugins());
    const server = await startServer({
      fetch: app.fetch,
      host: environment.HOST,
      port: environment.PORT,
      report: (refusal) => logger.warn(refusal, 'a request was refused'),
    });
    stops.push(() => server.stop(ANSWER_GRACE_MS));
    logger.info({ url: server.url, engine: engine.address }, 'the API listens');
    // Nobody waits for it.
    void reportMissingSchemas({ catalog, ask: hosts.ask, logger });
    return {
      url: server.url,
      fetch: (request) => app.fetch(request),
      failed: workers.failed,
      async stop() {
        stopping.abort();
        await stops.stopAll();
      },
    };
  } catch (error) {
    await stops.stopAll().catch((failed: unknown) => logger.error({ err: failed }, 'not all was stopped'));
    throw error;
  }
}

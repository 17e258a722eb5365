import { createCheckCallback } from '../activities/callbacks/check-callback.ts';
import { createLogger } from '../config/logger.ts';
import { stopSignal } from '../config/stop-signals.ts';
import { requireWebhookSecrets } from '../config/webhook-secrets.ts';
import { compose } from '../project/compose.ts';
import type { Config } from '../project/define-config.ts';
import { connectEngine } from '../worker/connect.ts';
import { createHosts } from '../worker/create-hosts.ts';
import { createWorkerActivities } from '../worker/create-worker-activities.ts';
import { hostProgram } from '../worker/host-program.ts';
import { startWorkers } from '../worker/start-workers.ts';
import { toHandlerLog } from '../worker/to-handler-log.ts';
import { toTemporalLogger } from '../worker/temporal-logger.ts';
import { loadWorkflowBundle } from '../worker/workflow-bundle.ts';
import { createApi } from './create-api.ts';
import { createLiveRuns } from './live-runs.ts';
import { createMetrics } from './metrics.ts';
import { reportMissingSchemas } from './report-missing-schemas.ts';
import { startServer } from './start-server.ts';
import { stageSlots } from '../worker/worker-slots.ts';

/**
 * Runs the HTTP service with a light worker on the same connection, so that an event runs where it was accepted.
 * @param program what Node runs for a process in which handlers of this same config run
 */
export async function runApi(config: Config, program = hostProgram()): Promise<void> {
  const composition = compose(config, process.env);
  const { environment, catalog } = composition;
  const logger = createLogger(environment.LOG_LEVEL);
  const webhookSecrets = requireWebhookSecrets(environment.WEBHOOK_SECRETS);
  const log = toHandlerLog(logger);
  const stopped = stopSignal();
  const hosts = createHosts({ environment, program, callbackAllow: environment.CALLBACK_ALLOW, log });
  const [engine] = await Promise.all([connectEngine(logger), hosts.ready]);
  const liveRuns = createLiveRuns();
  const metrics = createMetrics(catalog);
  const stopping = new AbortController();
  const activities = createWorkerActivities({
    client: engine.client,
    ...composition,
    advance: hosts.advance,
    ask: hosts.ask,
    webhookSecrets,
    callbackAllow: environment.CALLBACK_ALLOW,
    observe: liveRuns.observe,
    observeDelivery: metrics.delivery,
  });
  const workers = await startWorkers({
    ...engine,
    lanes: ['light'],
    activities,
    workflowBundle: await loadWorkflowBundle(toTemporalLogger(logger)),
    stageSlots: stageSlots(environment, hosts.areWorkersBusy),
  });
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
    callbacksUnderWay: activities.callbacksUnderWay,
    connectionsTo: activities.connectionsTo,
    runAhead: activities.runAhead,
    ask: hosts.ask,
    checkCallback: createCheckCallback(environment.CALLBACK_ALLOW),
    stopping: stopping.signal,
  });
  const stopPlugins = await startPlugins();
  const server = await startServer({
    fetch: app.fetch,
    host: environment.HOST,
    port: environment.PORT,
    report: (refusal) => logger.warn(refusal, 'a request was refused'),
  });
  logger.info({ url: server.url, engine: engine.address }, 'the API listens');
  // Nobody waits for it.
  void reportMissingSchemas({ catalog, ask: hosts.ask, logger });

  const signal = await Promise.race([stopped, workers.failed]);
  logger.info({ signal }, 'stopping');
  stopping.abort();
  await server.stop(3_000);
  await stopPlugins();
  await workers.stop();
  await hosts.close();
  await engine.close();
}

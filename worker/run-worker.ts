import { createCheckCallback } from '../activities/callbacks/check-callback.ts';
import { alertUrl } from '../api/alert-url.ts';
import { answerMetrics } from '../api/answer-metrics.ts';
import { loadCarryOut } from '../api/load-carry-out.ts';
import { createObserveEnd } from '../api/log-verdict.ts';
import { createMetrics } from '../api/metrics.ts';
import { startFailureReport } from '../api/start-failure-report.ts';
import type { Metrics } from '../api/metrics.ts';
import type { ReportRefusal } from '../api/server-refusals.ts';
import { startAlerts } from '../api/start-alerts.ts';
import { startServer } from '../api/start-server.ts';
import { startStats } from '../api/start-stats.ts';
import type { HttpServer } from '../api/start-server.ts';
import type { Environment } from '../config/environment.ts';
import type { Logger } from '../config/logger.ts';
import { requireWebhookSecrets } from '../config/webhook-secrets.ts';
import type { Config } from '../project/define-config.ts';
import { runUntilStopped } from '../project/run-until-stopped.ts';
import type { Running, StartOptions } from '../project/run-until-stopped.ts';
import { createStops } from '../runtime/stops.ts';
import { carryOutOrders } from './carry-out-orders.ts';
import { connectEngine } from './connect.ts';
import { readCoreMetrics } from './core-metrics.ts';
import { createHosts } from './create-hosts.ts';
import { createWorkerActivities } from './create-worker-activities.ts';
import { hostProgram } from './host-program.ts';
import { startWorkers } from './start-workers.ts';
import { toHandlerLog, toRunLog } from './to-handler-log.ts';
import { toTemporalLogger } from './temporal-logger.ts';
import { loadWorkflowBundle } from './workflow-bundle.ts';
import { stageSlots } from './worker-slots.ts';

const SCRAPE_GRACE_MS = 500;

/** Runs workers until the process is told to stop. */
export function runWorker(config: Config, program = hostProgram()): Promise<void> {
  return runUntilStopped(startWorker, config, program);
}

/** Starts what runs heavy events, callbacks that are tried again, and light events whose own process is gone. */
export async function startWorker({ composition, program, logger }: StartOptions): Promise<Running> {
  const { environment, catalog } = composition;
  const webhookSecrets = requireWebhookSecrets(environment.WEBHOOK_SECRETS);
  const alertsTo = alertUrl(environment, createCheckCallback(environment.CALLBACK_ALLOW));
  const metrics = createMetrics(catalog);
  metrics.append(readCoreMetrics);
  const stops = createStops();
  try {
    const hosts = createHosts({
      environment,
      program,
      callbackAllow: environment.CALLBACK_ALLOW,
      log: toHandlerLog(logger),
      observe: metrics.host,
    });
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
    const scraped = await serveMetrics(environment, metrics, logger);
    if (scraped !== null) stops.push(() => scraped.stop(SCRAPE_GRACE_MS));
    const failures = startFailureReport({ client: engine.client, logger });
    stops.push(failures.stop);
    const activities = createWorkerActivities({
      client: engine.client,
      ...composition,
      advance: carryOutOrders(
        hosts.advance,
        loadCarryOut({ ...composition, client: engine.client, ask: hosts.ask, metrics, now: Date.now }),
        Date.now,
      ),
      ask: hosts.ask,
      log: toRunLog(logger),
      webhookSecrets,
      callbackAllow: environment.CALLBACK_ALLOW,
      observe: () => undefined,
      observeDelivery: metrics.delivery,
      observeEnd: createObserveEnd(metrics, logger, failures),
      observeRecovery: metrics.recovered,
      observeStarted: metrics.followUp,
    });
    const workers = await startWorkers({
      ...engine,
      lanes: ['light', 'heavy', 'reserved', 'delivery'],
      activities,
      workflowBundle: await loadWorkflowBundle(toTemporalLogger(logger)),
      stageSlots: stageSlots(environment, hosts.areWorkersBusy),
    });
    stops.push(workers.stop);
    stops.push(startStats({ client: engine.client, tally: metrics.tally, logger }));
    stops.push(startAlerts({ ...composition, client: engine.client, metrics, logger, url: alertsTo, postNow: activities.postNow }));
    logger.info({ engine: engine.address, ...(scraped !== null && { metrics: `${scraped.url}/metrics` }) }, 'the worker runs');
    return { failed: workers.failed, stop: stops.stopAll };
  } catch (error) {
    await stops.stopAll().catch((failed: unknown) => logger.error({ err: failed }, 'not all was stopped'));
    throw error;
  }
}

async function serveMetrics({ HOST, METRICS_PORT }: Environment, metrics: Metrics, logger: Logger): Promise<HttpServer | null> {
  if (METRICS_PORT === undefined) return null;
  const fetch = (request: Request): Response | Promise<Response> =>
    new URL(request.url).pathname === '/metrics' ? answerMetrics(metrics) : new Response(null, { status: 404 });
  const report: ReportRefusal = (refusal) => logger.warn(refusal, 'a request was refused');
  return startServer({ fetch, host: HOST, port: METRICS_PORT, setting: 'METRICS_PORT', report });
}

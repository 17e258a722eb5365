import { answerMetrics } from '../api/answer-metrics.ts';
import { createMetrics } from '../api/metrics.ts';
import type { Metrics } from '../api/metrics.ts';
import type { ReportRefusal } from '../api/server-refusals.ts';
import { startServer } from '../api/start-server.ts';
import type { HttpServer } from '../api/start-server.ts';
import type { Environment } from '../config/environment.ts';
import { createLogger } from '../config/logger.ts';
import type { Logger } from '../config/logger.ts';
import { stopSignal } from '../config/stop-signals.ts';
import { requireWebhookSecrets } from '../config/webhook-secrets.ts';
import { compose } from '../project/compose.ts';
import type { Config } from '../project/define-config.ts';
import { connectEngine } from './connect.ts';
import { createHosts } from './create-hosts.ts';
import { createWorkerActivities } from './create-worker-activities.ts';
import { hostProgram } from './host-program.ts';
import { startWorkers } from './start-workers.ts';
import { toHandlerLog } from './to-handler-log.ts';
import { toTemporalLogger } from './temporal-logger.ts';
import { loadWorkflowBundle } from './workflow-bundle.ts';
import { stageSlots } from './worker-slots.ts';

const SCRAPE_GRACE_MS = 500;

/**
 * Runs heavy events, callbacks that are tried again, and light events whose own process is gone.
 * @param program what Node runs for a process in which handlers of this same config run
 */
export async function runWorker(config: Config, program = hostProgram()): Promise<void> {
  const composition = compose(config, process.env);
  const { environment, catalog } = composition;
  const logger = createLogger(environment.LOG_LEVEL);
  const webhookSecrets = requireWebhookSecrets(environment.WEBHOOK_SECRETS);
  const metrics = createMetrics(catalog);
  const stopped = stopSignal();
  const hosts = createHosts({ environment, program, callbackAllow: environment.CALLBACK_ALLOW, log: toHandlerLog(logger) });
  const [engine] = await Promise.all([connectEngine(logger), hosts.ready]);
  const workers = await startWorkers({
    ...engine,
    lanes: ['light', 'heavy', 'reserved', 'delivery'],
    activities: createWorkerActivities({
      client: engine.client,
      ...composition,
      advance: hosts.advance,
      ask: hosts.ask,
      webhookSecrets,
      callbackAllow: environment.CALLBACK_ALLOW,
      observe: () => undefined,
      observeDelivery: metrics.delivery,
    }),
    workflowBundle: await loadWorkflowBundle(toTemporalLogger(logger)),
    stageSlots: stageSlots(environment, hosts.areWorkersBusy),
  });
  const scraped = await serveMetrics(environment, metrics, logger);
  logger.info({ engine: engine.address, ...(scraped !== null && { metrics: `${scraped.url}/metrics` }) }, 'the worker runs');

  const signal = await Promise.race([stopped, workers.failed]);
  logger.info({ signal }, 'stopping');
  await workers.stop();
  await hosts.close();
  await scraped?.stop(SCRAPE_GRACE_MS);
  await engine.close();
}

async function serveMetrics({ HOST, METRICS_PORT }: Environment, metrics: Metrics, logger: Logger): Promise<HttpServer | null> {
  if (METRICS_PORT === undefined) return null;
  const fetch = (request: Request): Response | Promise<Response> =>
    new URL(request.url).pathname === '/metrics' ? answerMetrics(metrics) : new Response(null, { status: 404 });
  const report: ReportRefusal = (refusal) => logger.warn(refusal, 'a request was refused');
  return startServer({ fetch, host: HOST, port: METRICS_PORT, setting: 'METRICS_PORT', report });
}

import { resolve } from 'node:path';
import { createCheckCallback } from '../activities/callbacks/check-callback.ts';
import { createLiveRuns } from '../api/live-runs.ts';
import { createMetrics } from '../api/metrics.ts';
import { startServer } from '../api/start-server.ts';
import { parseEnvironment } from '../config/environment.ts';
import { createLogger } from '../config/logger.ts';
import { stopSignal } from '../config/stop-signals.ts';
import { loadWebhookSecrets } from '../config/webhook-secrets.ts';
import { createCatalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { prepareNamespace } from '../engine/prepare-namespace.ts';
import { startEngine } from '../engine/start-engine.ts';
import { LIFE_TICK } from '../events/life/life-tick.ts';
import { connectEngine } from '../worker/connect.ts';
import { createHosts } from '../worker/create-hosts.ts';
import { createWorkerActivities } from '../worker/create-worker-activities.ts';
import { hostProgram } from '../worker/host-program.ts';
import { keepTick } from '../worker/keep-tick.ts';
import { startWorkers } from '../worker/start-workers.ts';
import { toHandlerLog } from '../worker/to-handler-log.ts';
import { toTemporalLogger } from '../worker/temporal-logger.ts';
import { loadWorkflowBundle } from '../worker/workflow-bundle.ts';
import { welcome } from './welcome.ts';
import { stageSlots } from '../worker/worker-slots.ts';

const LANES = ['light', 'heavy', 'reserved', 'delivery'] as const;
// Requests under way have this long to be answered; with the workers' own grace a stop stays below 10 s.
const ANSWER_GRACE_MS = 3_000;

/**
 * Runs everything in this process until it is told to stop: the engine as its child if none is configured, the API, and
 * all workers; handlers in processes of their own.
 * @param program what Node runs for such a process, with these same definitions
 */
export async function runService(definitions: readonly EventDefinition[], program = hostProgram()): Promise<void> {
  const environment = parseEnvironment(process.env);
  const logger = createLogger(environment.LOG_LEVEL);
  const dataDirectory = resolve(environment.TICKLESS_DATA);
  const catalog = createCatalog(definitions);
  const stopped = stopSignal();
  // A laptop's receivers listen on it; elsewhere they are refused (CALLBACK_ALLOW).
  const callbackAllow = [...environment.CALLBACK_ALLOW, '127.0.0.0/8', '::1/128'];

  const startingEngine = startEngine({ environment, dataDirectory, logger, progress: tell });
  // They start while the engine does.
  const hosts = createHosts({ environment, program, callbackAllow, log: toHandlerLog(logger) });
  // Registered before it is up: whatever fails beside it must not leave it running.
  const stops: (() => Promise<void>)[] = [
    hosts.close,
    () =>
      startingEngine.then(
        (engine) => engine.stop(),
        () => undefined,
      ),
  ];
  try {
    const [server, workflowBundle, webhookSecrets] = await Promise.all([
      startingEngine,
      loadWorkflowBundle(toTemporalLogger(logger)),
      loadWebhookSecrets(environment.WEBHOOK_SECRETS, dataDirectory),
      hosts.ready,
    ]);
    const engine = await connectEngine(
      logger,
      server.kind === 'embedded' ? { address: server.address, namespace: environment.TEMPORAL_NAMESPACE } : undefined,
    );
    stops.push(() => engine.close());
    await prepareNamespace({ ...engine, kind: server.kind, retentionMs: environment.RETENTION, dataDirectory, logger });
    await keepTick({ client: engine.client, logger, tick: LIFE_TICK, everyMs: environment.LIFE_TICK });

    const liveRuns = createLiveRuns();
    const metrics = createMetrics(catalog);
    const activities = createWorkerActivities({
      client: engine.client,
      catalog,
      advance: hosts.advance,
      ask: hosts.ask,
      environment,
      webhookSecrets,
      callbackAllow,
      observe: liveRuns.observe,
      observeDelivery: metrics.delivery,
    });
    const startingWorkers = startWorkers({
      ...engine,
      lanes: LANES,
      activities,
      workflowBundle,
      stageSlots: stageSlots(environment, hosts.areWorkersBusy),
    });
    stops.push(() =>
      startingWorkers.then(
        (workers) => workers.stop(),
        () => undefined,
      ),
    );
    // Read while the workers' threads start, which takes as long: after a crash, what was interrupted waits for them.
    const [workers, { createApi }] = await Promise.all([startingWorkers, import('../api/create-api.ts')]);

    const stopping = new AbortController();
    const uiUrl = environment.TEMPORAL_UI_URL ?? server.uiUrl;
    const app = createApi({
      environment,
      logger,
      client: engine.client,
      catalog,
      address: engine.address,
      uiUrl,
      queues: LANES,
      liveRuns,
      metrics,
      callbacksUnderWay: activities.callbacksUnderWay,
      connectionsTo: activities.connectionsTo,
      runAhead: activities.runAhead,
      ask: hosts.ask,
      checkCallback: createCheckCallback(callbackAllow),
      stopping: stopping.signal,
    });
    const http = await startServer({
      fetch: app.fetch,
      host: environment.HOST,
      port: environment.PORT,
      report: (refusal) => logger.warn(refusal, 'a request was refused'),
    });
    stops.push(() => http.stop(ANSWER_GRACE_MS));
    process.stdout.write(welcome({ url: http.url, uiUrl, dataDirectory, embedded: server.kind === 'embedded' }));

    const signal = await Promise.race([stopped, workers.failed]);
    logger.info({ signal }, 'stopping');
    stopping.abort();
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

function tell(message: string): void {
  process.stderr.write(`${message}\n`);
}

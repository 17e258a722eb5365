import { resolve } from 'node:path';
import { createCheckCallback } from '../activities/callbacks/check-callback.ts';
import { alertUrl } from '../api/alert-url.ts';
import { createDevControl } from '../api/dev-tools.ts';
import type { DevTools } from '../api/dev-tools.ts';
import { createLiveRuns } from '../api/live-runs.ts';
import { loadCarryOut } from '../api/load-carry-out.ts';
import { createObserveEnd } from '../api/log-verdict.ts';
import { createMetrics } from '../api/metrics.ts';
import type { RunningApi } from '../api/run-api.ts';
import { reportMissingSchemas } from '../api/report-missing-schemas.ts';
import { startFailureReport } from '../api/start-failure-report.ts';
import { startAlerts } from '../api/start-alerts.ts';
import { startServer } from '../api/start-server.ts';
import { startStats } from '../api/start-stats.ts';
import { loadWebhookSecrets } from '../config/webhook-secrets.ts';
import type { Config } from '../project/define-config.ts';
import { runUntilStopped } from '../project/run-until-stopped.ts';
import type { StartOptions } from '../project/run-until-stopped.ts';
import { prepareNamespace } from '../engine/prepare-namespace.ts';
import { startEngine } from '../engine/start-engine.ts';
import { createStops } from '../runtime/stops.ts';
import { carryOutOrders } from '../worker/carry-out-orders.ts';
import { connectEngine } from '../worker/connect.ts';
import { readCoreMetrics } from '../worker/core-metrics.ts';
import { createHosts } from '../worker/create-hosts.ts';
import { createWorkerActivities } from '../worker/create-worker-activities.ts';
import { hostProgram } from '../worker/host-program.ts';
import { startWorkers } from '../worker/start-workers.ts';
import { toHandlerLog, toRunLog } from '../worker/to-handler-log.ts';
import { toTemporalLogger } from '../worker/temporal-logger.ts';
import { loadWorkflowBundle } from '../worker/workflow-bundle.ts';
import { welcome } from './welcome.ts';
import { stageSlots } from '../worker/worker-slots.ts';

const LANES = ['light', 'heavy', 'reserved', 'delivery'] as const;
// Requests under way have this long to be answered; with the workers' own grace a stop stays below 10 s.
const ANSWER_GRACE_MS = 3_000;

/** A service that runs, all of it in this process but its engine and its handlers. */
export interface Service extends RunningApi {
  /** The engine's own pages, if it has any, and whether it is ours. */
  readonly engine: { readonly uiUrl: string | null; readonly isEmbedded: boolean };
}

interface ServiceOptions extends StartOptions {
  readonly devTools?: DevTools | undefined;
}

/** Runs everything in this process until it is told to stop by a signal. @param devTools of `tickless dev` alone */
export function runService(config: Config, program = hostProgram(), devTools?: DevTools): Promise<void> {
  const start = (options: StartOptions): Promise<Service> => startService({ ...options, devTools });
  return runUntilStopped(start, config, program, ({ url, engine }, { environment, catalog }) => {
    const dataDirectory = resolve(environment.TICKLESS_DATA);
    const types = catalog.definitions.map(({ type }) => type);
    const receiverUrl = devTools?.receiverUrl;
    process.stdout.write(welcome({ url, uiUrl: engine.uiUrl, dataDirectory, embedded: engine.isEmbedded, types, receiverUrl }));
  });
}

/** Starts the engine as this process's child if none is configured, the API, and all workers; handlers in processes of their own. */
export async function startService({ composition, program, logger, devTools }: ServiceOptions): Promise<Service> {
  const { environment, catalog } = composition;
  const log = toHandlerLog(logger);
  const dataDirectory = resolve(environment.TICKLESS_DATA);
  // A laptop's receivers listen on it; elsewhere they are refused (CALLBACK_ALLOW).
  const callbackAllow = [...environment.CALLBACK_ALLOW, '127.0.0.0/8', '::1/128'];
  const checkCallback = createCheckCallback(callbackAllow);
  const alertsTo = alertUrl(environment, checkCallback);

  const startingEngine = startEngine({ environment, dataDirectory, logger, progress: tell });
  const metrics = createMetrics(catalog);
  metrics.append(readCoreMetrics);
  // They start while the engine does.
  const hosts = createHosts({ environment, program, callbackAllow, log, observe: metrics.host });
  // Registered before it is up: whatever fails beside it must not leave it running.
  const stops = createStops();
  stops.push(hosts.close);
  stops.push(() =>
    startingEngine.then(
      (engine) => engine.stop(),
      () => undefined,
    ),
  );
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
    const dev = devTools && createDevControl(devTools);
    // Before a worker can send the first callback.
    await dev?.ask('PUT', '/secrets', webhookSecrets);
    await prepareNamespace({ ...engine, kind: server.kind, retentionMs: environment.RETENTION, dataDirectory, logger });

    const liveRuns = createLiveRuns();
    const failures = startFailureReport({ client: engine.client, logger });
    stops.push(failures.stop);
    const observeEnd = createObserveEnd(metrics, logger, failures);
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
      callbackAllow,
      observe: liveRuns.observe,
      observeDelivery: metrics.delivery,
      observeEnd,
      observeRecovery: metrics.recovered,
      observeStarted: metrics.followUp,
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
    stops.push(startStats({ client: engine.client, tally: metrics.tally, logger }));
    // Read while the workers' threads start, which takes as long: after a crash, what was interrupted waits for them.
    const [workers, { createApi }] = await Promise.all([startingWorkers, import('../api/create-api.ts')]);
    stops.push(startAlerts({ ...composition, client: engine.client, metrics, logger, url: alertsTo, postNow: activities.postNow }));

    const stopping = new AbortController();
    const uiUrl = environment.TEMPORAL_UI_URL ?? server.uiUrl;
    const { app, startPlugins } = await createApi({
      ...composition,
      logger,
      log,
      client: engine.client,
      address: engine.address,
      uiUrl,
      queues: LANES,
      liveRuns,
      metrics,
      observeEnd,
      callbacksUnderWay: activities.callbacksUnderWay,
      connectionsTo: activities.connectionsTo,
      runAhead: activities.runAhead,
      withdraw: activities.withdraw,
      ask: hosts.ask,
      dev,
      checkCallback,
      stopping: stopping.signal,
    });
    stops.push(await startPlugins());
    const http = await startServer({
      fetch: app.fetch,
      host: environment.HOST,
      port: environment.PORT,
      report: (refusal) => logger.warn(refusal, 'a request was refused'),
    });
    stops.push(() => http.stop(ANSWER_GRACE_MS));
    // Nobody waits for it.
    void reportMissingSchemas({ catalog, ask: hosts.ask, logger });
    return {
      url: http.url,
      fetch: (request) => app.fetch(request),
      engine: { uiUrl, isEmbedded: server.kind === 'embedded' },
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

function tell(message: string): void {
  process.stderr.write(`${message}\n`);
}

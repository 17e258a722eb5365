import { parseEnvironment } from '../config/environment.ts';
import { createLogger } from '../config/logger.ts';
import { stopSignal } from '../config/stop-signals.ts';
import { surviveStrayErrors } from '../config/stray-errors.ts';
import { requireWebhookSecrets } from '../config/webhook-secrets.ts';
import { createCatalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { LIFE_TICK } from '../events/life/life-tick.ts';
import { connectEngine } from './connect.ts';
import { createWorkerActivities } from './create-worker-activities.ts';
import { keepTick } from './keep-tick.ts';
import { startWorkers } from './start-workers.ts';
import { toTemporalLogger } from './temporal-logger.ts';
import { loadWorkflowBundle } from './workflow-bundle.ts';

/** Runs heavy events, callbacks that are tried again, and light events whose own process is gone. */
export async function runWorker(definitions: readonly EventDefinition[]): Promise<void> {
  const environment = parseEnvironment(process.env);
  const logger = createLogger(environment.LOG_LEVEL);
  const webhookSecrets = requireWebhookSecrets(environment.WEBHOOK_SECRETS);
  const catalog = createCatalog(definitions);
  const stopped = stopSignal();
  const engine = await connectEngine(logger);
  await keepTick({ client: engine.client, logger, tick: LIFE_TICK, everyMs: environment.LIFE_TICK });
  const workers = await startWorkers({
    ...engine,
    lanes: ['light', 'heavy', 'delivery'],
    activities: createWorkerActivities({
      client: engine.client,
      catalog,
      environment,
      webhookSecrets,
      callbackAllow: environment.CALLBACK_ALLOW,
      observe: () => undefined,
      observeDelivery: () => undefined,
    }),
    workflowBundle: await loadWorkflowBundle(toTemporalLogger(logger)),
    heavySlots: environment.MAX_CONCURRENT_TASKS,
  });
  // From here on: what fails before is a failed start.
  surviveStrayErrors(logger);
  logger.info({ engine: engine.address }, 'the worker runs');

  const signal = await Promise.race([stopped, workers.failed]);
  logger.info({ signal }, 'stopping');
  await workers.stop();
  await engine.close();
}

import type { Client } from '@temporalio/client';
import type { Environment } from '../config/environment.ts';
import type { Logger } from '../config/logger.ts';
import type { RunAhead } from '../temporal/durable/activities.ts';
import type { Ask } from '../domain/question.ts';
import type { EventDefinition, HandlerLog } from '../domain/define-event.ts';
import type { AcceptSettings } from '../domain/accept-event.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { RunEnd } from '../domain/run-end.ts';
import { monotonicMs } from '../runtime/monotonic.ts';
import { createApp } from './app.ts';
import type { AppDependencies } from './app.ts';
import type { CoreDependencies } from './core.ts';
import { installPlugins } from './install-plugins.ts';
import type { StartPlugins } from './install-plugins.ts';
import type { InstalledPlugin } from './installed-plugin.ts';
import { keepTick } from './temporal/keep-tick.ts';
import { createAuthenticate } from './authenticate.ts';
import type { LiveRuns } from './live-runs.ts';
import { createParseEvent } from './parse-event.ts';
import type { ParseEventDependencies } from './parse-event.ts';
import { createPlanReplay } from './plan-replay.ts';
import { createAdmission } from './admission.ts';
import { createBacklog } from './backlog.ts';
import { createIntake } from './intake.ts';
import type { DevControl } from './dev-tools.ts';
import { createEndedFeed } from './ended-feed.ts';
import { createEndedFeeds } from './ended-feeds.ts';
import { listClosed } from '../temporal/list-closed.ts';
import { readEnded } from './temporal/read-ended.ts';
import { createFigureMetrics } from './figure-metrics.ts';
import { keepFigures } from './figures.ts';
import { namedLimits } from './named-limits.ts';
import { createReadFigures } from './temporal/read-figures.ts';
import type { Metrics } from './metrics.ts';
import { createRateLimit } from './rate-limit.ts';
import { countItems } from './batches/count-items.ts';
import { createParseBatch } from './batches/parse-batch.ts';
import { createTemporalArchive } from './temporal/temporal-archive.ts';
import { createTemporalBatchService } from './temporal/temporal-batch-service.ts';
import { createTemporalDeadLetters } from './temporal/temporal-dead-letters.ts';
import { createTemporalDestinationService } from './temporal/temporal-destination-service.ts';
import { createTemporalLimitService, readPermits } from './temporal/temporal-limit-service.ts';
import { createTemporalEventService } from './temporal/temporal-event-service.ts';
import { createTemporalStatsService } from './temporal/temporal-stats-service.ts';
import { createUnavailableReport } from './unavailable-report.ts';
import { createStreamRoom } from './sse/stream-room.ts';
import { newUuidV7 } from './uuid.ts';

export interface ApiOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly client: Client;
  readonly catalog: Catalog;
  /** Accepts every type that the catalog lacks; null to reject them. */
  readonly otherTypes: EventDefinition | null;
  readonly acceptSettings: AcceptSettings;
  readonly plugins: readonly InstalledPlugin[];
  readonly log: HandlerLog;
  readonly address: string;
  readonly uiUrl: string | null;
  readonly queues: readonly string[];
  readonly liveRuns: LiveRuns;
  readonly metrics: Metrics;
  /** Told of the verdicts of subjects' events that came here. */
  readonly observeEnd: (end: RunEnd) => void;
  readonly checkCallback: ParseEventDependencies['checkCallback'];
  /** Aborts when the process is told to stop: no more events are accepted, and whoever waits is answered. */
  readonly stopping: AbortSignal;
  /** Posts of callbacks that are under way in this process. */
  readonly callbacksUnderWay: () => number;
  /** How many connections this process may have to an origin of callbacks. */
  readonly connectionsTo: (origin: string) => number;
  readonly runAhead: RunAhead;
  /** Takes back what was to run ahead: true where nothing of the event has begun, and it ends as cancelled. */
  readonly withdraw: (workflowId: string) => boolean;
  readonly ask: Ask;
  /** Of `tickless dev` alone. */
  readonly dev?: DevControl | undefined;
  /** The time of day; the engine's clock may show another. */
  readonly now?: () => number;
}

// Fewer than a process has workflow-task slots, so that every event let in is run at once.
const INTAKE = { maxInFlight: 200, reserved: 40, maxWaiting: 1_000, maxWaitMs: 1_000 };
const LETTERS = { ...INTAKE, maxInFlight: 1_000, reserved: 0 };

// Each costs a socket and a few kilobytes.
const MAX_STREAMS = 1_000;

// So many workflows a stream reads in one go.
const MAX_ENDED = 10_000;

// Each is an open workflow of a few kilobytes.
const MAX_LIMITS = 10_000;

export interface Api {
  readonly app: ReturnType<typeof createApp>;
  readonly startPlugins: StartPlugins;
}

/** The HTTP service over Temporal. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { environment, logger, catalog, acceptSettings, metrics, stopping, checkCallback, now = Date.now } = options;
  const { defaultLimit } = acceptSettings;
  const intake = createIntake({ ...INTAKE, now: monotonicMs });
  const letters = createIntake({ ...LETTERS, now: monotonicMs });
  const heavy = createIntake({ ...INTAKE, now: monotonicMs });
  const uncounted = createTemporalBatchService({ ...options, now });
  const batches = countItems(uncounted, metrics);
  metrics.watchIntake(() => intake);
  const backlog = createBacklog({
    maxWaiting: environment.MAX_BACKLOG,
    read: async (key) => (await readPermits(options.client, key))?.waiters.length ?? 0,
    now: monotonicMs,
  });
  const ended = createEndedFeeds((tenant) =>
    createEndedFeed({
      list: (sinceUs) => listClosed(options.client, { tenant, sinceUs, atMost: MAX_ENDED }),
      read: (closed) => readEnded(options.client, options.liveRuns, closed),
      nowMs: now,
      onFailure: (error) => logger.debug({ err: error, tenant }, 'what has ended could not be read'),
    }),
  );
  const events = createTemporalEventService({
    ...options,
    onSubjectEvent: ended.publish,
    now,
    items: batches,
    onEagerMiss: metrics.eagerMissed,
    inFlight: () => intake.inFlight,
  });
  const figures = keepFigures(createReadFigures(options.client, { limits: namedLimits(catalog, defaultLimit), now }), monotonicMs);
  metrics.append(
    createFigureMetrics(
      () => figures(null),
      async () => (await events.lackingWorkers()).map(({ queue }) => queue),
    ),
  );
  const dependencies = {
    catalog,
    isAccepting: () => !stopping.aborted,
    limits: createTemporalLimitService({ ...options, defaultLimit, maxKept: MAX_LIMITS, now }),
    destinations: createTemporalDestinationService(options.client, options.connectionsTo),
    ended,
    dev: options.dev,
    stats: createTemporalStatsService(options.client, figures, now),
    metrics,
    streamRoom: createStreamRoom(MAX_STREAMS, stopping),
    rateLimit: createRateLimit(environment.RATE_LIMIT ?? null, monotonicMs),
    admit: createAdmission({ intake, letters, heavy, backlog, liveRuns: options.liveRuns }),
    events,
    batches,
    uncounted,
    deadLetters: createTemporalDeadLetters({
      client: options.client,
      events,
      batches,
      retentionMs: environment.RETENTION,
      now,
      monotonicMs,
    }),
    archive: createTemporalArchive(options.client),
    takesOtherTypes: options.otherTypes !== null,
    planReplay: createPlanReplay({ catalog, fallback: options.otherTypes, ask: options.ask, settings: acceptSettings }),
    now,
    newUuid: newUuidV7,
    parseBatch: createParseBatch({ now, newUuid: newUuidV7, checkCallback }),
    parseEvent: createParseEvent({
      ...acceptSettings,
      catalog,
      fallback: options.otherTypes,
      now,
      newUuid: newUuidV7,
      ask: options.ask,
      checkCallback,
    }),
    ask: options.ask,
    authenticate: createAuthenticate(environment.API_KEYS, options.plugins),
    reportUnavailable: createUnavailableReport(logger, monotonicMs),
    reportSteering: (steering) => logger.info(steering, `${steering.method} ${steering.path} by ${steering.by}`),
    reportError: (error, context) => logger.error({ err: error, ...context }, 'a request failed'),
    log: options.log,
    tick: (tick, everyMs) => keepTick({ client: options.client, log: options.log, tick, everyMs }),
  } satisfies AppDependencies & CoreDependencies;
  const app = createApp(dependencies);
  return { app, startPlugins: await installPlugins(app, options.plugins, dependencies) };
}

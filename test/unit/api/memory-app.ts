import { createCheckCallback } from '../../../activities/callbacks/check-callback.ts';
import { createApp } from '../../../api/app.ts';
import type { AppDependencies } from '../../../api/app.ts';
import { createAuthenticate } from '../../../api/authenticate.ts';
import { SCOPES } from '../../../config/api-keys.ts';
import type { ApiKey } from '../../../config/api-keys.ts';
import type { Admit } from '../../../api/admission.ts';
import { createCore } from '../../../api/core.ts';
import type { CoreDependencies } from '../../../api/core.ts';
import type { Archive } from '../../../api/archive.ts';
import type { EndedFeeds } from '../../../api/ended-feeds.ts';
import type { EventKey } from '../../../api/event-service.ts';
import type { LastRun } from '../../../api/replay-service.ts';
import type { EventResource } from '../../../domain/event-resource.ts';
import type { DeadLetterService } from '../../../api/dead-letter-service.ts';
import type { DevControl } from '../../../api/dev-tools.ts';
import type { DestinationService } from '../../../api/destination-service.ts';
import type { Steering } from '../../../api/log-steering.ts';
import type { LimitService } from '../../../api/limit-service.ts';
import type { StatsResource } from '../../../domain/stats-resource.ts';
import type { StatsService } from '../../../api/stats-service.ts';
import { createMetrics } from '../../../api/metrics.ts';
import { createRateLimit } from '../../../api/rate-limit.ts';
import type { EventDefinition } from '../../../domain/define-event.ts';
import type { RateLimit } from '../../../domain/sliding-window.ts';
import { createParseBatch } from '../../../api/batches/parse-batch.ts';
import { createStreamRoom } from '../../../api/sse/stream-room.ts';
import { createPlanReplay } from '../../../api/plan-replay.ts';
import { createParseEvent } from '../../../api/parse-event.ts';
import { parseItemId } from '../../../domain/event-id.ts';
import { ACCEPT_SETTINGS } from '../../support/accept-settings.ts';
import { createAskHere } from '../../support/ask-here.ts';
import { createMemoryArchive } from '../../support/memory-archive.ts';
import { createMemoryBatchService } from '../../support/memory-batch-service.ts';
import { newUuidV7 } from '../../../api/uuid.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { definitionsOf } from '../../../project/check-config.ts';
import { sessions } from '../../../events/sessions/index.ts';
import { olderRoutes } from '../../../events/sessions/older/routes.ts';
import type { SessionFolders } from '../../../events/sessions/older/routes.ts';
import { createMemoryEventService } from '../../support/memory-event-service.ts';
import type { MemoryEventService } from '../../support/memory-event-service.ts';
import { testHandlers } from '../../support/test-handlers.ts';
import { testConfig } from '../../support/test-config.ts';

export interface MemoryApp {
  readonly app: ReturnType<typeof createApp>;
  readonly events: MemoryEventService;
  /** Unexpected errors, which the test takes out if it expected them: `stop` fails on those left. */
  readonly reported: { readonly error: Error; readonly context: Parameters<AppDependencies['reportError']>[1] }[];
  /** What was said of the engine while it was away. */
  readonly unavailable: { readonly error: Error; readonly path: string }[];
  readonly steered: Steering[];
  request(path: string, init?: RequestInit): Promise<Response>;
  setAccepting(accepting: boolean): void;
  stop(): Promise<void>;
}

export interface MemoryAppOptions {
  /** With all scopes, where they name none. */
  readonly keys?: readonly (Pick<ApiKey, 'tenant' | 'key'> & Partial<ApiKey>)[];
  /** Replaces methods of the event service. */
  readonly overrides?: Partial<MemoryEventService>;
  readonly definitions?: readonly EventDefinition[];
  readonly rateLimit?: RateLimit;
  readonly admit?: Admit;
  readonly limits?: LimitService;
  /** What sessions were made into. */
  readonly files?: Partial<SessionFolders>;
  readonly archive?: Archive;
  readonly maxStreams?: number;
  readonly destinations?: DestinationService;
  readonly stats?: StatsService;
  readonly deadLetters?: DeadLetterService;
  readonly ended?: EndedFeeds;
  /** As in `tickless dev`. */
  readonly dev?: DevControl;
}

const NONE = { critical: 0, high: 0, normal: 0, low: 0, bulk: 0 };
const NO_STATS: StatsResource = { points: [], now: { backlog: NONE, running: NONE, permits: {}, destinationsOpen: 0 } };

const NO_DEAD_LETTERS: DeadLetterService = {
  list: async () => ({ items: [], asOf: '2026-01-01T00:00:00.000Z' }),
  events: async () => null,
  orders: async () => null,
  ordersOf: async () => ({ orders: [], count: 0, skipped: 0 }),
  discard: async () => false,
};

const NO_FILES: SessionFolders = {
  readDocument: async () => null,
  sessionStore: { owns: async () => false, open: async () => null, removeFolder: async () => undefined },
};

/** The HTTP layer over events in memory, with the routes of older clients; it opens no port. */
export function startMemoryApp(options: MemoryAppOptions = {}): MemoryApp {
  const { keys = [], overrides = {}, definitions = definitionsOf(testConfig) } = options;
  // Tests that name types of their own have no handlers for them.
  const catalog = createCatalog(definitions, [], options.definitions === undefined ? testHandlers : []);
  const events = createMemoryEventService(catalog);
  const batches = createMemoryBatchService(events);
  const reported: MemoryApp['reported'] = [];
  const unavailable: MemoryApp['unavailable'] = [];
  const steered: MemoryApp['steered'] = [];
  let accepting = true;
  const stopping = new AbortController();
  const ask = createAskHere(catalog);
  const context = { settings: {}, dataDirectory: '.tickless' };
  const plugins = [{ plugin: sessions(), context }];
  const dependencies = {
    catalog,
    ask,
    events: { ...events, get: getOrItem, lastRun: lastRunOrItem, ...overrides },
    batches,
    uncounted: batches,
    deadLetters: options.deadLetters ?? NO_DEAD_LETTERS,
    dev: options.dev,
    archive: options.archive ?? createMemoryArchive(),
    planReplay: createPlanReplay({ catalog, fallback: null, ask, settings: ACCEPT_SETTINGS }),
    now: Date.now,
    newUuid: newUuidV7,
    parseBatch: createParseBatch({ now: Date.now, newUuid: newUuidV7, checkCallback: createCheckCallback([]) }),
    limits: options.limits ?? {
      list: async () => ({ items: [], nextCursor: null }),
      get: async () => null,
      setCapacity: () => Promise.reject(new Error('no limits here')),
    },
    destinations: options.destinations ?? { list: async () => ({ items: [], nextCursor: null }), resume: async () => null },
    ended: options.ended ?? { join: () => ({ next: async () => null, leave: () => undefined }), publish: () => undefined },
    stats: options.stats ?? { read: async () => NO_STATS },
    rateLimit: createRateLimit(options.rateLimit ?? null, Date.now),
    admit: options.admit ?? (async () => ({ admitted: true, leave: () => undefined, follow: () => undefined })),
    streamRoom: createStreamRoom(options.maxStreams ?? 100, stopping.signal),
    metrics: createMetrics(catalog),
    isAccepting: () => accepting,
    parseEvent: createParseEvent({
      ask,
      catalog,
      fallback: null,
      urgencyThreshold: 0.8,
      defaultLimit: { key: 'tasks', capacity: 5, reserved: {} },
      now: Date.now,
      newUuid: newUuidV7,
      checkCallback: createCheckCallback([]),
    }),
    authenticate: createAuthenticate(
      keys.map((key) => ({ scopes: SCOPES, ...key })),
      plugins,
    ),
    reportUnavailable: (error, path) => unavailable.push({ error, path }),
    reportSteering: (steering) => steered.push(steering),
    reportError: (error, context) => reported.push({ error, context }),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    tick: async () => undefined,
  } satisfies AppDependencies & CoreDependencies;
  const app = createApp(dependencies);
  olderRoutes(app, createCore(dependencies, context), { ...NO_FILES, ...options.files });

  async function getOrItem(key: EventKey): Promise<EventResource | null> {
    const item = parseItemId(key.id);
    return (await events.get(key)) ?? (item && batches.item({ tenant: key.tenant, id: item.batchId, index: item.index }));
  }

  async function lastRunOrItem(key: EventKey): Promise<LastRun | null> {
    return (await events.lastRun(key)) ?? ((await getOrItem(key)) === null ? null : { kind: 'kept', by: 'batch' });
  }

  return {
    app,
    events,
    reported,
    unavailable,
    steered,
    request: async (path, init) => app.request(path, init),
    setAccepting: (next) => {
      accepting = next;
    },
    stop: async () => {
      stopping.abort();
      await events.stop();
      const [first] = reported;
      if (first !== undefined) throw new Error(`an unexpected error at ${first.context.path}`, { cause: first.error });
    },
  };
}

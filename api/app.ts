import { OpenAPIHono } from '@hono/zod-openapi';

import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import type { Catalog } from '../domain/catalog.ts';
import type { Context, MiddlewareHandler } from 'hono';
import type { Admit } from './admission.ts';
import { isBrokenOff, UnreadableBodyError } from './body-errors.ts';
import { decodeBody } from './decode-body.ts';
import { limitBody } from './limit-body.ts';
import { logSteering } from './log-steering.ts';
import type { Steering } from './log-steering.ts';
import type { Metrics } from './metrics.ts';
import { metricsRoutes } from './routes/metrics.ts';
import type { Archive } from './archive.ts';
import type { Authenticate } from './authenticate.ts';
import type { BatchService } from './batch-service.ts';
import type { createParseBatch } from './batches/parse-batch.ts';
import { cloudEventMode } from './cloud-events/cloud-event-mode.ts';
import { InvalidCursorError } from './event-service.ts';
import { TypeBlockedError } from '../domain/question.ts';
import { BusyError } from '../domain/busy-error.ts';
import type { Ask } from '../domain/question.ts';
import { EngineUnavailableError } from '../temporal/engine-unavailable-error.ts';
import type { DeadLetterService } from './dead-letter-service.ts';
import type { DestinationService } from './destination-service.ts';
import type { DevControl } from './dev-tools.ts';
import type { EndedFeeds } from './ended-feeds.ts';
import type { EventService } from './event-service.ts';
import type { ReplayService } from './replay-service.ts';
import type { LimitService } from './limit-service.ts';
import type { createParseEvent } from './parse-event.ts';
import type { PlanReplay } from './plan-replay.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { devRoutes } from './routes/dev.ts';
import { batchStreamRoute } from './routes/batch-stream.ts';
import { batchRoutes } from './routes/batches.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { destinationRoutes } from './routes/destinations.ts';
import { docsRoutes } from './routes/docs.ts';
import { eventTypeRoutes } from './routes/event-types.ts';
import { eventRoutes } from './routes/events.ts';
import { eventStreamRoute } from './routes/event-stream.ts';
import { healthRoutes } from './routes/health.ts';
import { limitRoutes } from './routes/limits.ts';
import { replayRoute } from './routes/replay.ts';
import type { StreamRoom } from './sse/stream-room.ts';
import { streamAllRoute } from './routes/stream.ts';
import { statsRoutes } from './routes/stats.ts';
import { subjectRoutes } from './routes/subjects.ts';
import type { StatsService } from './stats-service.ts';

export interface AppVariables {
  requestId: string;
  tenant: string;
  /** Who sends the request, for limits: a key, or a tenant that a plugin knows; undefined where nobody can tell. */
  caller: string | undefined;
}

export interface AppEnvironment {
  Variables: AppVariables;
}

export interface AppDependencies {
  readonly events: EventService & ReplayService;
  readonly batches: BatchService;
  /** The same, but that nobody counts their items as accepted: what the service does for itself. */
  readonly uncounted: BatchService;
  readonly deadLetters: DeadLetterService;
  readonly archive: Archive;
  readonly limits: LimitService;
  readonly destinations: DestinationService;
  readonly stats: StatsService;
  readonly ended: EndedFeeds;
  /** Of `tickless dev` alone. */
  readonly dev?: DevControl | undefined;
  readonly catalog: Catalog;
  /** Whether types that the catalog lacks are accepted; by default they are not. */
  readonly takesOtherTypes?: boolean;
  readonly ask: Ask;
  readonly parseEvent: ReturnType<typeof createParseEvent>;
  readonly parseBatch: ReturnType<typeof createParseBatch>;
  readonly planReplay: PlanReplay;
  /** The time of day. */
  readonly now: () => number;
  readonly newUuid: () => string;
  readonly authenticate: Authenticate;
  readonly rateLimit: MiddlewareHandler<AppEnvironment>;
  readonly admit: Admit;
  readonly metrics: Metrics;
  readonly streamRoom: StreamRoom;
  /** False from the moment that the process is told to stop. */
  readonly isAccepting: () => boolean;
  /** Told of each request that the engine could not answer, and of each look at whether it can. */
  readonly reportUnavailable: (error: EngineUnavailableError, path: string) => void;
  /** Told of each request that steers and is carried out. */
  readonly reportSteering: (steering: Steering) => void;
  readonly reportError: (error: Error, context: { readonly requestId: string; readonly path: string }) => void;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** The HTTP service as a function of requests; it opens no port and knows no engine. */
export function createApp(dependencies: AppDependencies): OpenAPIHono<AppEnvironment> {
  const app = new OpenAPIHono<AppEnvironment>();
  app.use(requestId());
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (context, methods) => problem(context, wrongMethod(methods)) }));
  // Before all routes, so that none is left out: the rule says itself what is open to everybody.
  app.use(dependencies.authenticate);
  for (const path of ['/v1/*', '/dev/*']) app.use(path, logSteering(dependencies.reportSteering));
  app.use(decodeBody());
  app.use('/v1/events', dependencies.rateLimit);
  app.use('/v1/events/:id/replay', dependencies.rateLimit);
  app.use('/v1/dead-letters/:cause/replay', dependencies.rateLimit);
  const limit = limitBody({ maxSize: MAX_BODY_BYTES, onError: (context) => problem(context, tooLarge()) });
  // Batches have limits of their own.
  const isBatch = (context: Context): boolean =>
    context.req.path === '/v1/batches' || (context.req.path === '/v1/events' && cloudEventMode(context) === 'batched');
  app.use('/v1/*', (context, next) => (isBatch(context) ? next() : limit(context, next)));

  eventRoutes(app, dependencies);
  replayRoute(app, dependencies);
  deliveryRoutes(app, dependencies);
  batchRoutes(app, dependencies);
  batchStreamRoute(app, dependencies);
  eventStreamRoute(app, dependencies);
  destinationRoutes(app, dependencies);
  deadLetterRoutes(app, dependencies);
  eventTypeRoutes(app, dependencies);
  subjectRoutes(app, dependencies);
  limitRoutes(app, dependencies);
  statsRoutes(app, dependencies);
  streamAllRoute(app, dependencies);
  healthRoutes(app, dependencies);
  metricsRoutes(app, dependencies);
  docsRoutes(app, dependencies);
  dashboardRoutes(app, { hasDev: dependencies.dev !== undefined });
  if (dependencies.dev !== undefined) devRoutes(app, dependencies.dev, dependencies);

  app.notFound((context) => problem(context, { code: 'not_found', detail: `there is nothing at "${context.req.path}"` }));
  app.onError((error, context) => {
    if (error instanceof InvalidCursorError) {
      return problem(context, { code: 'invalid_query', detail: error.message, errors: [{ pointer: 'cursor', detail: error.message }] });
    }
    if (error instanceof EngineUnavailableError) {
      dependencies.reportUnavailable(error, context.req.path);
      return problem(context, {
        code: 'engine_unavailable',
        detail: 'the engine does not answer; whether the request took effect is unknown: send it again with the same id',
        headers: { 'retry-after': '2' },
      });
    }
    if (error instanceof TypeBlockedError) {
      return problem(context, { code: 'type_blocked', detail: error.message, headers: { 'retry-after': '10' } });
    }
    if (error instanceof BusyError) return problem(context, { code: 'overloaded', detail: error.message, headers: { 'retry-after': '5' } });
    if (error instanceof UnreadableBodyError) return problem(context, { code: error.code, detail: error.message });
    if (isBrokenOff(error)) return problem(context, { code: 'malformed', detail: 'the body broke off' });
    dependencies.reportError(error, { requestId: context.get('requestId'), path: context.req.path });
    return problem(context, { code: 'internal', detail: 'something went wrong here; the request id names it in our log' });
  });
  return app;
}

function wrongMethod(methods: readonly string[]): Problem {
  const allow = methods.join(', ');
  return { code: 'method_not_allowed', detail: `this address takes ${allow}`, headers: { allow } };
}

function tooLarge(): Problem {
  return { code: 'too_large', detail: `a body has at most ${MAX_BODY_BYTES} bytes` };
}

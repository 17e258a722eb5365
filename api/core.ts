import type { Context, MiddlewareHandler } from 'hono';
import type { HandlerLog } from '../domain/define-event.ts';
import type { Tick } from '../domain/tick.ts';
import type { AppDependencies, AppEnvironment } from './app.ts';
import type { Archive } from './archive.ts';
import type { BatchService } from './batch-service.ts';
import type { EventKey, EventService } from './event-service.ts';
import type { PluginContext } from './plugin.ts';
import { streamWatch } from './sse/stream-watch.ts';
import type { StreamRoom } from './sse/stream-room.ts';
import { createWatches } from './sse/watches.ts';
import type { WatchesOptions } from './sse/watches.ts';
import { submitEnvelope } from './submit-envelope.ts';
import type { SubmitEnvelopeOptions, SubmittedEnvelope } from './submit-envelope.ts';
import { submitItems } from './submit-items.ts';
import type { SubmitItemsOptions, SubmittedItems } from './submit-items.ts';

/** What the service can do, for a plugin's routes. Each call that asks the engine may throw EngineUnavailableError, which is answered by 503. */
export interface Core<Settings = unknown> extends PluginContext<Settings> {
  readonly log: HandlerLog;
  readonly events: Pick<EventService, 'get' | 'list' | 'accepted' | 'listen'> & {
    /** As `POST /v1/events`. */
    submit(envelope: Readonly<Record<string, unknown>>, options: SubmitEnvelopeOptions): Promise<SubmittedEnvelope>;
  };
  readonly batches: Pick<BatchService, 'get' | 'list' | 'items'> & {
    /** As `POST /v1/batches`, but that its items call back. */
    submit(options: SubmitItemsOptions): Promise<SubmittedItems>;
  };
  /** What has ended can be kept there for longer than the engine remembers it. */
  readonly archive: Archive;
  /** Counts requests that submit work (`RATE_LIMIT`), and refuses those that are too many. */
  readonly rateLimit: MiddlewareHandler<AppEnvironment>;
  /** Places for those who stay for long. */
  readonly waitingRoom: StreamRoom;
  /** False from the moment that the process is told to stop. */
  isAccepting(): boolean;
  /** Has an event sent to all subjects of a type every `everyMs`, by the engine; undefined ends that. */
  tick(tick: Tick, everyMs: number | undefined): Promise<void>;
  /** Makes an answer of a resource's stream of Server-Sent Events, as `/v1/events/{id}/stream` is one. */
  stream<Resource extends { readonly status: string }>(
    view: WatchesOptions<Resource>,
  ): (context: Context<AppEnvironment>, what: StreamedResource) => Promise<Response>;
}

export interface StreamedResource extends Pick<EventKey, 'id'> {
  /** What is said where there is none. */
  readonly notFound: string;
}

export type CoreDependencies = Pick<
  AppDependencies,
  | 'events'
  | 'batches'
  | 'archive'
  | 'admit'
  | 'metrics'
  | 'parseEvent'
  | 'parseBatch'
  | 'rateLimit'
  | 'streamRoom'
  | 'isAccepting'
  | 'reportError'
> & { readonly log: HandlerLog; readonly tick: Core['tick'] };

/** @param context of the plugin whose core it is */
export function createCore<Settings>(dependencies: CoreDependencies, context: PluginContext<Settings>): Core<Settings> {
  const { events, batches, archive, rateLimit, streamRoom, isAccepting, reportError, log, tick } = dependencies;
  return {
    ...context,
    log,
    events: {
      get: events.get,
      list: events.list,
      accepted: events.accepted,
      listen: events.listen,
      submit: (envelope, options) => submitEnvelope(dependencies, envelope, options),
    },
    batches: { get: batches.get, list: batches.list, items: batches.items, submit: (options) => submitItems(dependencies, options) },
    archive,
    rateLimit,
    waitingRoom: streamRoom,
    isAccepting,
    tick,
    stream(view) {
      const watches = createWatches(view);
      return (context, { id, notFound }) =>
        streamWatch(context, {
          room: streamRoom,
          watches,
          id,
          notFound,
          reportError: (error) => reportError(error, { requestId: context.get('requestId'), path: context.req.path }),
        });
    },
  };
}

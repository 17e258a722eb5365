import type { EventResource, EventStatus } from '../domain/event-resource.ts';
import type { EventSummary } from '../domain/event-summary.ts';
import type { EventTree } from '../domain/event-tree.ts';
import type { DestinationResource } from '../domain/destination-resource.ts';
import type { LimitResource } from '../domain/limit-resource.ts';
import type { StatsResource } from '../domain/stats-resource.ts';
import type { Tier } from '../domain/tier.ts';
import type { Why } from '../domain/why.ts';
import type { BatchReceipt, BatchItem, BatchLinesSettings, BatchProgress, BatchRequest } from './batch-types.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import type {
  BulkCount,
  BulkOptions,
  BulkReceipt,
  DeadLetters,
  DryRun,
  RealRun,
  RedeliverDestinationOptions,
  ReplayDeadLettersOptions,
} from './bulk-types.ts';
import type { AcceptedAnswer, EventRequest, ReplayedAnswer, ReplayRequest } from './event-request.ts';
import { follow, followEvents } from './follow.ts';
import type { FollowOptions, StreamMessage } from './follow.ts';
import type { SubjectName } from '../domain/subject-id.ts';
import type { Delivery, EventTypeResource, EventTypeSummary, RedeliveryAnswer, SubjectChange, SubjectResource } from './resource-types.ts';
import { createTransport, readJson } from './transport.ts';
import type { Transport, TransportOptions } from './transport.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface SubmitEventOptions {
  /** Waits for the stages' end, at most 60 s. */
  readonly waitSeconds?: number | undefined;
  readonly idempotencyKey?: string | undefined;
}

export interface ReplayOptions extends ReplayRequest, SubmitEventOptions {}

export interface ListEventsFilter {
  readonly type?: string | undefined;
  readonly status?: EventStatus | undefined;
  readonly tier?: Tier | undefined;
  readonly subject?: string | undefined;
  readonly batch?: string | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface PageOptions {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface StreamAllOptions extends FollowOptions {
  /** Of the last event that was taken care of. */
  readonly lastEventId?: string | undefined;
}

/** An event that has ended, and where a stream goes on after it. */
export interface EndedEvent {
  readonly lastEventId: string;
  /** Null where more had ended at once than the service tells of: the list of events has them. */
  readonly event: EventSummary | null;
}

export type EventProgress = Pick<EventResource, 'id' | 'run' | 'status' | 'stage' | 'progress' | 'attempts' | 'error'>;

/** The service, as it is described at `/docs`. Every call may throw a TicklessError; none is tried again by itself. */
export interface TicklessClient {
  readonly events: {
    /** An AcceptedAnswer when it is durable; the event itself when it ended within `waitSeconds`. */
    submit(event: EventRequest, options?: SubmitEventOptions): Promise<AcceptedAnswer | EventResource>;
    get(id: string): Promise<EventResource>;
    /** Newest first. */
    list(filter?: ListEventsFilter): Promise<Page<EventSummary>>;
    why(id: string): Promise<Why>;
    /** Runs an event again that has failed or was cancelled: a ReplayedAnswer when that is durable, the event itself when it ended within `waitSeconds`. */
    replay(id: string, options?: ReplayOptions): Promise<ReplayedAnswer | EventResource>;
    /** All that has followed from the first event of the tree that an event belongs to. */
    tree(id: string): Promise<EventTree>;
    /** Resolves when it will end as cancelled. */
    cancel(id: string): Promise<void>;
    /** Every attempt to deliver the terminal message of the latest run, in their order. */
    deliveries(id: string): Promise<Page<Delivery>>;
    /** Has the terminal message sent again, with its `webhook-id`. */
    redeliver(id: string): Promise<RedeliveryAnswer>;
    stream(id: string, options?: FollowOptions): AsyncGenerator<StreamMessage<EventResource, EventProgress>, undefined>;
    /** All events as they end, from now on or after `lastEventId`. Some may come twice after a reconnection: look at `id` and `run`. */
    streamAll(options?: StreamAllOptions): AsyncGenerator<EndedEvent, undefined>;
  };
  readonly batches: {
    submit(batch: BatchRequest, options?: { readonly strict?: boolean }): Promise<BatchReceipt>;
    /** `lines` is NDJSON, one event a line; it is sent as it comes. */
    submitLines(lines: ReadableStream<Uint8Array>, settings?: BatchLinesSettings): Promise<BatchReceipt>;
    get(id: string): Promise<BatchResource>;
    list(options?: PageOptions): Promise<Page<BatchResource>>;
    /** By index. */
    items(id: string, options?: PageOptions & { readonly status?: EventStatus | undefined }): Promise<Page<BatchItem>>;
    pause(id: string): Promise<void>;
    resume(id: string): Promise<void>;
    cancel(id: string): Promise<void>;
    retryFailed(id: string): Promise<void>;
    stream(id: string, options?: FollowOptions): AsyncGenerator<StreamMessage<BatchResource, BatchProgress>, undefined>;
  };
  readonly destinations: {
    /** Those whose callbacks failed lately, the latest first. */
    list(page?: PageOptions): Promise<Page<DestinationResource>>;
    /** Has a failing one probed now, and what waits for it sent when it is well. */
    resume(origin: string): Promise<DestinationResource>;
    /** Starts a batch that sends the callbacks again that were given up between two times, whatever the reason. Resolves when it is durable. */
    redeliver(origin: string, options: RedeliverDestinationOptions & RealRun): Promise<BulkReceipt>;
    redeliver(origin: string, options: RedeliverDestinationOptions & DryRun): Promise<BulkCount>;
  };
  /** What ended badly and stays so: events, items of batches, events of subjects, callbacks that were given up. */
  readonly deadLetters: {
    /** By their cause, those that died last first. */
    list(): Promise<DeadLetters>;
    /** The events of a cause, the latest first; a page may be short. */
    events(cause: string, page?: PageOptions): Promise<Page<EventResource>>;
    /**
     * Starts a batch that runs those of a cause again: it replays events, sends callbacks again, and has batches retry what failed in
     * them. Resolves when the batch is durable.
     */
    replay(cause: string, options?: ReplayDeadLettersOptions & RealRun): Promise<BulkReceipt>;
    replay(cause: string, options: ReplayDeadLettersOptions & DryRun): Promise<BulkCount>;
    /** Puts those of a cause aside: they are counted and replayed no more. Each can still be read, and be replayed by itself. */
    discard(cause: string): Promise<void>;
  };
  readonly subjects: {
    get(type: string, id: string): Promise<SubjectResource>;
    /** The last 50, newest first. */
    events(type: string, id: string): Promise<Page<EventSummary>>;
    /** What it was changed by, newest first. @param options.limit at most 200, default 50 */
    changes(type: string, id: string, options?: { readonly limit?: number }): Promise<Page<SubjectChange>>;
    /** Which there are. */
    list(options?: PageOptions & { readonly type?: string }): Promise<Page<SubjectName>>;
  };
  readonly eventTypes: {
    /** All of them. */
    list(): Promise<Page<EventTypeSummary>>;
    get(type: string): Promise<EventTypeResource>;
  };
  readonly limits: {
    list(page?: PageOptions): Promise<Page<LimitResource>>;
    get(key: string): Promise<LimitResource>;
    /** Null lets the configuration hold again. */
    setCapacity(key: string, capacity: number | null): Promise<LimitResource>;
  };
  /** What happened in the last minutes, 60 of them where nothing else is asked for, and how it stands. */
  stats(options?: { readonly minutes?: number | undefined }): Promise<StatsResource>;
}

/** A client of the service at `url`; it keeps nothing open between calls. */
export function createClient(options: TransportOptions): TicklessClient {
  const send = createTransport(options);
  const ask = async <T>(...request: Parameters<typeof send>): Promise<T> => readJson<T>(await send(...request));
  const tell = async (path: string): Promise<void> => {
    await ask(path, { method: 'POST' });
  };
  const eventPath = (id: string, rest = ''): string => `/v1/events/${encodeURIComponent(id)}${rest}`;
  const batchPath = (id: string, rest = ''): string => `/v1/batches/${encodeURIComponent(id)}${rest}`;
  const subjectPath = (type: string, id: string): string => `/v1/subjects/${encodeURIComponent(type)}/${encodeURIComponent(id)}`;
  const destinationPath = (origin: string, rest: string): string => `/v1/destinations/${encodeURIComponent(origin)}${rest}`;
  const deadLetterPath = (cause: string, rest: string): string => `/v1/dead-letters/${encodeURIComponent(cause)}${rest}`;
  const limitPath = (key: string): string => `/v1/limits/${encodeURIComponent(key)}`;
  const askForMany = <T>(path: string, { idempotencyKey, ...asked }: BulkOptions = {}): Promise<T> =>
    ask(path, { method: 'POST', json: asked, headers: requestHeaders({ idempotencyKey }) });

  return {
    events: {
      submit: (event, options = {}) => ask('/v1/events', { method: 'POST', json: event, headers: requestHeaders(options) }),
      get: (id) => ask(eventPath(id)),
      list: (filter) => ask('/v1/events', { query: { ...filter } }),
      why: (id) => ask(eventPath(id, '/why')),
      replay: (id, { waitSeconds, idempotencyKey, ...asked } = {}) =>
        ask(eventPath(id, '/replay'), { method: 'POST', json: asked, headers: requestHeaders({ waitSeconds, idempotencyKey }) }),
      tree: (id) => ask(eventPath(id, '/tree')),
      cancel: (id) => tell(eventPath(id, '/cancel')),
      deliveries: (id) => ask(eventPath(id, '/deliveries')),
      redeliver: (id) => ask(eventPath(id, '/redeliver'), { method: 'POST' }),
      stream: (id, streamOptions) => follow(send, eventPath(id, '/stream'), streamOptions),
      streamAll: (streamOptions) => streamAll(send, streamOptions),
    },
    batches: {
      submit: (batch, { strict } = {}) => ask('/v1/batches', { method: 'POST', json: batch, query: { strict } }),
      submitLines: (body, settings) =>
        ask('/v1/batches', { method: 'POST', body, headers: { 'content-type': 'application/x-ndjson' }, query: { ...settings } }),
      get: (id) => ask(batchPath(id)),
      list: (page) => ask('/v1/batches', { query: { ...page } }),
      items: (id, page) => ask(batchPath(id, '/items'), { query: { ...page } }),
      pause: (id) => tell(batchPath(id, '/pause')),
      resume: (id) => tell(batchPath(id, '/resume')),
      cancel: (id) => tell(batchPath(id, '/cancel')),
      retryFailed: (id) => tell(batchPath(id, '/retry-failed')),
      stream: (id, streamOptions) => follow(send, batchPath(id, '/stream'), streamOptions),
    },
    destinations: {
      list: (page) => ask('/v1/destinations', { query: { ...page } }),
      resume: (origin) => ask(destinationPath(origin, '/resume'), { method: 'POST' }),
      redeliver: <T>(origin: string, options: BulkOptions) => askForMany<T>(destinationPath(origin, '/redeliver'), options),
    },
    deadLetters: {
      list: () => ask('/v1/dead-letters'),
      events: (cause, page) => ask(deadLetterPath(cause, '/events'), { query: { ...page } }),
      replay: <T>(cause: string, options?: BulkOptions) => askForMany<T>(deadLetterPath(cause, '/replay'), options),
      discard: (cause) => tell(deadLetterPath(cause, '/discard')),
    },
    subjects: {
      get: (type, id) => ask(subjectPath(type, id)),
      events: (type, id) => ask(`${subjectPath(type, id)}/events`),
      changes: (type, id, changesOptions) => ask(`${subjectPath(type, id)}/changes`, { query: { ...changesOptions } }),
      list: (listOptions) => ask('/v1/subjects', { query: { ...listOptions } }),
    },
    eventTypes: {
      list: () => ask('/v1/event-types'),
      get: (type) => ask(`/v1/event-types/${encodeURIComponent(type)}`),
    },
    stats: (statsOptions) => ask('/v1/stats', { query: { ...statsOptions } }),
    limits: {
      list: (page) => ask('/v1/limits', { query: { ...page } }),
      get: (key) => ask(limitPath(key)),
      setCapacity: (key, capacity) => ask(limitPath(key), { method: 'PUT', json: { capacity } }),
    },
  };
}

function requestHeaders({ waitSeconds, idempotencyKey }: SubmitEventOptions): Readonly<Record<string, string>> {
  return {
    ...(waitSeconds !== undefined && { prefer: `wait=${waitSeconds}` }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  };
}

async function* streamAll(send: Transport, options: StreamAllOptions = {}): AsyncGenerator<EndedEvent, undefined> {
  for await (const { id: lastEventId, event, data } of followEvents(send, '/v1/stream', options)) {
    yield { lastEventId, event: event === 'gap' ? null : (JSON.parse(data) as EventSummary) };
  }
}

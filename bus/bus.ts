import type { DefinedEvent, EventDefinition, HandlerContext, HandlerLog } from '../domain/define-event.ts';
import type { EventSource } from '../domain/event-source.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import type { HandlerServices, Services } from '../domain/handler-services.ts';
import type { Middleware } from '../domain/middleware.ts';
import type { HandlerDefinition } from '../domain/on.ts';
import type { RetryPolicy } from '../domain/retry-policy.ts';
import type { Tier } from '../domain/tier.ts';
import type { DurableService } from './send-to-service.ts';

/** What becomes of an event for which there is no room. */
export type OnFull = 'wait' | 'drop' | 'throw';

export interface BusOptions {
  /** The types that it has, as in a config: definitions, and modules or lists that have some. It refuses all others. Default: any. */
  readonly events?: readonly EventSource[];
  /** Made with `on(event, name, handler, options)`. */
  readonly handlers?: readonly HandlerDefinition[];
  /** What handlers are lent; or, as in a config, a function that makes it, which calls wait for. */
  readonly services?: Services | (() => MadeServices | Promise<MadeServices>);
  /** So many calls of handlers at once, counting those of stages. Default: any number. */
  readonly concurrency?: number;
  /** So many calls wait for a place at most, 1 or more, and those of one more event. Default 10,000. */
  readonly maxQueued?: number;
  /**
   * What becomes of an event that comes when so many wait: `wait` (the default) takes it, and what `emit` returns resolves once there is
   * room again; `drop` refuses it; `throw` has `emit` throw.
   */
  readonly onFull?: OnFull;
  /** As `bus.onError(listener)`. */
  readonly onError?: ErrorListener;
  /** Where handlers' log lines go, and failures that nobody listens to. Default: the console. */
  readonly log?: HandlerLog;
  /** Runs around each call of a stage or a handler, the first outermost; as `bus.use(middleware)`. */
  readonly use?: readonly Middleware[];
  /** What handlers fetch with; without it, their `fetch` fails. */
  readonly fetch?: HandlerServices['fetch'];
  /** What handlers are told as theirs; default `.tickless`. */
  readonly dataDirectory?: string;
  /**
   * A client of a service: the stages of events run there. There can be no `handlers` then: what is registered here with `bus.on`, `once` and `stream`
   * is called once the event is on disk there.
   */
  readonly durable?: DurableService;
}

export type MadeServices = Services & { readonly dispose?: () => unknown };

export interface EmitOptions {
  /** Default: one that no other has. A service takes events of one id and content for one. */
  readonly id?: string;
  readonly tier?: Tier;
  /** 0 to 1. */
  readonly urgency?: number;
  readonly source?: string;
  /** Of a type with subjects: the one whose state it changes, one event after the other. */
  readonly subject?: string;
  /** When it happened, as ISO 8601; default now. */
  readonly time?: string;
}

export interface ListenOptions<Data> {
  /** For results, errors and keys; default the function's. */
  readonly name?: string;
  /** Who goes first where calls wait: 1000, 750, 500, 250 or a number of your own. Default the event's tier. */
  readonly priority?: Tier | number;
  /** So many calls of this handler at once; default any number. */
  readonly concurrency?: number;
  /** Only events for which it gives true. */
  readonly filter?: (event: HandledEvent<Data>) => boolean;
  /** Has it tried again. Default: it is called once. */
  readonly retry?: Partial<RetryPolicy>;
  /** Milliseconds for one attempt. Default: any time; with `retry`, 10 s. */
  readonly timeout?: number;
}

export type BusHandler<Data> = (event: HandledEvent<Data>, context: HandlerContext) => unknown;

/** Ends what it came from; to call it again does nothing. */
export type Off = () => void;

/** What a handler, or the type's stages under the name of the type, came to. */
export type HandlerResult =
  | { readonly handler: string; readonly status: 'fulfilled'; readonly value: unknown }
  /** `reason`: what it threw; a BusError with the last error's code where it may be tried again, and where it wasn't called. */
  | { readonly handler: string; readonly status: 'rejected'; readonly reason: unknown };

export interface Failure {
  /** Null where no event is to blame: services that can't be made. */
  readonly type: string | null;
  /** Null where it was refused before it was one. */
  readonly event: HandledEvent | null;
  /** Null where it is none's fault. */
  readonly handler: string | null;
}

export type ErrorListener = (error: unknown, failure: Failure) => void;

export interface BatchOptions {
  /** `sequential`: each after all handlers of the one before, whatever they came to. Default `concurrent`. */
  readonly mode?: 'concurrent' | 'sequential';
}

export interface StreamOptions {
  /** So many events are kept for a reader that is behind; default 1,000. */
  readonly maxBuffered?: number;
  /**
   * What becomes of an event that comes when so many are kept: `drop` (the default) leaves it out and says so to `onError`; `wait` keeps
   * it, and what `emit` returns resolves once the reader has caught up; `throw` ends the stream with an error for its reader.
   */
  readonly onFull?: OnFull;
}

type DataOf<Event> = Event extends DefinedEvent<string, infer Data> ? Data : never;

/** Calls handlers of events in this process. Nothing is kept: what hasn't run when the process ends never will. */
export interface Bus {
  /** The handler is called for each event of the type from now on. */
  on<HandledData>(
    event: DefinedEvent<string, unknown, unknown, HandledData>,
    handler: BusHandler<HandledData>,
    options?: ListenOptions<HandledData>,
  ): Off;
  /** The handler is called for the next event of the type, and no other. */
  once<HandledData>(
    event: DefinedEvent<string, unknown, unknown, HandledData>,
    handler: BusHandler<HandledData>,
    options?: ListenOptions<HandledData>,
  ): Off;
  /** The handler is not called again, not even for events that wait. True where there was such a handler. */
  off(event: EventDefinition, handler: BusHandler<never>): boolean;
  /**
   * Has an event handled, and returns at once: handlers begin after the code that emits. What goes wrong is told to `onError`.
   * @returns whether it was taken, as soon as there is room
   * @throws BusError `bus_full` where `onFull` is `throw`
   */
  emit<Data>(event: DefinedEvent<string, Data>, data: NoInfer<Data>, options?: EmitOptions): Promise<boolean>;
  /** What the type's stages and each handler came to, in the order in which they were registered. Never rejects. */
  emitAndWait<Data>(event: DefinedEvent<string, Data>, data: NoInfer<Data>, options?: EmitOptions): Promise<readonly HandlerResult[]>;
  /** What each of the events came to, in their order. Never rejects. */
  emitBatch<const Types extends readonly DefinedEvent[]>(
    events: { readonly [Index in keyof Types]: readonly [event: Types[Index], data: NoInfer<DataOf<Types[Index]>>, options?: EmitOptions] },
    options?: BatchOptions,
  ): Promise<readonly (readonly HandlerResult[])[]>;
  /** The events of a type from now on, to the bus's end. To leave the loop over them ends it; it is read once. */
  stream<HandledData>(
    event: DefinedEvent<string, unknown, unknown, HandledData>,
    options?: StreamOptions,
  ): AsyncIterableIterator<HandledEvent<HandledData>, undefined>;
  /** Runs around each call of a stage or a handler that begins from now on, inside of those that are there already. */
  use(middleware: Middleware): void;
  /** Told of all that goes wrong; where nobody is, it is logged. */
  onError(listener: ErrorListener): Off;
  /** Resolves when nothing waits or runs. */
  idle(): Promise<void>;
  /**
   * Takes no more events, ends streams, and resolves when all has run. What goes on for longer than `withinMs`, default 10,000, is told to
   * stop by its signal, and what still waits then fails.
   */
  close(options?: { readonly withinMs?: number }): Promise<void>;
}

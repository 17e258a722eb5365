import type { PermitNeed, Weight } from './accepted-event.ts';
import { DEFAULT_TIMEOUT_MS, MAX_SHARED_TIMEOUT_MS, MAX_TIMEOUT_MS } from './define-event.ts';
import type { DefinedEvent, EventDefinition, HandlerContext } from './define-event.ts';
import type { HandledEvent } from './handled-event.ts';
import { toLimits, toPermitNeeds } from './limit.ts';
import type { Limit } from './limit.ts';
import { isReservedStage } from './stage.ts';
import { toRetryPolicy } from './retry-policy.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { Tier } from './tier.ts';

/** A handler of an event type's events beside the type's own stages. Method syntax, so that handlers of different types share one list. */
export interface HandlerDefinition {
  readonly event: EventDefinition;
  /** Unique among the handlers of its type. */
  readonly name: string;
  readonly weight: Weight;
  readonly retry: RetryPolicy;
  /** For one attempt. */
  readonly timeoutMs: number;
  /** Null: the event's. */
  readonly tier: Tier | null;
  /** Names of handlers of the same type that have to complete before it is called. */
  readonly after: readonly string[];
  limitsOf(event: { readonly data: unknown; readonly tenant: string }): readonly PermitNeed[];
  /** Whether its filter or its limits depend on the event, so that they have to be asked. */
  readonly isChoosy: boolean;
  /** Whether it is for this event. */
  takes(event: HandledEvent): boolean;
  /** What the handler gives: a promise if it is asynchronous, else its result at once. */
  run(event: HandledEvent, context: HandlerContext): unknown;
}

export interface HandlerOptions<Data> {
  /**
   * `light` (the default) takes milliseconds, and is called where the event's stages run; `heavy` takes longer, and is called on workers,
   * under permits.
   */
  readonly weight?: Weight;
  /** Default: 3 attempts, after 100 and 200 ms. */
  readonly retry?: Partial<RetryPolicy>;
  /** Milliseconds for one attempt; default 10 s, or 15 min for heavy ones; 1 s for light ones of a type that coalesces. */
  readonly timeout?: number;
  /** So many calls at once of what shares a key, in the whole cluster. Such handlers are heavy. */
  readonly limit?: Limit<Data> | readonly Limit<Data>[];
  /** Who goes first where calls wait; default the event's. */
  readonly tier?: Tier;
  /** Only events for which it gives true. It is quick, and has no effects. */
  readonly filter?: (event: HandledEvent<Data>) => boolean;
  /** Handlers of the same type, by name, that have to complete before it is called; where one of them fails, it isn't. */
  readonly after?: string | readonly string[];
}

const HANDLER_NAME = /^[a-z][a-z0-9_.-]{0,63}$/;

/**
 * Declares a handler of a type's events, beside the type's own stages: an entry of `handlers`, of a config or of a bus.
 * @throws Error when it can't work, naming type and handler
 */
export function on<HandledData>(
  event: DefinedEvent<string, unknown, unknown, HandledData>,
  name: string,
  handler: (event: HandledEvent<HandledData>, context: HandlerContext) => unknown,
  options: HandlerOptions<HandledData> = {},
): HandlerDefinition {
  const { tier = null, filter, after = [] } = options;
  const whose = `handler "${name}" of event type "${event.type}"`;
  if (!HANDLER_NAME.test(name)) throw new Error(`${whose}: a name starts with a-z and has at most 64 of a-z, 0-9, "_", "-" and "."`);
  if (isReservedStage(name)) throw new Error(`${whose}: the name is reserved`);
  const limits = toLimits(options.limit, whose);
  // What waits for permits can't wait where the event's stages run.
  const weight = limits.length > 0 ? 'heavy' : (options.weight ?? 'light');
  const isShared = event.coalesce && weight === 'light';
  const timeout = options.timeout ?? (isShared ? MAX_SHARED_TIMEOUT_MS : DEFAULT_TIMEOUT_MS[weight]);
  if (!(timeout > 0 && timeout <= MAX_TIMEOUT_MS)) throw new Error(`${whose}: a timeout is above 0 and at most ${MAX_TIMEOUT_MS} ms`);
  if (isShared && timeout > MAX_SHARED_TIMEOUT_MS) {
    throw new Error(`${whose}: with coalesce a timeout is at most ${MAX_SHARED_TIMEOUT_MS} ms, unless it is heavy`);
  }
  return {
    event,
    name,
    weight,
    retry: toRetryPolicy(options.retry, whose),
    timeoutMs: timeout,
    tier,
    after: [after].flat(),
    isChoosy: filter !== undefined || limits.length > 0,
    limitsOf: ({ data, tenant }) => toPermitNeeds(limits, { data: data as HandledData, tenant }),
    takes: (given) => filter?.(given as HandledEvent<HandledData>) ?? true,
    run: (given, context) => handler(given as HandledEvent<HandledData>, context),
  };
}

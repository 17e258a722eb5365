import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { PermitNeed, Weight } from './accepted-event.ts';
import type { SubjectDefinition } from './define-subject.ts';
import type { Progress } from './event-run.ts';
import type { FollowUpOptions } from './follow-up.ts';
import type { HandledEvent } from './handled-event.ts';
import type { HandlerServices } from './handler-services.ts';
import { toLimits, toPermitNeeds } from './limit.ts';
import type { Limit } from './limit.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { toRetryPolicy } from './retry-policy.ts';
import type { NamedStages } from './named-stages.ts';
import type { Stage, UsualStage } from './stage.ts';
import { ON_CANCEL, STAGES } from './stage.ts';
import { toStageHandlers } from './stage-handlers.ts';
import type { Tier } from './tier.ts';

export interface HandlerLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export interface HandlerContext<State = unknown> extends HandlerServices {
  /** The name of the stage or handler that is called. */
  readonly stage: Stage;
  /** The subject's state just before this event; null for an event without a subject. Not to be changed. */
  readonly state: State | null;
  /** 1 for the first attempt of this stage. */
  readonly attempt: number;
  /** The same on every attempt of this stage in this run, after a crash too: give it to whatever has effects outside. */
  readonly idempotencyKey: string;
  /** Aborts on cancellation, on the stage's timeout and on shutdown. */
  readonly signal: AbortSignal;
  /** Says how far this stage is, which is shown as the event's progress. */
  heartbeat(progress: Progress): void;
  /**
   * What the attempt before this one has said last by `heartbeat`, also where its process was killed, so that this one can go on
   * from there; null on the first, and where nothing is known of it.
   */
  readonly lastProgress: Progress | null;
  readonly log: HandlerLog;
  /**
   * Emits an event that follows from this one: it is started once, as soon as the result of this stage is recorded, and not at all
   * where this attempt fails. The attempt fails by an event that isn't a valid one of its type.
   */
  readonly emit: Emit;
}

export interface Emit {
  <Data>(event: DefinedEvent<string, Data>, data: NoInfer<Data>, options?: FollowUpOptions): void;
  /** By the name of its type, where two types emit each other. */
  (type: string, data: unknown, options?: FollowUpOptions): void;
}

/** What `onCancel` is given besides its event. */
export interface CancelContext<State = unknown> extends HandlerContext<State> {
  /** What the stages have come to so far, by their names. */
  readonly results: Readonly<Record<Stage, unknown>>;
}

type Output<Schema extends StandardSchemaV1> = StandardSchemaV1.InferOutput<Schema>;

/** The outer shape of a submitted event, before its type's schema has seen `data`. */
export type RawEnvelope = Readonly<Record<string, unknown>>;

/** An event type as the service keeps it. Method syntax, so that differently typed definitions share one list. */
export interface EventDefinition {
  readonly type: string;
  /** What CloudEvents that it stands for have as their type, besides its own name. */
  readonly cloudEventTypes: readonly string[];
  readonly summary: string;
  readonly data: StandardSchemaV1;
  /** What the catalog shows; null where it depends on the event. */
  readonly tier: Tier | null;
  readonly weight: Weight;
  readonly respondAfterRecord: boolean;
  /** Whether its events may share a workflow under load. */
  readonly coalesce: boolean;
  readonly retry: RetryPolicy;
  readonly timeoutsMs: Readonly<Record<Stage, number>>;
  readonly stages: readonly Stage[];
  /** The kind of state that its events change, where they name a subject. */
  readonly subject: SubjectDefinition | null;
  tierOf(event: { readonly data: unknown }): Tier;
  urgencyOf(data: unknown): number;
  /** Those of its limits whose key is the same for all events. */
  readonly namedLimits: readonly { readonly key: string; readonly max: number }[];
  /** The permits an event needs, by key; empty where its type names none. */
  limitsOf(event: { readonly data: unknown; readonly tenant: string }): readonly PermitNeed[];
  adapt(envelope: RawEnvelope): RawEnvelope;
  /** The fields that older clients send in place of today's; null where they send none. */
  readonly olderForm: StandardSchemaV1 | null;
  /** What the stage's handler gives: a promise if it is asynchronous, else its result at once. */
  run(stage: Stage, event: HandledEvent, results: Readonly<Record<Stage, unknown>>, context: HandlerContext): unknown;
}

/**
 * An event type with what the compiler knows of it: its name, what callers give as its data, what its stages give, and what handlers are
 * handed as its data.
 */
export interface DefinedEvent<
  Type extends string = string,
  Data = unknown,
  Results = unknown,
  HandledData = unknown,
> extends EventDefinition {
  readonly type: Type;
  /** For the compiler alone: it is never there. */
  readonly types?: { readonly data: Data; readonly results: Results; readonly handledData: HandledData };
}

interface CommonOptions<Type extends string, Schema extends StandardSchemaV1, State, Name extends string> {
  /** Lower case, digits, `_`, `-` and `.`; what callers send as `type`. */
  readonly type: Type;
  /**
   * What CloudEvents have as their `type` that are of this one, in any case and characters: `['com.example.Order.Approved']`. One
   * whose type is this type's own name is of it anyway.
   */
  readonly cloudEventTypes?: readonly string[];
  /** One sentence for the catalog. */
  readonly summary?: string;
  readonly data: Schema;
  readonly tier: Tier | ((event: { readonly data: Output<Schema> }) => Tier);
  /** Shown in the catalog where `tier` is a function. */
  readonly usualTier?: Tier;
  /** `light` (the default) takes milliseconds and runs where the event was accepted; `heavy` takes longer and runs on workers. */
  readonly weight?: Weight;
  /** 0 to 1, where the caller gives none; default 0. */
  readonly urgency?: (data: Output<Schema>) => number;
  /** At most `max` events of a key at once, in the whole cluster. Such events run on workers, like heavy ones. */
  readonly limit?: Limit<Output<Schema>> | readonly Limit<Output<Schema>>[];
  readonly respondAfterRecord?: boolean;
  /**
   * Under load, events of this type that come without an id of their own share a workflow: many more of them a second. They
   * are run at once and recorded together, so that a stage takes at most 1 s, and its result has at most 4 KiB, also alone. Only for light
   * types without `respondAfterRecord`.
   */
  readonly coalesce?: boolean;
  /**
   * An event that names a `subject` is processed by that subject, one after the other, and changes its state; its stages
   * see the state and take at most 1 s each. Only for light types without a limit.
   */
  readonly subject?: SubjectDefinition<State>;
  readonly retry?: Partial<RetryPolicy>;
  /**
   * Milliseconds for one attempt of a stage; default 10 s for light types, 15 min for heavy ones, 1 s with a subject. `total` is for all
   * attempts of all stages, from the first start on; default any time. `onCancel` is for that; default 10 s.
   */
  readonly timeouts?: { readonly [Stage in Name | 'total' | 'onCancel']?: number };
  /**
   * Cleans up after an event that was cancelled when a stage of it had begun. It is called once, on a worker, before the event has ended
   * and its callback is sent; again, with the same `idempotencyKey`, only where its process was killed meanwhile. Not with a subject,
   * whose events can't be cancelled.
   */
  onCancel?(event: HandledEvent<Output<Schema>>, context: CancelContext<State>): unknown;
  /** Maps the shape older clients send to today's envelope. */
  readonly adapt?: (envelope: RawEnvelope) => RawEnvelope;
  /** The fields that `adapt` knows in place of `data` and `time`, for OpenAPI. */
  readonly olderForm?: StandardSchemaV1;
}

interface StagedOptions<Type extends string, Schema extends StandardSchemaV1, Meaning, Decision, Action, State> extends CommonOptions<
  Type,
  Schema,
  State,
  UsualStage
> {
  meaning?(event: HandledEvent<Output<Schema>>, context: HandlerContext<State>): Promise<Meaning> | Meaning;
  decision?(event: HandledEvent<Output<Schema>>, meaning: Meaning, context: HandlerContext<State>): Promise<Decision> | Decision;
  action?(event: HandledEvent<Output<Schema>>, decision: Decision, context: HandlerContext<State>): Promise<Action> | Action;
  readonly handler?: never;
  readonly stages?: never;
}

interface HandlerOptions<Type extends string, Schema extends StandardSchemaV1, Action, State> extends CommonOptions<
  Type,
  Schema,
  State,
  UsualStage
> {
  /** A type without stages of its own: this is its action. */
  handler(event: HandledEvent<Output<Schema>>, context: HandlerContext<State>): Promise<Action> | Action;
  readonly meaning?: never;
  readonly decision?: never;
  readonly action?: never;
  readonly stages?: never;
}

interface NamedOptions<
  Type extends string,
  Schema extends StandardSchemaV1,
  State,
  Name extends string,
  Stages extends readonly unknown[],
> extends CommonOptions<Type, Schema, State, Name> {
  /** One to eight, in their order, each with a name of its own: `[['price', fn], ['ship', fn]]`. */
  readonly stages: Stages;
  readonly handler?: never;
  readonly meaning?: never;
  readonly decision?: never;
  readonly action?: never;
}

type Given<Name extends string, Result> = { readonly [Stage in Name]: Result };

// One signature rather than an overload for each way to write stages: with overloads the compiler complains of the whole call, and not
// of what is wrong in it. The price is this condition.
type ResultsOf<Name extends string, Usual, Named> = [Name] extends [never] ? Usual : { readonly [Stage in keyof Named]: Named[Stage] };

// Whatever the compiler knows of a type is checked where it is declared; from there on its parts are as those of any type.
type AnyOptions =
  | StagedOptions<string, AnySchema, unknown, unknown, unknown, unknown>
  | HandlerOptions<string, AnySchema, unknown, unknown>
  | NamedOptions<string, AnySchema, unknown, Stage, readonly unknown[]>;
type AnySchema = StandardSchemaV1<unknown, unknown>;

const TYPE_NAME = /^[a-z][a-z0-9_.-]{0,127}$/;
/** For one attempt, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = { light: 10_000, heavy: 15 * 60_000 } as const;
const CANCEL_TIMEOUT_MS = 10_000;
// Whoever comes after an event of the same subject waits for it, and so does whoever shares a workflow with it.
export const MAX_SHARED_TIMEOUT_MS = 1_000;
/** Node's timers fire at once when asked for more. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Declares an event type: its schema, how it is to be run, and its handlers: `meaning`, `decision` and `action`, or a `handler` alone, or
 * `stages` with names of their own, by which results, attempts and timeouts go then. Handlers run as activities, at least once; what they
 * return is JSON of at most 64 KiB.
 * @throws Error when the definition can't work, naming the type
 */
export function defineEvent<
  const Type extends string,
  Schema extends StandardSchemaV1,
  Meaning = null,
  Decision = null,
  Action = null,
  State = never,
  const A extends string = never,
  A1 = never,
  const B extends string = never,
  B1 = never,
  const C extends string = never,
  C1 = never,
  const D extends string = never,
  D1 = never,
  const E extends string = never,
  E1 = never,
  const F extends string = never,
  F1 = never,
  const G extends string = never,
  G1 = never,
  const H extends string = never,
  H1 = never,
>(
  options:
    | StagedOptions<Type, Schema, Meaning, Decision, Action, State>
    | HandlerOptions<Type, Schema, Action, State>
    | NamedOptions<
        Type,
        Schema,
        State,
        NoInfer<A | B | C | D | E | F | G | H>,
        NamedStages<HandledEvent<Output<Schema>>, HandlerContext<State>, A, A1, B, B1, C, C1, D, D1, E, E1, F, F1, G, G1, H, H1>
      >,
): DefinedEvent<
  Type,
  StandardSchemaV1.InferInput<Schema>,
  ResultsOf<
    A,
    { readonly meaning: Meaning; readonly decision: Decision; readonly action: Action },
    Given<A, A1> & Given<B, B1> & Given<C, C1> & Given<D, D1> & Given<E, E1> & Given<F, F1> & Given<G, G1> & Given<H, H1>
  >,
  Output<Schema>
>;
export function defineEvent(options: AnyOptions): EventDefinition {
  const { type, weight = 'light', tier, retry, timeouts, subject = null, coalesce = false, cloudEventTypes = [] } = options;
  if (!TYPE_NAME.test(type)) throw new Error(`event type "${type}": a name starts with a-z and has only a-z, 0-9, "_", "-" and "."`);
  const handlers = toStageHandlers(options);
  const stages = [...handlers.keys()];
  const policy = toRetryPolicy(retry, `event type "${type}"`);
  const timeoutMs = subject === null && !coalesce ? DEFAULT_TIMEOUT_MS[weight] : MAX_SHARED_TIMEOUT_MS;
  const names: readonly Stage[] = options.stages === undefined ? STAGES : stages;
  const given: { readonly [name: Stage]: number | undefined } = timeouts ?? {};
  const others = options.onCancel === undefined ? ['total'] : ['total', ON_CANCEL];
  const unknown = Object.keys(given).find((name) => ![...names, ...others].includes(name));
  if (unknown !== undefined) throw new Error(`event type "${type}" has a timeout for "${unknown}"; its stages are ${names.join(', ')}`);
  const timeoutsMs: Record<Stage, number> = Object.fromEntries(names.map((name) => [name, timeoutMs]));
  if (options.onCancel !== undefined) timeoutsMs[ON_CANCEL] = CANCEL_TIMEOUT_MS;
  for (const [name, ms] of Object.entries(given)) if (ms !== undefined) timeoutsMs[name] = ms;
  if (!Object.values(timeoutsMs).every((ms) => ms > 0 && ms <= MAX_TIMEOUT_MS)) {
    throw new Error(`event type "${type}": a timeout is above 0 and at most ${MAX_TIMEOUT_MS} ms`);
  }
  const limits = toLimits(options.limit, `event type "${type}"`);
  const { [ON_CANCEL]: _elsewhere, ...shared } = timeoutsMs;
  const longestTimeoutMs = Math.max(...Object.values(shared));
  const fault =
    (subject === null ? null : faultWithSubject(weight, limits.length, longestTimeoutMs)) ??
    (coalesce
      ? faultWithCoalesce({ weight, limits: limits.length, longestTimeoutMs, respondAfterRecord: options.respondAfterRecord })
      : null);
  if (subject !== null && options.onCancel !== undefined) {
    throw new Error(`event type "${type}": with a subject there can be no onCancel`);
  }
  if (fault !== null) throw new Error(`event type "${type}": ${fault}`);
  return {
    type,
    cloudEventTypes,
    summary: options.summary ?? '',
    data: options.data,
    tier: typeof tier === 'function' ? (options.usualTier ?? null) : tier,
    // What waits for permits can't wait inside one workflow task.
    weight: limits.length > 0 ? 'heavy' : weight,
    // A heavy result is always recorded before anything is said of it: its stages are activities of their own.
    respondAfterRecord: weight === 'heavy' || limits.length > 0 || (options.respondAfterRecord ?? false),
    coalesce,
    retry: policy,
    timeoutsMs,
    stages,
    subject,
    tierOf: (event) => (typeof tier === 'function' ? tier(event) : tier),
    urgencyOf: (data) => options.urgency?.(data) ?? 0,
    namedLimits: limits.flatMap(({ key, max }) => (typeof key === 'string' ? [{ key, max }] : [])),
    limitsOf: ({ data, tenant }) => toPermitNeeds(limits, { data, tenant }),
    adapt: (envelope) => options.adapt?.(envelope) ?? envelope,
    olderForm: options.olderForm ?? null,
    run: (stage, event, results, context) =>
      (stage === ON_CANCEL ? options.onCancel?.(event, { ...context, results }) : handlers.get(stage)?.(event, results, context)) ?? null,
  };
}

/** What makes a type unfit for subjects. */
function faultWithSubject(weight: Weight, limits: number, longestTimeoutMs: number): string | null {
  if (weight === 'heavy') return "a subject's events are light: heavy work would hold up all that come after it";
  if (limits > 0) return 'with a subject there can be no limit: all that come after it would wait, too';
  if (longestTimeoutMs > MAX_SHARED_TIMEOUT_MS) return `with a subject a timeout is at most ${MAX_SHARED_TIMEOUT_MS} ms`;
  return null;
}

interface CoalesceOptions {
  readonly weight: Weight;
  readonly limits: number;
  readonly longestTimeoutMs: number;
  readonly respondAfterRecord: boolean | undefined;
}

/** What makes a type unfit to share a workflow. */
function faultWithCoalesce({ weight, limits, longestTimeoutMs, respondAfterRecord }: CoalesceOptions): string | null {
  if (weight === 'heavy' || limits > 0) return 'coalesce is for light events without a limit';
  if (respondAfterRecord === true) return 'with coalesce there can be no respondAfterRecord';
  return longestTimeoutMs > MAX_SHARED_TIMEOUT_MS ? `with coalesce a timeout is at most ${MAX_SHARED_TIMEOUT_MS} ms` : null;
}

import type { CallbackRequest } from './delivery.ts';
import type { HandledEvent } from './handled-event.ts';
import type { LongestWaits } from './permits.ts';
import type { ReplayMark } from './replay-mark.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { Stage } from './stage.ts';
import type { Reserved, Tier } from './tier.ts';

export type Weight = 'light' | 'heavy';

/** One of so many permits of a key, in the whole cluster. */
export interface PermitNeed {
  readonly key: string;
  readonly capacity: number;
  /** Of them. */
  readonly reserved: Reserved;
  /** Milliseconds a tier waits at most before it goes first; null: never. Absent: the defaults. */
  readonly longestWaitMs?: LongestWaits;
}

/** A handler that an event is handed to once its stages are complete: its settings, copied. */
export interface HandlerPlan {
  readonly name: string;
  readonly weight: Weight;
  readonly retry: RetryPolicy;
  /** For one attempt. */
  readonly timeoutMs: number;
  /** Those that have to complete before it is called; absent where there are none. */
  readonly after?: readonly string[];
  /** Absent: the event's. */
  readonly tier?: Tier;
}

/** A handler that takes an event, and what it needs for it. */
export interface HandlerNeed {
  readonly name: string;
  /** The permits; absent where it needs none. */
  readonly limits?: readonly PermitNeed[];
}

/**
 * How an accepted event is to be run: its type's settings, copied, so that the workflow needs no user code and a
 * changed definition doesn't touch events under way.
 */
export interface RunPlan {
  /** The name of the definition that runs it: the event's type, but for types that are accepted as `unknown`. */
  readonly definition?: string;
  readonly weight: Weight;
  /** The stages its type has, in order. */
  readonly stages: readonly Stage[];
  readonly retry: RetryPolicy;
  /**
   * Of one attempt, by stage; `total`: of all attempts of all stages from the first start on, where there is such an end; `onCancel`: of
   * that, where its type has one.
   */
  readonly timeoutsMs: Readonly<Record<Stage, number>>;
  /** The answer and the callback wait until the result is recorded. */
  readonly respondAfterRecord: boolean;
  /** The permits it needs, in the order in which every event asks for them; absent where it needs none. */
  readonly limits?: readonly PermitNeed[];
  /** The kind of subject that processes it, where it has one. */
  readonly subjectType?: string;
  /** All handlers of its type; absent where there are none. */
  readonly handlers?: readonly HandlerPlan[];
}

/**
 * An event once it is durable: the input of its workflow. Its id is what `/v1/events/{id}` takes.
 * Stored in histories: fields may be added, never renamed or removed.
 */
export interface AcceptedEvent extends HandledEvent {
  readonly ownId: string | null;
  /** 1 for the first run, one more for each replay. */
  readonly run: number;
  readonly acceptedAtMs: number;
  readonly delayMs: number;
  readonly callback: CallbackRequest | null;
  /** The id that its sender has given to the request it came by; absent where it gave none. */
  readonly requestId?: string;
  /** Of an item. */
  readonly batchId?: string;
  /** Of the run that a replay has begun. */
  readonly replay?: ReplayMark;
  /** Of a follow-up: the id of the event whose handler has emitted it. */
  readonly causedBy?: string;
  /** Of a follow-up: the types of all before it, from the first event of the tree on. */
  readonly chain?: readonly string[];
  readonly plan: RunPlan;
  /** Those of its plan's handlers that take it, where that depends on the event; absent: all of them, and none needs a permit. */
  readonly takenBy?: readonly HandlerNeed[];
  /** The event that this one is for a handler of: its only stage is the handler. */
  readonly handlerOf?: { readonly id: string; readonly name: string };
}

/** When this run was asked for: the event was accepted, or replayed. */
export function askedAtMs({ acceptedAtMs, replay }: Pick<AcceptedEvent, 'acceptedAtMs' | 'replay'>): number {
  return replay?.atMs ?? acceptedAtMs;
}

/** When an event may be started at the earliest. */
export function dueAtMs(event: Pick<AcceptedEvent, 'acceptedAtMs' | 'delayMs' | 'replay'>): number {
  return askedAtMs(event) + event.delayMs;
}

import type { CallbackRequest } from './delivery.ts';
import type { HandledEvent } from './handled-event.ts';
import type { LongestWaits } from './permits.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { Stage } from './stage.ts';
import type { Reserved } from './tier.ts';

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
  /** Of an item. */
  readonly batchId?: string;
  readonly plan: RunPlan;
}

/** When an event may be started at the earliest. */
export function dueAtMs({ acceptedAtMs, delayMs }: Pick<AcceptedEvent, 'acceptedAtMs' | 'delayMs'>): number {
  return acceptedAtMs + delayMs;
}

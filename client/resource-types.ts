import type { CallbackAttempt } from '../domain/delivery.ts';
import type { LeafChange } from '../domain/leaf-changes.ts';
import type { Tier } from '../domain/tier.ts';

/** One try to deliver an event's terminal message, as its owner sees it. */
export interface Delivery extends Pick<CallbackAttempt, 'at' | 'status' | 'durationMs' | 'error'> {
  /** The first 1 KB of the answer. */
  readonly excerpt: string | null;
  readonly reason: 'schedule' | 'probe' | 'redelivery';
}

/** That a terminal message will be sent again. */
export interface RedeliveryAnswer {
  readonly id: string;
  readonly status: 'redelivering';
  readonly links: { readonly self: string; readonly deliveries: string };
}

/** A consistent snapshot of the state that a subject's events share. */
export interface SubjectResource {
  readonly type: string;
  readonly id: string;
  /** So many events have been processed. */
  readonly version: number;
  readonly state: Readonly<Record<string, unknown>>;
  /** ISO 8601. */
  readonly updatedAt: string;
}

/** What a gathering of events has changed of a subject. */
export interface SubjectChange {
  readonly version: number;
  /** How many were processed together. */
  readonly events: number;
  /** ISO 8601. */
  readonly at: string | null;
  /** At most 100. */
  readonly changes: readonly LeafChange[];
}

type Weight = 'light' | 'heavy';

/** An event type, as the service lists it. */
export interface EventTypeSummary {
  readonly type: string;
  readonly summary: string;
  /** Null where it depends on the data, and its definition names none for here. */
  readonly tier: Tier | null;
  readonly weight: Weight;
  readonly coalesce: boolean;
  readonly stages: readonly string[];
  /** A tier of null is the event's. */
  readonly handlers: readonly {
    readonly name: string;
    readonly tier: Tier | null;
    readonly weight: Weight;
    readonly after: readonly string[];
  }[];
  /** What CloudEvents of this type may have as theirs, besides its name. */
  readonly cloudEventTypes?: readonly string[];
}

export interface EventTypeResource extends EventTypeSummary {
  /** JSON Schema of its data; null where its schema gives none. */
  readonly schema: Readonly<Record<string, unknown>> | null;
}

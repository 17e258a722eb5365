import type { PlaceNeed, QueuedCall } from '../domain/call-queue.ts';
import type { EventRun } from '../domain/event-run.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import type { EmitOptions } from './bus.ts';
import type { Emission } from './emission.ts';

/** Who is called for a type's events. */
export interface Subscription {
  readonly name: string;
  /** What it was registered with, to be found by `off`; null for what nobody takes off. */
  readonly handler: unknown;
  /** Null: the event's. */
  readonly priority: number | null;
  readonly isOnce: boolean;
  /** Says what places it needs for an event, or null where the event isn't for it. Null itself: it takes every event, and needs none. */
  readonly prepare: ((event: HandledEvent) => readonly PlaceNeed[] | null) | null;
  /** Those that have to complete before it is called. */
  readonly after: readonly Subscription[];
  /** What it does for an event: gives or resolves to a result, or an `Again`; throws or rejects where it fails. */
  readonly work: (call: Call) => unknown;
  isOff: boolean;
}

/** What is not said of a subscription. */
export const ANYBODY: Omit<Subscription, 'name' | 'work'> = {
  handler: null,
  priority: null,
  isOnce: false,
  prepare: null,
  after: [],
  isOff: false,
};

/** A subscription that is to be called for an event. */
export interface Call extends QueuedCall {
  readonly subscription: Subscription;
  readonly event: HandledEvent;
  /** Its data as it was emitted, before its schema. */
  readonly given: unknown;
  /** Null where nobody wants to know what it comes to. */
  readonly emission: Emission | null;
  /** Its place among the results. */
  readonly index: number;
  readonly said: EmitOptions;
  /** It couldn't be prepared, and so can't begin. */
  readonly fault: { readonly error: unknown } | null;
  /** Of stages: how far they have come. */
  run: EventRun | null;
}

/** What a call comes to that is to be made again: its place is others' meanwhile. */
export class Again {
  readonly afterMs: number;

  constructor(afterMs: number) {
    this.afterMs = afterMs;
  }
}

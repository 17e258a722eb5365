import type { PlaceNeed, QueuedCall } from '../domain/call-queue.ts';
import type { EventRun } from '../domain/event-run.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import type { EmitOptions } from './bus.ts';
import type { Emit } from '../domain/define-event.ts';
import type { Added, Emitted } from '../handlers/emitter.ts';
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

/** What is said of an event that is emitted, or that another has caused. */
export interface Said extends EmitOptions {
  /** The types from the first event of a tree to the one that has caused this. */
  readonly chain?: readonly string[];
}

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
  readonly said: Said;
  /** It couldn't be prepared, and so can't begin. */
  readonly fault: { readonly error: unknown } | null;
  /** Of stages: how far they have come. */
  run: EventRun | null;
  /** What its handler emits, until it has succeeded; null where that is nothing. */
  emitted: Emitted[] | null;
}

/** Begins what a call has emitted. @returns what is to be recorded of it: nothing @throws before any of it has begun */
export type Follow = (call: Call) => Promise<Added>;

/** For an attempt: what one before it has emitted, which failed, begins never. */
export function emitInto(call: Call): Emit {
  call.emitted = null;
  return (event: Emitted['event'], data: unknown, options = {}) => {
    call.emitted ??= [];
    call.emitted.push({ event, data, options });
  };
}

/** What a call comes to that is to be made again: its place is others' meanwhile. */
export class Again {
  readonly afterMs: number;

  constructor(afterMs: number) {
    this.afterMs = afterMs;
  }
}

import type { EventStatus } from '../domain/event-resource.ts';
import type { HandedOn } from '../domain/handled-event.ts';
import type { Tier } from '../domain/tier.ts';

type Said = { readonly [Field in keyof HandedOn]?: NonNullable<HandedOn[Field]> };

/** What is submitted. Only the type is required by every event; its schema says what `data` is. */
export interface EventRequest extends Said {
  readonly type: string;
  /** Makes it safe to send again: the same id with the same content joins the first run. */
  readonly id?: string;
  /** ISO 8601. */
  readonly time?: string;
  readonly data?: unknown;
  readonly tier?: Tier | number;
  /** 0 to 1. */
  readonly urgency?: number;
  readonly delayMs?: number;
  readonly callback?: CallbackTarget;
}

export interface CallbackTarget {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly progress?: boolean;
  /** How messages are written; by default as the envelope. */
  readonly format?: 'cloudevents';
}

/** The answer to an event that is durable now. */
export interface AcceptedAnswer {
  readonly id: string;
  readonly type: string;
  readonly tier: Tier;
  /** `accepted`, or how the run stands that it joined. */
  readonly status: EventStatus;
  /** Whether there was a run of this id and content already: nothing new began. */
  readonly joined: boolean;
  /** The run that it joined. */
  readonly run?: number;
  readonly links: { readonly self: string; readonly stream: string; readonly why: string };
}

/** An operation of a JSON Patch (RFC 6902) on an event's data. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly path: string; readonly from: string };

/** How an event is to be run again. */
export interface ReplayRequest {
  /** By default at the stage that failed; with a patch at the start. */
  readonly from?: 'stage' | 'start' | undefined;
  readonly patch?: readonly PatchOperation[] | undefined;
  /** Whether what its handlers emit is started again; it is where nothing is said. */
  readonly emits?: 'again' | 'skip' | undefined;
}

/** The answer to a replay that is durable now. */
export interface ReplayedAnswer extends AcceptedAnswer {
  /** The number of the new run. */
  readonly run: number;
}

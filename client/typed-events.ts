import type { DefinedEvent } from '../domain/define-event.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { EventRequest, ReplayRequest } from './event-request.ts';

/** What a project exports as its events: `typeof events`. */
export type Events = readonly DefinedEvent[];

export type TypeOf<Known extends Events> = Known[number]['type'];

type OfType<Known extends Events, Type extends string> = Extract<Known[number], { readonly type: Type }>;

type Types<Definition> = Definition extends DefinedEvent<string, infer Data, infer Results> ? { data: Data; results: Results } : never;

/** What callers give as the data of a type. */
export type DataOf<Known extends Events, Type extends string> = Types<OfType<Known, Type>>['data'];

/** What the stages of a type give, by their names; null for one that it hasn't. */
export type ResultsOf<Known extends Events, Type extends string> = Types<OfType<Known, Type>>['results'];

export interface SendOptions extends Omit<EventRequest, 'type' | 'data'> {
  /** Waits for its end, at most 60,000. */
  readonly waitMs?: number;
  readonly idempotencyKey?: string;
}

export interface ReplaySentOptions extends ReplayRequest {
  /** Waits for the end of the new run, at most 60,000. */
  readonly waitMs?: number;
  /** Makes it safe to repeat. */
  readonly idempotencyKey?: string;
}

/** What is known of an event that was sent: all of it where it has ended within `waitMs`. */
export interface SentEvent<Results> extends Pick<EventResource, 'id' | 'type' | 'tier' | 'status'> {
  readonly error: EventResource['error'];
  /** Null before its end, and where it has failed. */
  readonly result: Results | null;
}

import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { CallbackAttempt } from '../domain/delivery.ts';
import type { EventResource, EventStatus } from '../domain/event-resource.ts';
import type { EventSummary } from '../domain/event-summary.ts';
import type { CompactedOutcome, SubjectSnapshot } from '../domain/subject.ts';
import type { SubjectEvents } from './subject-events.ts';
import type { SubjectKey, SubjectName } from '../domain/subject-id.ts';
import type { Tier } from '../domain/tier.ts';
import type { Why } from '../domain/why.ts';
import type { Page, PageRequest } from './page.ts';

export interface EventKey {
  readonly tenant: string;
  readonly id: string;
}

export interface SubmitOptions {
  /** Digest of what was asked for, where the id may come a second time; null for an id made just now. */
  readonly fingerprint: string | null;
  /** How long to wait for the stages to end; 0 not to. */
  readonly waitMs: number;
  /** It came without an id of its own, and its type lets it share a workflow with others under load. */
  readonly coalesce?: boolean | undefined;
  /** Of the subject, when the event's turn comes. */
  readonly expectedVersion?: number | undefined;
}

/**
 * `accepted` and `ended` both mean that the event is durable. A subject's event has always ended; any other is waited for,
 * if at all. `event`: with the id that it is known by from now on. `stale`: its subject has another version than was expected; `full`: too many wait for its subject.
 */
export type Submission =
  /** `runsHere`: this process was given its first task. `joined`: nothing began, there is a run of this id, and this is how it stands. */
  | { readonly kind: 'accepted'; readonly event: AcceptedEvent; readonly runsHere?: boolean; readonly joined?: JoinedRun | undefined }
  | {
      readonly kind: 'ended';
      readonly event: AcceptedEvent;
      readonly resource: EventResource | CompactedEvent;
      readonly joined?: JoinedRun | undefined;
    }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'stale'; readonly version: number }
  | { readonly kind: 'full' };

/** The earlier run that a repeated event came to. */
export type JoinedRun = Pick<EventResource, 'status' | 'run'>;

/** All that is known of a subject's event that is not among its last 50. */
export interface CompactedEvent extends CompactedOutcome {
  readonly id: string;
  readonly compacted: true;
}

export interface EventFilter extends PageRequest {
  readonly tenant: string;
  readonly type?: string | undefined;
  readonly status?: EventStatus | undefined;
  readonly tier?: Tier | undefined;
  /** The text that it carries, of events that no subject keeps. */
  readonly subject?: string | undefined;
  /** Lists this subject's last events, and no others. */
  readonly ofSubject?: SubjectName | undefined;
  readonly sinceMs?: number | undefined;
}

export type Cancellation = 'cancelling' | 'not_found' | 'already_ended' | 'not_cancellable';

/** `nothing_sent`: it hasn't ended, or asked for no callback. */
export type Redelivery = 'redelivering' | 'not_found' | 'nothing_sent';

export interface Health {
  readonly engine: { readonly address: string; readonly namespace: string; readonly version: string; readonly ui: string | null };
  readonly worker: { readonly queues: readonly string[] };
}

/**
 * What the HTTP layer needs of whatever keeps and runs events. Each may throw EngineUnavailableError; the caller then
 * doesn't know the outcome.
 */
export interface EventService {
  /** Resolves when the event is durable. The same id joins the first run if the fingerprint is the same. */
  submit(event: AcceptedEvent, options: SubmitOptions): Promise<Submission>;
  /** Told what this process sees of an event's run, before the engine shows it, until the function it gives is called. */
  listen(key: EventKey, tell: (resource: EventResource) => void): () => void;
  get(key: EventKey): Promise<EventResource | null>;
  /** What its run was given, its callback's headers included; null for items of batches. */
  accepted(key: EventKey): Promise<AcceptedEvent | null>;
  /** What is known of a subject's event that isn't among its last 50; null for any other. */
  compacted(key: EventKey): Promise<CompactedEvent | null>;
  /** A consistent snapshot; null when no event of the subject has been recorded. */
  subject(key: SubjectKey): Promise<SubjectSnapshot | null>;
  subjectVersions: SubjectEvents['versions'];
  subjects: SubjectEvents['names'];
  /** Newest first; of a subject the last 50. @throws InvalidCursorError */
  list(filter: EventFilter): Promise<Page<EventSummary>>;
  cancel(key: EventKey): Promise<Cancellation>;
  /** Every attempt to deliver its terminal message, in order; null when there is no such event. */
  deliveries(key: EventKey): Promise<readonly CallbackAttempt[] | null>;
  /** Sends its terminal message again, now and with the same `webhook-id`. */
  redeliver(key: EventKey): Promise<Redelivery>;
  /** What an event waits for, or does; null when there is none. */
  why(key: EventKey): Promise<Why | null>;
  /** @throws EngineUnavailableError when events can't be accepted just now */
  health(): Promise<Health>;
  /** Queues that nobody takes from, with a sentence each: what stands there waits until somebody does. */
  lackingWorkers(): Promise<readonly { readonly queue: string; readonly summary: string }[]>;
}

export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
}

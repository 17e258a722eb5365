import type { AcceptedEvent } from './accepted-event.ts';
import { initialCallback } from './callback-record.ts';
import type { CallbackOutcome, CallbackRecord } from './callback-record.ts';
import type { BatchResource } from './batch-resource.ts';
import type { CallbackAttempt, CallbackEnvelope, CallbackRequest, VerdictEnvelope } from './delivery.ts';
import { ownerId } from './event-id.ts';
import type { EventResource } from './event-resource.ts';

/** Whose callback it is, and where it goes. */
export interface CallbackTarget {
  readonly kind: 'event' | 'batch' | 'alert';
  readonly tenant: string;
  /** The workflow id of what has ended: its delivery is named after it, and its `webhook-id` made from it. */
  readonly owner: string;
  readonly run: number;
  readonly callback: CallbackRequest;
}

/** The event as its callback shows it; what is too large to be sent is left out, and named in `omitted`. */
export type CallbackResource = Omit<EventResource, 'data' | 'timeline'> & { readonly data?: unknown; readonly omitted?: readonly string[] };

/** A callback to be sent. */
export interface CallbackMessage {
  readonly target: CallbackTarget;
  readonly message: VerdictEnvelope;
  /** Attempts made before this one that count. */
  readonly attemptsMade: number;
  readonly reason?: CallbackAttempt['reason'];
  /**
   * What is known of its destination, so that nobody is asked: that it is well, or its breaker open, as for rides, or that it may be
   * in trouble, as for what was woken or asked for by hand; then it is sent, and a success is reported too.
   */
  readonly destination?: 'well' | 'troubled' | 'open';
}

/** A progress message; `number` is higher than that of those before. */
export interface ProgressMessage extends Pick<CallbackMessage, 'target'> {
  readonly message: CallbackEnvelope;
  readonly number: number;
}

/** A ride that has an outcome. */
export interface RideOutcome extends CallbackOutcome {
  readonly kind: 'sent';
  /** Its delivery begins with a wait, and the process has started it. */
  readonly isStarted?: boolean;
  /** When that wait is over, if its end is known (ISO 8601, UTC). */
  readonly nextAttemptAt?: string;
}

/**
 * What became of it. `declined`: nothing was sent, its delivery is to; `handed_over`: it is under way in the process that is
 * `sender`, which its delivery asks for the outcome. Stored in histories.
 */
export type Ride = { readonly kind: 'declined' } | { readonly kind: 'handed_over'; readonly sender: string } | RideOutcome;

export const DECLINED: Ride = { kind: 'declined' };

/** A terminal message, and what is known of its callback, as an event's run has left them. */
export interface RecordedMessage {
  readonly message: VerdictEnvelope;
  readonly callback: CallbackRecord;
  /** That it isn't sent, where it is due and its destination is parked. */
  readonly parked?: CallbackOutcome;
}

/** Where an event's terminal message goes. */
export function eventTarget(event: AcceptedEvent, callback: CallbackRequest): CallbackTarget {
  return { kind: 'event', tenant: event.tenant, owner: ownerId(event), run: event.run, callback };
}

/** An event's terminal message. */
export function eventMessage(resource: CallbackResource): VerdictEnvelope<CallbackResource> {
  return verdictMessage('event', resource);
}

/** A batch's terminal message. */
export function batchMessage(resource: BatchResource): VerdictEnvelope<BatchResource> {
  return verdictMessage('batch', resource);
}

type Ended = Pick<EventResource, 'acceptedAt' | 'completedAt'> & { readonly status: string };

function verdictMessage<Resource extends Ended>(kind: CallbackTarget['kind'], data: Resource): VerdictEnvelope<Resource> {
  const endedAt = data.completedAt ?? data.acceptedAt;
  return { type: `${kind}.${data.status}`, timestamp: endedAt, recordedAt: endedAt, data };
}

/** Byte for byte what would have been sent before the verdict was recorded: nothing was known of the callback then. */
export function recordedMessage(resource: EventResource): RecordedMessage {
  const { callback } = resource;
  return { message: eventMessage(toCallbackResource({ ...resource, callback: initialCallback(callback.url) })), callback };
}

// A body of more bytes would go out without its data anyway, and no text has fewer bytes than characters.
const MAX_DATA_CHARACTERS = 256 * 1024;

/**
 * As a callback shows it: without what only who asks for the event alone is told, and without data that has no room in a workflow of its own, whose
 * input the engine refuses above 2 MiB.
 */
export function toCallbackResource({ timeline: _alone, ...resource }: EventResource): CallbackResource {
  if (JSON.stringify(resource.data).length <= MAX_DATA_CHARACTERS) return resource;
  const { data: _large, ...rest } = resource;
  return { ...rest, omitted: ['data'] };
}

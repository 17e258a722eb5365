import type { AcceptedEvent } from './accepted-event.ts';

/** One line of a batch: an event, or what was wrong with it. Stored in pages. */
export type BatchItem =
  | { readonly kind: 'event'; readonly event: AcceptedEvent }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

export interface Rejection {
  /** As far as it was readable. */
  readonly type: string | null;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  readonly atMs: number;
  /** What is known of it as an event, where its failure is called back. */
  readonly event?: AcceptedEvent;
}

/** What is known of an item that is to be called back; null where it isn't. */
export function calledBack(item: BatchItem): AcceptedEvent | null {
  const event = item.kind === 'event' ? item.event : item.rejection.event;
  return event?.callback ? event : null;
}

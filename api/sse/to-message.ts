import { createHash } from 'node:crypto';
import type { Message } from './message.ts';

/** How a kind of resource is shown to those who watch it. */
export interface WatchView<Resource> {
  readonly isEnded: (resource: Resource) => boolean;
  /** What a `progress` event says. States in which it is the same are one state. */
  readonly progressOf: (resource: Resource) => unknown;
}

/** A `progress` message, or the last one: named like the final status, with the whole resource. */
export function toMessage<Resource extends { readonly status: string }>(resource: Resource, view: WatchView<Resource>): Message {
  const progress = JSON.stringify(view.progressOf(resource));
  const id = createHash('sha256').update(progress).digest('base64url').slice(0, 16);
  return view.isEnded(resource)
    ? { id, event: resource.status, data: JSON.stringify(resource), last: true }
    : { id, event: 'progress', data: progress, last: false };
}

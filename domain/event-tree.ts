import type { EventStatus } from './event-resource.ts';

/** An event among those that it has caused. */
export interface EventTreeNode {
  readonly id: string;
  /** Null where nothing tells it any more. */
  readonly type: string | null;
  /**
   * `unknown` of an event that is not there: it has yet to be started, a moment after its cause has emitted it; or it is gone, by RETENTION or
   * since its subject has had a thousand others.
   */
  readonly status: EventStatus | 'unknown';
  readonly causedBy: string | null;
  /** In the order in which they were emitted. */
  readonly children: readonly EventTreeNode[];
}

/** All that has followed from one event. */
export interface EventTree {
  /** The event that no other has caused, or the last that is known of on the way to it. */
  readonly root: EventTreeNode;
  /** Whether there are more than are shown; those nearest to the root are shown. */
  readonly truncated: boolean;
}

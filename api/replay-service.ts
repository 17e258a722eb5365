import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { EventRun } from '../domain/event-run.ts';
import type { EventKey, JoinedRun } from './event-service.ts';

/** An event's newest run, for whoever would begin the next one. */
export type LastRun =
  /** It has a workflow of its own, or shares one; `runId` is the engine's id of that workflow's run. */
  | { readonly kind: 'run'; readonly run: EventRun; readonly runId: string }
  /** What keeps it begins no other run of it, or does so by itself. */
  | { readonly kind: 'kept'; readonly by: 'subject' | 'batch' };

/** `not_replayable`: another replay has begun the next run meanwhile. Both others mean that the run is durable. */
export type Replay =
  /** `joined`: the same was asked for a moment before, and this is how that run stands. */
  | { readonly kind: 'accepted'; readonly event: AcceptedEvent; readonly joined?: JoinedRun }
  | { readonly kind: 'ended'; readonly event: AcceptedEvent; readonly resource: EventResource }
  | { readonly kind: 'not_replayable' };

/** What the HTTP layer needs to begin another run of an event. Each may throw EngineUnavailableError. */
export interface ReplayService {
  /** Null when there is no such event. */
  lastRun(key: EventKey): Promise<LastRun | null>;
  /**
   * Begins a run that `replayOf` has made. Of several that are made from the same run it begins one.
   * @param waitMs how long to wait for its end; 0 not to
   */
  replay(next: EventRun, waitMs: number): Promise<Replay>;
  /** Waits for the end of the newest run; how it stands when that is over. Null when there is no such event. */
  whenEnded(key: EventKey, waitMs: number): Promise<EventResource | null>;
}

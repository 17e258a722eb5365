import type { EventResource } from '../../domain/event-resource.ts';
import { hasEnded } from '../../domain/event-resource.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { isEnded } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { monotonicMs } from '../../runtime/monotonic.ts';
import type { EventKey } from '../event-service.ts';
import type { EventStore } from '../event-store.ts';
import type { LiveRuns } from '../live-runs.ts';
import type { ReplayService } from '../replay-service.ts';
import type { StartChunkOptions } from './start-chunk.ts';
import type { UnlessStopped } from '../stop-waits.ts';
import { startReplay } from './start-replay.ts';
import { waitForEnd } from './wait-for-end.ts';

export interface ReplayServiceOptions extends Pick<StartChunkOptions, 'client' | 'gate' | 'inFlight'> {
  readonly liveRuns: LiveRuns;
  readonly store: Pick<EventStore, 'read' | 'accepted' | 'lastRun'>;
  readonly unlessStopped: UnlessStopped;
  readonly toShown: (resource: EventResource) => EventResource;
}

// A callback's first attempt may hold the record up.
const RECORDED_WITHIN_MS = 2_000;
const LOOK_AGAIN_MS = 50;

/** Replays by Temporal. */
export function createReplayService(options: ReplayServiceOptions): ReplayService {
  const { client, liveRuns, store, unlessStopped, toShown } = options;

  /** An end is shown, and told to the callback, a few milliseconds before it is on record: who replays it then needn't ask again. */
  function isShownAsEnded({ event }: EventRun): boolean {
    const live = liveRuns.find(eventWorkflowId(event));
    return live !== undefined && live.run.event.run === event.run && isEnded(live.run.phase);
  }

  /** The run that is the newest as this is called, if it ends in time. */
  async function waitFor(key: EventKey, waitMs: number): Promise<EventResource | null> {
    const resource = await store.read(key);
    if (resource === null || hasEnded(resource) || waitMs === 0) return resource;
    const event = await store.accepted(key);
    if (event === null) return resource;
    const { id: workflowId, runId } = resource.workflow;
    const live = liveRuns.whenEnded(eventWorkflowId(event), waitMs, runId);
    try {
      const started = { event, workflowId, runId };
      const wait = waitForEnd({ client, started, live: live.ended, runsHere: false, waitMs, read: () => store.read(key) });
      return (await unlessStopped(wait)) ?? resource;
    } finally {
      live.stop();
    }
  }

  return {
    async lastRun(key) {
      const deadlineMs = monotonicMs() + RECORDED_WITHIN_MS;
      for (;;) {
        const last = await store.lastRun(key);
        if (last?.kind !== 'run' || isEnded(last.run.phase) || !isShownAsEnded(last.run) || monotonicMs() > deadlineMs) return last;
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    },

    async replay(next, waitMs) {
      const { event } = next;
      const { replay: mark } = event;
      if (mark === undefined) throw new Error(`the run ${event.run} of "${event.id}" is no replay`);
      const started = await startReplay(next, mark, options);
      if (started.kind !== 'started') return started;
      const resource = waitMs > 0 || !started.isOurs ? await waitFor(event, waitMs) : null;
      if (waitMs > 0 && resource !== null && hasEnded(resource)) return { kind: 'ended', event, resource: toShown(resource) };
      if (started.isOurs) return { kind: 'accepted', event };
      return { kind: 'accepted', event, joined: resource ?? { status: 'accepted', run: event.run } };
    },

    async whenEnded(key, waitMs) {
      const resource = await waitFor(key, waitMs);
      return resource && toShown(resource);
    },
  };
}

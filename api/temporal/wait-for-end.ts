import { monotonicMs } from '../../runtime/monotonic.ts';
import type { Client } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { hasEnded } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { within } from '../../runtime/within.ts';
import { liveResource } from '../live-runs.ts';
import type { LiveRun } from '../live-runs.ts';
import { readEngine, isUnavailable } from '../../temporal/engine-call.ts';
import type { StartedEvent } from './start-chunk.ts';

export interface WaitForEndOptions {
  readonly client: Client;
  readonly started: Pick<StartedEvent, 'event' | 'workflowId' | 'runId'>;
  /** The ended run as this process saw it; null when it saw none in time. */
  readonly live: Promise<LiveRun | null>;
  /** This process was given the event's first task. */
  readonly runsHere: boolean;
  readonly waitMs: number;
  readonly read: () => Promise<EventResource | null>;
}

// An event that runs here is nearly always over before this; a long poll each would be the engine's largest load.
const POLL_AFTER_MS = 100;

/** Waits for the end of an event's stages: by what this process sees, and by asking the engine. Null at the deadline. */
export async function waitForEnd(options: WaitForEndOptions): Promise<EventResource | null> {
  const { client, live, runsHere, waitMs, read } = options;
  const { event, workflowId, runId } = options.started;
  const deadlineMs = monotonicMs() + waitMs;
  if (event.plan.respondAfterRecord) return recorded();

  const seen = live.then((ended) => (ended === null ? null : liveResource(ended)));
  if (!runsHere) return firstOf(seen, recorded());
  return firstOf(
    seen,
    within(seen, POLL_AFTER_MS).then((done) => done ?? recorded()),
  );

  async function recorded(): Promise<EventResource | null> {
    let resource = await afterEnd(workflowId, runId);
    // In company it may have left the workflow that it came with for one of its own.
    if (resource !== null && !hasEnded(resource) && resource.workflow.id !== workflowId)
      resource = await afterEnd(resource.workflow.id, '');
    return resource !== null && hasEnded(resource) ? resource : null;
  }

  async function afterEnd(id: string, ofRun: string): Promise<EventResource | null> {
    try {
      await readEngine(client, deadlineMs - monotonicMs(), () => client.workflow.getHandle(id, ofRun || undefined).result());
    } catch (error) {
      if (isUnavailable(error)) return null;
      if (!(error instanceof WorkflowFailedError)) throw error;
    }
    return read();
  }
}

/** The first of the two that isn't null. */
async function firstOf<T>(one: Promise<T | null>, other: Promise<T | null>): Promise<T | null> {
  const first = await Promise.race([one, other]);
  if (first !== null) return first;
  const [a, b] = await Promise.all([one, other]);
  return a ?? b;
}

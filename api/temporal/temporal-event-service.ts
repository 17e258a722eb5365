import type { Client } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { withoutExcerpts } from '../../domain/callback-record.ts';
import { eventWorkflowId, isEventId, parseItemId } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { BatchService, ItemKey } from '../batch-service.ts';
import { isSettled, liveResource } from '../live-runs.ts';
import type { EventKey, EventService, SubmitOptions, Submission } from '../event-service.ts';
import type { LiveRuns } from '../live-runs.ts';
import { createSubjectEvents, subjectOf } from '../subject-events.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { cancelEvent } from './cancel-event.ts';
import { callEngine } from './engine-call.ts';
import { explainEvent } from './explain-event.ts';
import { listEvents, READS_AT_ONCE } from './list-events.ts';
import { readAccepted, readEvent, withDelivery } from './read-event.ts';
import { redeliverCallback } from './redeliver-callback.ts';
import { createTemporalSubjects } from './temporal-subjects.ts';
import { startEvent } from './start-event.ts';
import { waitForEnd } from './wait-for-end.ts';

export interface TemporalEventServiceOptions {
  readonly client: Client;
  readonly liveRuns: LiveRuns;
  readonly address: string;
  /** Without a slash at its end; null where there is no UI. */
  readonly uiUrl: string | null;
  readonly queues: readonly string[];
  readonly items: Pick<BatchService, 'item' | 'cancelItem' | 'whyItem'>;
  /** Aborts when waits are to end with what they have. */
  readonly stopping: AbortSignal;
  /** Told of each light event that the engine didn't hand back to this process at once. */
  readonly onEagerMiss: () => void;
  /** Light events that this process is running. */
  readonly inFlight: () => number;
}

const HEALTH_TIMEOUT_MS = 1_000;

/** Events kept and run by Temporal. */
export function createTemporalEventService(options: TemporalEventServiceOptions): EventService {
  const { client, liveRuns, uiUrl, onEagerMiss, inFlight } = options;
  const { namespace } = client.options;

  // One promise for all, never settled before the stop, would keep every wait that was ever raced against it.
  const waits = new Set<(none: null) => void>();
  const endWaits = (): void => {
    for (const end of waits) end(null);
  };
  options.stopping.addEventListener('abort', endWaits, { once: true });

  /** What the wait comes to, or null, as of one that ran out, when the process is told to stop. */
  async function unlessStopped<T>(wait: Promise<T | null>): Promise<T | null> {
    let end = (_none: null): void => undefined;
    const stopped = new Promise<null>((resolve) => {
      end = resolve;
    });
    waits.add(end);
    if (options.stopping.aborted) endWaits();
    return Promise.race([wait, stopped]).finally(() => waits.delete(end));
  }

  async function readItem({ tenant, id }: EventKey): Promise<EventResource | null> {
    const key = itemKeyOf({ tenant, id });
    return key && options.items.item(key);
  }

  const subjects = createSubjectEvents(createTemporalSubjects(client));

  /** One of a subject, as long as it is kept in full; else an event of its own, or the item that the id stands for. */
  async function read(key: EventKey): Promise<EventResource | null> {
    if (subjectOf(key) !== null) {
      const resource = await subjects.get(key);
      return resource === null ? null : withDelivery(client, resource);
    }
    const event = isEventId(key.id) ? await readEvent(client, liveRuns, { workflowId: eventWorkflowId(key) }) : null;
    return event ?? readItem(key);
  }

  async function get(key: EventKey): Promise<EventResource | null> {
    const resource = await read(key);
    return resource === null ? null : toShown(resource);
  }

  function toShown(resource: EventResource): EventResource {
    const { id, runId } = resource.workflow;
    const url = uiUrl === null ? null : `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(id)}/${runId}`;
    return { ...resource, callback: withoutExcerpts(resource.callback), workflow: { id, runId, url } };
  }

  return {
    get,

    accepted: async ({ tenant, id }) => (isEventId(id) ? readAccepted(client, { workflowId: eventWorkflowId({ tenant, id }) }) : null),

    compacted: subjects.compacted,

    subject: subjects.snapshot,

    async submit(event: AcceptedEvent, options: SubmitOptions): Promise<Submission> {
      const { fingerprint, waitMs } = options;
      const { subjectType } = event.plan;
      if (subjectType !== undefined) {
        const submission = await subjects.submit(event, subjectType, options);
        if (submission.kind !== 'ended' || 'compacted' in submission.resource) return submission;
        return { kind: 'ended', resource: toShown(submission.resource) };
      }
      const workflowId = eventWorkflowId(event);
      // Listening begins before the start: a light event may be over before the engine has answered it.
      const live = waitMs > 0 ? liveRuns.whenEnded(workflowId, waitMs) : null;
      try {
        const started = await startEvent(client, event, { fingerprint, inFlight: inFlight() });
        if (started.kind === 'conflict') return started;
        const runsHere = started.kind === 'started' && started.eagerly;
        if (started.kind === 'started' && event.plan.weight === 'light' && !runsHere) onEagerMiss();
        if (live === null) return { kind: 'accepted' };
        const { runId } = started;
        const wait = waitForEnd({ client, event, runId, live: live.ended, runsHere, waitMs, read: () => read(event) });
        const resource = await unlessStopped(wait);
        return resource === null ? { kind: 'accepted' } : { kind: 'ended', resource: toShown(resource) };
      } finally {
        live?.stop();
      }
    },

    listen({ tenant, id }, tell) {
      return liveRuns.listen(eventWorkflowId({ tenant, id }), (live) => {
        if (isSettled(live)) tell(toShown(liveResource(live)));
      });
    },

    async list(filter) {
      const ofSubject = await subjects.list(filter);
      if (ofSubject === null) {
        const page = await listEvents(client, liveRuns, filter);
        return { ...page, items: page.items.map(toShown) };
      }
      const items = await mapAtMost(ofSubject.items, READS_AT_ONCE, (resource) => withDelivery(client, resource));
      return { ...ofSubject, items: items.map(toShown) };
    },

    async cancel({ tenant, id }) {
      if (subjectOf({ tenant, id }) !== null) {
        if (subjects.why({ tenant, id }) !== null) return 'not_cancellable';
        const ended = (await subjects.get({ tenant, id })) ?? (await subjects.compacted({ tenant, id }));
        return ended === null ? 'not_found' : 'already_ended';
      }
      const cancellation = isEventId(id) ? await cancelEvent(client, eventWorkflowId({ tenant, id })) : 'not_found';
      if (cancellation !== 'not_found') return cancellation;
      const key = itemKeyOf({ tenant, id });
      const item = key && (await options.items.item(key));
      if (key === null || item === null) return 'not_found';
      if (item.completedAt !== null) return 'already_ended';
      if (item.status !== 'accepted') return cancelEvent(client, item.workflow.id);
      // What has not been started is its batch's to cancel.
      const steering = await options.items.cancelItem(key);
      return steering === 'done' ? 'cancelling' : steering;
    },

    async deliveries(key) {
      return (await read(key))?.callback.attempts ?? null;
    },

    redeliver: async (key) => redeliverCallback(client, () => read(key)),

    async why(key) {
      const waiting = subjects.why(key);
      if (waiting !== null) return waiting;
      const resource = await read(key);
      const item = resource?.status === 'accepted' && resource.batchId !== null ? itemKeyOf(key) : null;
      const pending = item && (await options.items.whyItem(item));
      return pending ?? (resource && explainEvent(client, resource));
    },

    async health() {
      const { serverVersion } = await callEngine(client, HEALTH_TIMEOUT_MS, () => client.workflowService.getSystemInfo({}));
      return {
        engine: { address: options.address, namespace, version: serverVersion, ui: uiUrl },
        worker: { queues: options.queues },
      };
    },
  };
}

/** The item that an id may stand for. */
function itemKeyOf({ tenant, id }: EventKey): ItemKey | null {
  const item = parseItemId(id);
  return item && { tenant, id: item.batchId, index: item.index };
}

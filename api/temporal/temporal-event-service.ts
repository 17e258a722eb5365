import type { Client } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { RunAhead } from '../../domain/activities.ts';
import { withoutExcerpts } from '../../domain/callback-record.ts';
import type { MemberPlace } from '../../domain/event-id.ts';
import { eventWorkflowId, isEventId, parseItemId, parseMemberId } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { BatchService, ItemKey } from '../batch-service.ts';
import { liveResource } from '../live-runs.ts';
import type { Cancellation, EventKey, EventService, SubmitOptions, Submission } from '../event-service.ts';
import { watchLoop } from '../../runtime/watch-loop.ts';
import { createGroupCommit } from '../group-commit.ts';
import { groupKey } from '../../domain/group.ts';
import { boundJson } from '../../domain/json-bound.ts';
import type { LiveRuns } from '../live-runs.ts';
import { createSubjectEvents, subjectOf } from '../subject-events.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { cancelEvent } from './cancel-event.ts';
import { callEngine } from './engine-call.ts';
import { explainEvent } from './explain-event.ts';
import { listEvents, READS_AT_ONCE } from './list-events.ts';
import { readAccepted, readEvent, withDelivery } from './read-event.ts';
import { readGroup, readMember } from './read-group.ts';
import { redeliverCallback } from './redeliver-callback.ts';
import { createTemporalSubjects } from './temporal-subjects.ts';
import { startEvent, startGroup } from './start-event.ts';
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
  /** Posts of callbacks that are under way in this process. */
  readonly callbacksUnderWay: () => number;
  readonly runAhead: RunAhead;
}

const HEALTH_TIMEOUT_MS = 1_000;
const SEEN_WITHIN_MS = 1_000;
// With so few left, those of the next group are sent without standing in line for long.
const MAX_OPEN_CALLBACKS = 32;

/** Events kept and run by Temporal. */
export function createTemporalEventService(options: TemporalEventServiceOptions): EventService {
  const { client, liveRuns, uiUrl, onEagerMiss, inFlight, runAhead } = options;
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

  const start = (event: AcceptedEvent, fingerprint: string | null) =>
    startEvent(client, event, { fingerprint, inFlight: inFlight(), runAhead });
  const share = createGroupCommit<AcceptedEvent, Awaited<ReturnType<typeof start>>>({
    commit: async ([first, ...others]) => {
      if (first === undefined) return { placed: [], done: Promise.resolve() };
      const placed =
        others.length === 0 ? [await start(first, null)] : await startGroup(client, first, others, { inFlight: inFlight(), runAhead });
      return { placed, done: stagesEnded(placed.at(-1)) };
    },
    keyOf: groupKey,
    bytesOf: boundJson,
    isBehind: () => options.callbacksUnderWay() > MAX_OPEN_CALLBACKS,
    watchLoop,
    now: Date.now,
  });

  /** As far as this process sees, or not for long. */
  async function stagesEnded(started: Awaited<ReturnType<typeof start>> | undefined): Promise<void> {
    if (started?.kind === 'started' && started.eagerly) await liveRuns.whenEnded(eventWorkflowId(started.event), SEEN_WITHIN_MS).ended;
  }

  const subjects = createSubjectEvents(createTemporalSubjects(client));

  const groupOf = (tenant: string, { groupId }: MemberPlace) => readGroup(client, { workflowId: eventWorkflowId({ tenant, id: groupId }) });

  async function accepted({ tenant, id }: EventKey): Promise<AcceptedEvent | null> {
    if (subjectOf({ tenant, id }) !== null) return subjects.accepted({ tenant, id });
    const place = parseMemberId(id);
    if (place !== null) return (await groupOf(tenant, place))?.members[place.index]?.run.event ?? null;
    return isEventId(id) ? readAccepted(client, { workflowId: eventWorkflowId({ tenant, id }) }) : null;
  }

  /** One of a subject, as long as it is kept in full; else an event of its own, or the item that the id stands for. */
  async function read(key: EventKey): Promise<EventResource | null> {
    if (subjectOf(key) !== null) {
      const resource = await subjects.get(key);
      return resource === null ? null : withDelivery(client, resource);
    }
    const place = parseMemberId(key.id);
    if (place !== null) {
      const group = await groupOf(key.tenant, place);
      return group && readMember(client, liveRuns, group, place.index);
    }
    const event = isEventId(key.id) ? await readEvent(client, liveRuns, { workflowId: eventWorkflowId(key) }) : null;
    return event ?? readItem(key);
  }

  async function get(key: EventKey): Promise<EventResource | null> {
    const resource = await read(key);
    return resource === null ? null : toShown(resource);
  }

  /** One that has left its group can be cancelled as any other. */
  async function cancelMember(key: EventKey): Promise<Cancellation> {
    const resource = await read(key);
    if (resource === null) return 'not_found';
    if (resource.completedAt !== null) return 'already_ended';
    const workflowId = eventWorkflowId(key);
    return resource.workflow.id === workflowId ? cancelEvent(client, liveRuns, workflowId) : 'not_cancellable';
  }

  function toShown(resource: EventResource): EventResource {
    const { id, runId } = resource.workflow;
    const url = uiUrl === null ? null : `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(id)}/${runId}`;
    return { ...resource, callback: withoutExcerpts(resource.callback), workflow: { id, runId, url } };
  }

  return {
    get,

    accepted,

    compacted: subjects.compacted,

    subject: subjects.snapshot,

    async submit(event: AcceptedEvent, options: SubmitOptions): Promise<Submission> {
      const { fingerprint, waitMs } = options;
      const { subjectType } = event.plan;
      if (subjectType !== undefined) {
        const submission = await subjects.submit(event, subjectType, options);
        if (submission.kind !== 'ended' || 'compacted' in submission.resource) return submission;
        return { ...submission, resource: toShown(submission.resource) };
      }
      const started = await (options.mayShare === true ? share(event) : start(event, fingerprint));
      if (started.kind === 'conflict') return started;
      const runsHere = started.kind === 'started' && started.eagerly;
      if (started.kind === 'started' && event.plan.weight === 'light' && !runsHere) onEagerMiss();
      if (waitMs === 0) return { kind: 'accepted', event: started.event, runsHere };
      // It may be over by now: this process remembers the last it saw.
      const live = liveRuns.whenEnded(eventWorkflowId(started.event), waitMs);
      try {
        const wait = waitForEnd({ client, started, live: live.ended, runsHere, waitMs, read: () => read(started.event) });
        const resource = await unlessStopped(wait);
        if (resource === null) return { kind: 'accepted', event: started.event, runsHere };
        return { kind: 'ended', event: started.event, resource: toShown(resource) };
      } finally {
        live.stop();
      }
    },

    listen({ tenant, id }, tell) {
      return liveRuns.listen(eventWorkflowId({ tenant, id }), (live) => tell(toShown(liveResource(live))));
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
      if (parseMemberId(id) !== null) return cancelMember({ tenant, id });
      const cancellation = isEventId(id) ? await cancelEvent(client, liveRuns, eventWorkflowId({ tenant, id })) : 'not_found';
      if (cancellation !== 'not_found') return cancellation;
      const key = itemKeyOf({ tenant, id });
      const item = key && (await options.items.item(key));
      if (key === null || item === null) return 'not_found';
      if (item.completedAt !== null) return 'already_ended';
      if (item.status !== 'accepted') return cancelEvent(client, liveRuns, item.workflow.id);
      // What has not been started is its batch's to cancel.
      const steering = await options.items.cancelItem(key);
      return steering === 'done' ? 'cancelling' : steering;
    },

    async deliveries(key) {
      return (await read(key))?.callback.attempts ?? null;
    },

    redeliver: async (key) => redeliverCallback(client, { read: () => read(key), accepted: () => accepted(key) }),

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

import type { Client } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { RunAhead } from '../../temporal/durable/activities.ts';
import { withoutExcerpts } from '../../domain/callback-record.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { RunEnd } from '../../domain/run-end.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { toEventSummary } from '../../domain/event-summary.ts';
import { liveResource } from '../live-runs.ts';
import type { ReplayService } from '../replay-service.ts';
import type { EventService, JoinedRun, SubmitOptions, Submission } from '../event-service.ts';
import { selectsEvent } from '../selects-event.ts';
import { routeByKind } from '../event-store.ts';
import { monotonicMs } from '../../runtime/monotonic.ts';
import { watchLoop } from '../../runtime/watch-loop.ts';
import { createGroupCommit } from '../group-commit.ts';
import { chunkKey, MAX_CHUNK } from '../../domain/chunk.ts';
import { handlersOf } from '../../domain/handlers-of.ts';
import { boundJson } from '../../domain/json-bound.ts';
import type { LiveRuns } from '../live-runs.ts';
import { createStartGate } from '../start-gate.ts';
import { createUnlessStopped } from '../stop-waits.ts';
import { createSubjectEvents } from '../subject-events.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { isInline } from '../../domain/is-inline.ts';
import { isNotFound, lastWriteFailure, readEngine } from '../../temporal/engine-call.ts';
import { EngineUnavailableError } from '../../temporal/engine-unavailable-error.ts';
import { lackingWorkers } from './lacking-worker.ts';
import { createListEvents, READS_AT_ONCE } from './list-events.ts';
import { createChunkStore } from './chunk-store.ts';
import { createItemStore } from './item-store.ts';
import type { Items } from './item-store.ts';
import { isAtHandlers, readNow } from './at-handlers.ts';
import { createSubjectStore } from './subject-store.ts';
import { createReplayService } from './replay-service.ts';
import { redeliverCallback } from './redeliver-callback.ts';
import { createTemporalSubjects } from './temporal-subjects.ts';
import { startEvent, startTogether } from './start-chunk.ts';
import type { JoinedEvent, StartedEvent } from './start-chunk.ts';
import { waitForEnd } from './wait-for-end.ts';

export interface TemporalEventServiceOptions {
  readonly client: Client;
  readonly liveRuns: LiveRuns;
  readonly address: string;
  /** Without a slash at its end; null where there is no UI. */
  readonly uiUrl: string | null;
  readonly queues: readonly string[];
  readonly items: Items;
  /** Aborts when waits are to end with what they have. */
  readonly stopping: AbortSignal;
  /** Told of each light event that the engine didn't hand back to this process at once. */
  readonly onEagerMiss: () => void;
  /** Told of each subject's event that came here, as it ended. */
  readonly onSubjectEvent?: (resource: EventResource) => void;
  /** Told of the verdicts of subjects' events that came here. */
  readonly observeEnd: (end: RunEnd) => void;
  /** Light events that this process is running. */
  readonly inFlight: () => number;
  /** Posts of callbacks that are under way in this process. */
  readonly callbacksUnderWay: () => number;
  readonly runAhead: RunAhead;
  /** Takes back what was to run ahead: true where nothing of the event has begun, and it ends as cancelled. */
  readonly withdraw: (workflowId: string) => boolean;
  readonly now: () => number;
}

const HEALTH_TIMEOUT_MS = 1_000;
// No workflow has an id of this form.
const NO_WORKFLOW = '~readyz';
const SEEN_WITHIN_MS = 1_000;
// With so few left, those of the next chunk are sent without standing in line for long.
const MAX_OPEN_CALLBACKS = 32;

// As a third of what a chunk has for each of its events, whose three stages give as much as three handlers do.
const BYTES_FOR_A_HANDLER = MAX_CHUNK.bytes / MAX_CHUNK.events / 3;

/** Events kept and run by Temporal. */
export function createTemporalEventService(options: TemporalEventServiceOptions): EventService & ReplayService {
  const { client, liveRuns, uiUrl, onEagerMiss, onSubjectEvent, inFlight, runAhead, now } = options;
  const { namespace } = client.options;

  const unlessStopped = createUnlessStopped(options.stopping);

  const starting = { client, gate: createStartGate(monotonicMs), inFlight, runAhead };
  const start = (event: AcceptedEvent, fingerprint: string | null) => startEvent(event, fingerprint, starting);
  const share = createGroupCommit<AcceptedEvent, Awaited<ReturnType<typeof start>>>({
    commit: async ([first, ...others]) => {
      if (first === undefined) return { placed: [], done: Promise.resolve() };
      const placed = others.length === 0 ? [await start(first, null)] : await startTogether([first, ...others], starting);
      return { placed, done: stagesEnded(placed.at(-1)) };
    },
    keyOf: chunkKey,
    // What its handlers come to is on record with what its stages do.
    bytesOf: (event) => boundJson(event) + handlersOf(event).length * BYTES_FOR_A_HANDLER,
    isBehind: () => options.callbacksUnderWay() > MAX_OPEN_CALLBACKS,
    watchLoop,
    now: monotonicMs,
  });

  /** As far as this process sees, or not for long. */
  async function stagesEnded(started: Awaited<ReturnType<typeof start>> | undefined): Promise<void> {
    if (started?.kind === 'started' && started.eagerly) await liveRuns.whenPastStages(eventWorkflowId(started.event), SEEN_WITHIN_MS);
  }

  async function joinedRun({ kind, event }: StartedEvent | JoinedEvent): Promise<{ readonly joined?: JoinedRun }> {
    if (kind === 'started') return {};
    const resource = await read(event);
    // The engine knew of it a moment ago.
    return { joined: resource ?? { status: 'accepted', run: event.run } };
  }

  const subjects = createSubjectEvents(createTemporalSubjects(client, options.observeEnd), now);

  // An event of its own may have the id of an item, and goes first.
  const store = routeByKind([
    createSubjectStore(client, liveRuns, subjects, now),
    createChunkStore(client, liveRuns, options.withdraw, now),
    createItemStore(client, liveRuns, options.items, now),
  ]);
  const { read, accepted, cancel, why } = store;
  const listEvents = createListEvents(client, liveRuns, { inFlight, now });

  /** As requests read: of a workflow that isn't there, which the engine looks for in its database. */
  async function readNothing(): Promise<void> {
    try {
      await readEngine(client, HEALTH_TIMEOUT_MS, () =>
        client.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId: NO_WORKFLOW } }),
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Of a subject's event that is at its handlers; null where it isn't over in time. */
  async function endOfLeft(event: AcceptedEvent, waitMs: number): Promise<EventResource | null> {
    if (waitMs <= 0) return null;
    const started = { event, workflowId: eventWorkflowId(event), runId: '' };
    const live = Promise.resolve(null);
    return unlessStopped(waitForEnd({ client, started, live, runsHere: false, waitMs, read: () => read(event) }));
  }

  function toShown(resource: EventResource): EventResource {
    return withPage({ ...resource, callback: withoutExcerpts(resource.callback) });
  }

  /** With its workflow's page in the UI. */
  function withPage<Shown extends Pick<EventResource, 'workflow'>>(shown: Shown): Shown {
    const { id, runId } = shown.workflow;
    const url = uiUrl === null ? null : `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(id)}/${runId}`;
    return { ...shown, workflow: { id, runId, url } };
  }

  return {
    ...createReplayService({ ...starting, liveRuns, store, unlessStopped, toShown }),

    async get(key) {
      const resource = await read(key);
      return resource && toShown(resource);
    },

    accepted,

    cancel,

    why,

    compacted: subjects.compacted,

    subject: subjects.snapshot,
    subjectVersions: subjects.versions,
    subjects: subjects.names,

    async submit(event: AcceptedEvent, options: SubmitOptions): Promise<Submission> {
      const { fingerprint, waitMs } = options;
      const { subjectType } = event.plan;
      if (subjectType !== undefined) {
        const deadlineMs = monotonicMs() + waitMs;
        const submission = await subjects.submit(event, subjectType, options);
        if (submission.kind !== 'ended' || 'compacted' in submission.resource) return submission;
        const { resource, ...told } = submission;
        // One that has left its subject ends with a workflow of its own.
        if (!isAtHandlers(resource) && submission.joined === undefined) onSubjectEvent?.(toShown(resource));
        const ended = isAtHandlers(resource) ? await endOfLeft(event, deadlineMs - monotonicMs()) : resource;
        return ended === null ? { ...told, kind: 'accepted', runsHere: false } : { ...told, kind: 'ended', resource: toShown(ended) };
      }
      const started = await (options.coalesce === true ? share(event) : start(event, fingerprint));
      if (started.kind === 'conflict') return started;
      const runsHere = started.kind === 'started' && started.eagerly;
      if (started.kind === 'started' && isInline(event.plan) && !runsHere) onEagerMiss();
      const accepted = async (): Promise<Submission> => ({
        kind: 'accepted',
        event: started.event,
        runsHere,
        ...(await joinedRun(started)),
      });
      if (waitMs === 0) return accepted();
      // It may be over by now: this process remembers the last it saw.
      const ofRun = started.kind === 'joined' ? started.runId : undefined;
      const live = liveRuns.whenEnded(eventWorkflowId(started.event), waitMs, ofRun);
      try {
        const wait = waitForEnd({ client, started, live: live.ended, runsHere, waitMs, read: () => read(started.event) });
        const resource = await unlessStopped(wait);
        if (resource === null) return accepted();
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
        const page = await listEvents(filter);
        return { ...page, items: page.items.map(withPage) };
      }
      const items = await mapAtMost(ofSubject.items, READS_AT_ONCE, (resource) => readNow(client, liveRuns, resource));
      // Of one that is at its handlers its subject doesn't know how it stands.
      return { ...ofSubject, items: items.filter((item) => selectsEvent(item, filter)).map((item) => withPage(toEventSummary(item))) };
    },

    async deliveries(key) {
      return (await read(key))?.callback.attempts ?? null;
    },

    redeliver: async (key) => redeliverCallback(client, { read: () => read(key), accepted: () => accepted(key) }),

    lackingWorkers: () => lackingWorkers(client),

    async health() {
      const [{ serverVersion }] = await Promise.all([
        readEngine(client, HEALTH_TIMEOUT_MS, () => client.workflowService.getSystemInfo({})),
        readNothing(),
      ]);
      const failure = lastWriteFailure(client);
      if (failure !== null) throw new EngineUnavailableError(`the engine could not write: ${failure}`);
      return {
        engine: { address: options.address, namespace, version: serverVersion, ui: uiUrl },
        worker: { queues: options.queues },
      };
    },
  };
}

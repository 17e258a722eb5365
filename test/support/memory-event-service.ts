import type { ReplayService } from '../../api/replay-service.ts';
import type { EventFilter, EventService } from '../../api/event-service.ts';
import { selectsEvent } from '../../api/selects-event.ts';
import { createSubjectEvents, subjectOf } from '../../api/subject-events.ts';
import { explainRun } from '../../api/explain-run.ts';
import { InvalidCursorError } from '../../api/event-service.ts';
import { EngineUnavailableError } from '../../temporal/engine-unavailable-error.ts';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { cleaningUp, cleanupOf, toCleanup } from '../../domain/cleanup.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import type { Catalog } from '../../domain/catalog.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { toEventResource } from '../../domain/event-resource.ts';
import { toEventSummary } from '../../domain/event-summary.ts';
import type { EventRun } from '../../domain/event-run.ts';
import * as runs from '../../domain/event-run.ts';
import { emittedBy, recordOutcome } from '../../domain/run-outcome.ts';
import type { Advance } from '../../handlers/advance.ts';
import type { Port } from '../../handlers/advance-port.ts';
import { Stopped } from '../../handlers/stopped.ts';
import { callHandlers } from '../../testing/call-handlers.ts';
import { createClonedAdvance } from './cloned-advance.ts';
import { createMemorySubjects } from './memory-subjects.ts';
import type { Page } from '../../api/page.ts';

export interface MemoryEventService extends EventService, ReplayService {
  /** While it is away every call throws EngineUnavailableError; what has been accepted goes on. */
  setAway(away: boolean): void;
  /** Cancels what is still under way and waits for its end. */
  stop(): Promise<void>;
}

interface Entry {
  /** In order of acceptance. */
  readonly number: number;
  readonly fingerprint: string | null;
  readonly cancellation: AbortController;
  readonly ended: Promise<void>;
  run: EventRun;
}

/** Events kept and run in this process, by the rules that the workflow follows too. It sends no callbacks. */
export function createMemoryEventService(catalog: Catalog): MemoryEventService {
  const entries = new Map<string, Entry>();
  const advance = createClonedAdvance(catalog);
  let isAway = false;

  function callEngine(): void {
    if (isAway) throw new EngineUnavailableError('the engine does not answer');
  }

  const subjects = createSubjectEvents(createMemorySubjects({ advance, callEngine, follow }), Date.now);

  /** As the activity does that starts them: what is there already stays as it is. */
  function follow(events: readonly AcceptedEvent[]): void {
    for (const event of events) {
      const { subjectType } = event.plan;
      // Its subject answers once it is processed, for which its cause doesn't wait.
      if (subjectType !== undefined) void subjects.submit(event, subjectType, { fingerprint: event.id, waitMs: 0 });
      else if (!entries.has(eventWorkflowId(event))) entries.set(eventWorkflowId(event), start(runs.acceptRun(event), null));
    }
  }

  function start(run: EventRun, fingerprint: string | null, number = entries.size + 1): Entry {
    const cancellation = new AbortController();
    const entry: Entry = {
      number,
      fingerprint,
      cancellation,
      run,
      // Not before the next turn, since the entry doesn't exist yet.
      ended: Promise.resolve().then(() => runEvent(entry, advance, follow)),
    };
    return entry;
  }

  return {
    subject: subjects.snapshot,
    subjectVersions: subjects.versions,
    subjects: subjects.names,

    compacted: subjects.compacted,

    async submit(event, options) {
      callEngine();
      const { fingerprint, waitMs } = options;
      const { subjectType } = event.plan;
      if (subjectType !== undefined) return subjects.submit(event, subjectType, options);
      const workflowId = eventWorkflowId(event);
      const known = entries.get(workflowId);
      if (known !== undefined && (fingerprint === null || known.fingerprint !== fingerprint)) return { kind: 'conflict' };
      const entry = known ?? start(runs.acceptRun(throughJson(event)), fingerprint);
      entries.set(workflowId, entry);
      if (waitMs > 0) await endedWithin(entry, waitMs);
      return waitMs > 0 && runs.isEnded(entry.run.phase)
        ? { kind: 'ended', event, resource: toResource(entry) }
        : { kind: 'accepted', event, runsHere: known === undefined, ...(known && { joined: toResource(known) }) };
    },

    async get(key) {
      callEngine();
      if (subjectOf(key) !== null) return subjects.get(key);
      const entry = entries.get(eventWorkflowId(key));
      return entry === undefined ? null : toResource(entry);
    },

    async accepted(key) {
      callEngine();
      return entries.get(eventWorkflowId(key))?.run.event ?? null;
    },

    // Nothing is seen here that a read wouldn't show.
    listen: () => () => undefined,

    async list(filter) {
      callEngine();
      const page = (await subjects.list(filter)) ?? toPage([...entries.values()], filter);
      return { ...page, items: page.items.map(toEventSummary) };
    },

    async cancel(key) {
      callEngine();
      if (subjectOf(key) !== null)
        return ((await subjects.get(key)) ?? (await subjects.compacted(key))) === null ? 'not_found' : 'already_ended';
      const entry = entries.get(eventWorkflowId(key));
      if (entry === undefined) return 'not_found';
      const refusal = runs.refusalToCancel(entry.run, Date.now());
      if (refusal !== null) return refusal;
      entry.cancellation.abort(new Stopped('cancelled'));
      return 'cancelling';
    },

    async deliveries(key) {
      callEngine();
      return entries.has(eventWorkflowId(key)) ? [] : null;
    },

    async redeliver(key) {
      callEngine();
      const entry = entries.get(eventWorkflowId(key));
      if (entry === undefined) return 'not_found';
      return runs.isEnded(entry.run.phase) && entry.run.event.callback !== null ? 'redelivering' : 'nothing_sent';
    },

    async why(key) {
      callEngine();
      const waiting = subjects.why(key);
      if (waiting !== null) return waiting;
      const ofSubject = await subjects.get(key);
      if (ofSubject !== null) return explainRun(ofSubject, null, Date.now());
      const entry = entries.get(eventWorkflowId(key));
      return entry === undefined ? null : explainRun(toResource(entry), entry.run, Date.now());
    },

    async lastRun(key) {
      callEngine();
      if (subjectOf(key) !== null) {
        return ((await subjects.get(key)) ?? (await subjects.compacted(key))) === null ? null : { kind: 'kept', by: 'subject' };
      }
      const entry = entries.get(eventWorkflowId(key));
      return entry === undefined ? null : { kind: 'run', run: entry.run, runId: runIdOf(entry) };
    },

    async replay(next, waitMs) {
      callEngine();
      const { event } = next;
      const workflowId = eventWorkflowId(event);
      const known = entries.get(workflowId);
      if (known === undefined) throw new Error(`there is no event "${event.id}" to be replayed`);
      const isOurs = runIdOf(known) === event.replay?.of;
      if (!isOurs && known.run.event.replay?.asked !== event.replay?.asked) return { kind: 'not_replayable' };
      const entry = isOurs ? start(throughJson(next), known.fingerprint, known.number) : known;
      entries.set(workflowId, entry);
      if (waitMs > 0) await endedWithin(entry, waitMs);
      if (waitMs > 0 && runs.isEnded(entry.run.phase)) return { kind: 'ended', event, resource: toResource(entry) };
      return { kind: 'accepted', event, ...(!isOurs && { joined: { status: entry.run.phase.status, run: event.run } }) };
    },

    async whenEnded(key, waitMs) {
      callEngine();
      const entry = entries.get(eventWorkflowId(key));
      if (entry !== undefined && waitMs > 0) await endedWithin(entry, waitMs);
      return entry === undefined ? null : toResource(entry);
    },

    lackingWorkers: async () => [],

    async health() {
      callEngine();
      return { engine: { address: 'memory', namespace: 'memory', version: '0', ui: null }, worker: { queues: ['memory'] } };
    },

    setAway: (away) => {
      isAway = away;
    },

    stop: async () => {
      const all = [...entries.values()];
      for (const { cancellation } of all) cancellation.abort(new Stopped('cancelled'));
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

type Follow = (events: readonly AcceptedEvent[]) => void;

async function runEvent(entry: Entry, advance: Advance, follow: Follow): Promise<void> {
  const { signal } = entry.cancellation;
  try {
    await advanceToEnd(entry, advance, follow);
  } catch (error) {
    if (!signal.aborted) throw error;
    const cleanup = cleanupOf(entry.run);
    if (cleanup !== null) {
      entry.run = cleaningUp(entry.run);
      const [one] = (await advance({ ...ALONE, runs: [cleanup] }, { signal: new AbortController().signal, tell: () => undefined })).runs;
      if (one?.kind === 'advanced') entry.run = { ...entry.run, cleanup: toCleanup(recordOutcome(cleanup, throughJson(one.outcome))) };
    }
    entry.run = runs.endRun(entry.run, { status: 'cancelled', endedAtMs: Date.now() });
  }
}

async function advanceToEnd(entry: Entry, advance: Advance, follow: Follow): Promise<void> {
  const { event } = entry.run;
  const { signal } = entry.cancellation;
  if (event.delayMs > 0) {
    const untilMs = event.acceptedAtMs + event.delayMs;
    entry.run = runs.wait(entry.run, null, { reason: 'delay', untilMs });
    await pause(untilMs - Date.now(), signal);
  }
  entry.run = await advanceStages(entry.run, (run) => {
    entry.run = run;
  });
  entry.run = await callHandlers(entry.run, {
    now: Date.now,
    advanceToEnd: (part) => advanceStages(part, () => undefined),
    onChange: (run) => {
      entry.run = run;
    },
  });

  async function advanceStages(given: EventRun, onChange: (run: EventRun) => void): Promise<EventRun> {
    let run = given;
    while (!runs.isPastStages(run.phase)) {
      const before = run;
      const port: Port = {
        signal,
        tell: (told) => {
          if (told.kind === 'run') run = { event: run.event, ...told.state };
          if (told.kind === 'progress') run = { ...run, progress: told.progress };
          onChange(run);
        },
      };
      const { runs: advanced } = await advance({ ...ALONE, runs: [before] }, port);
      const [one] = advanced;
      if (one?.kind === 'advanced') {
        const outcome = throughJson(one.outcome);
        run = recordOutcome(before, outcome);
        follow(emittedBy([outcome]));
      }
      onChange(run);
      const { phase } = run;
      if (phase.status === 'waiting' && phase.waiting.reason === 'retry') await pause(phase.waiting.untilMs - Date.now(), signal);
    }
    return run;
  }
}

const ALONE = {
  atOnce: 1,
  inOrder: false,
  goOn: 'until-it-waits',
  bounds: null,
  subject: null,
} as const;

function toResource({ number, run }: Entry): EventResource {
  const workflow = { id: eventWorkflowId(run.event), runId: runIdOf({ number, run }) };
  return toEventResource(run, initialCallback(run.event.callback?.url ?? null), workflow);
}

function runIdOf({ number, run }: Pick<Entry, 'number' | 'run'>): string {
  return `run-${number}.${run.event.run}`;
}

function toPage(entries: readonly Entry[], { limit, cursor, ...filter }: EventFilter): Page<EventResource> {
  const before = cursor === undefined ? Number.POSITIVE_INFINITY : fromCursor(cursor);
  const selected = entries.filter((entry) => entry.number < before && selectsEvent(toResource(entry), filter)).toReversed();
  const page = selected.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(toResource), nextCursor: last !== undefined && selected.length > limit ? toCursor(last.number) : null };
}

function toCursor(number: number): string {
  return Buffer.from(`after ${number}`).toString('base64url');
}

function fromCursor(cursor: string): number {
  const number = /^after (\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (number === undefined) throw new InvalidCursorError('the cursor is not one of ours');
  return Number(number);
}

async function endedWithin({ ended }: Entry, waitMs: number): Promise<void> {
  const deadline = new AbortController();
  await Promise.race([ended, pause(waitMs, deadline.signal)]);
  deadline.abort();
}

/** @throws the signal's reason as soon as it aborts */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', aborted);
    function done(): void {
      signal.removeEventListener('abort', aborted);
      resolve();
    }
    function aborted(): void {
      clearTimeout(timer);
      reject(signal.reason as Error);
    }
    if (signal.aborted) aborted();
  });
}

/** What the engine keeps is JSON. */
function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

import { assertResultSize } from '../../activities/result-size.ts';
import { toFailure } from '../../activities/to-failure.ts';
import { withTimeout } from '../../activities/with-timeout.ts';
import type { EventFilter, EventPage, EventService } from '../../api/event-service.ts';
import { selectsEvent } from '../../api/selects-event.ts';
import { createSubjectEvents, subjectOf } from '../../api/subject-events.ts';
import { explainRun } from '../../api/explain-run.ts';
import { EngineUnavailableError, InvalidCursorError } from '../../api/event-service.ts';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import type { Catalog } from '../../domain/catalog.ts';
import { noServices } from './handler-services.ts';
import type { HandlerContext } from '../../domain/define-event.ts';
import type { StageFailure } from '../../domain/event-error.ts';
import { eventWorkflowId } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { toEventResource } from '../../domain/event-resource.ts';
import type { EventRun } from '../../domain/event-run.ts';
import * as runs from '../../domain/event-run.ts';
import { nextAttemptDelayMs } from '../../domain/retry-policy.ts';
import type { Stage } from '../../domain/stage.ts';
import { createMemorySubjects } from './memory-subjects.ts';

export interface MemoryEventService extends EventService {
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
  let isAway = false;

  function callEngine(): void {
    if (isAway) throw new EngineUnavailableError('the engine does not answer');
  }

  const subjects = createSubjectEvents(createMemorySubjects(catalog, callEngine));

  function start(event: AcceptedEvent, fingerprint: string | null): Entry {
    const cancellation = new AbortController();
    const entry: Entry = {
      number: entries.size + 1,
      fingerprint,
      cancellation,
      run: runs.acceptRun(event),
      // Not before the next turn, since the entry doesn't exist yet.
      ended: Promise.resolve().then(() => runEvent(entry, catalog)),
    };
    return entry;
  }

  return {
    subject: subjects.snapshot,

    compacted: subjects.compacted,

    async submit(event, options) {
      callEngine();
      const { fingerprint, waitMs } = options;
      const { subjectType } = event.plan;
      if (subjectType !== undefined) return subjects.submit(event, subjectType, options);
      const workflowId = eventWorkflowId(event);
      const known = entries.get(workflowId);
      if (known !== undefined && (fingerprint === null || known.fingerprint !== fingerprint)) return { kind: 'conflict' };
      const entry = known ?? start(throughJson(event), fingerprint);
      entries.set(workflowId, entry);
      if (waitMs > 0) await endedWithin(entry, waitMs);
      return waitMs > 0 && runs.isEnded(entry.run.phase)
        ? { kind: 'ended', event, resource: toResource(entry) }
        : { kind: 'accepted', event, runsHere: known === undefined };
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
      return (await subjects.list(filter)) ?? toPage([...entries.values()], filter);
    },

    async cancel(key) {
      callEngine();
      if (subjectOf(key) !== null)
        return ((await subjects.get(key)) ?? (await subjects.compacted(key))) === null ? 'not_found' : 'already_ended';
      const entry = entries.get(eventWorkflowId(key));
      if (entry === undefined) return 'not_found';
      const refusal = runs.refusalToCancel(entry.run, Date.now());
      if (refusal !== null) return refusal;
      entry.cancellation.abort(new Cancelled());
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

    async health() {
      callEngine();
      return { engine: { address: 'memory', namespace: 'memory', version: '0', ui: null }, worker: { queues: ['memory'] } };
    },

    setAway: (away) => {
      isAway = away;
    },

    stop: async () => {
      const all = [...entries.values()];
      for (const { cancellation } of all) cancellation.abort(new Cancelled());
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

async function runEvent(entry: Entry, catalog: Catalog): Promise<void> {
  const { signal } = entry.cancellation;
  try {
    await runStages(entry, catalog);
  } catch (error) {
    if (!signal.aborted) throw error;
    entry.run = runs.endRun(entry.run, { status: 'cancelled', endedAtMs: Date.now() });
  }
}

async function runStages(entry: Entry, catalog: Catalog): Promise<void> {
  const { event } = entry.run;
  const { signal } = entry.cancellation;
  if (event.delayMs > 0) {
    const untilMs = event.acceptedAtMs + event.delayMs;
    entry.run = runs.wait(entry.run, null, { reason: 'delay', untilMs });
    await pause(untilMs - Date.now(), signal);
  }
  for (let stage = runs.nextStage(entry.run); stage !== null; stage = runs.nextStage(entry.run)) {
    const made = { failed: 0, lost: 0 };
    for (;;) {
      signal.throwIfAborted();
      const failure = await attempt(entry, catalog, stage);
      if (failure === null) break;
      made.failed += 1;
      const delayMs = nextAttemptDelayMs(event.plan.retry, made, failure);
      if (delayMs === null) {
        entry.run = runs.endRun(entry.run, { status: 'failed', endedAtMs: Date.now(), error: failure.error });
        return;
      }
      entry.run = runs.wait(entry.run, stage, { reason: 'retry', untilMs: Date.now() + delayMs, lastError: failure.error });
      await pause(delayMs, signal);
    }
  }
  entry.run = runs.endRun(entry.run, { status: 'completed', endedAtMs: Date.now() });
}

/** Null when the stage has its result now. */
async function attempt(entry: Entry, catalog: Catalog, stage: Stage): Promise<StageFailure | null> {
  const { event } = entry.run;
  const outer = entry.cancellation.signal;
  const startedAtMs = Date.now();
  entry.run = runs.markStarted(runs.beginAttempt(entry.run, stage), startedAtMs);
  const contextFor = (signal: AbortSignal): HandlerContext => ({
    ...noServices,
    state: null,
    attempt: entry.run.attempts[stage] ?? 1,
    idempotencyKey: `${eventWorkflowId(event)}/${event.run}/${stage}`,
    signal,
    heartbeat: (progress) => {
      entry.run = runs.reportProgress(entry.run, progress);
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  try {
    const value = await withTimeout(event.plan.timeoutsMs[stage], outer, async ({ signal }) =>
      catalog.find(event.type)?.run(stage, event, entry.run.results, contextFor(signal)),
    );
    assertResultSize(value);
    entry.run = runs.completeStage(entry.run, stage, throughJson(value ?? null));
    return null;
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    return toFailure(error, { stage, startedAtMs, endedAtMs: Date.now(), progress: null }).details?.[0] as StageFailure;
  }
}

function toResource({ number, run }: Entry): EventResource {
  const workflow = { id: eventWorkflowId(run.event), runId: `run-${number}` };
  return toEventResource(run, initialCallback(run.event.callback?.url ?? null), workflow);
}

function toPage(entries: readonly Entry[], { limit, cursor, ...filter }: EventFilter): EventPage {
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

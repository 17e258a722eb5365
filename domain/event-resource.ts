import { askedAtMs } from './accepted-event.ts';
import type { AcceptedEvent } from './accepted-event.ts';
import type { Cleanup } from './cleanup.ts';
import type { CallbackRecord } from './callback-record.ts';
import type { EventError } from './event-error.ts';
import { handlerRun } from './handler-runs.ts';
import { handlersOf } from './handlers-of.ts';
import type { EventRun, Phase, Progress, RunState } from './event-run.ts';
import type { FollowUp } from './follow-up.ts';
import { isEnded, retryOf, toProgress } from './event-run.ts';
import { NOTHING_SAID } from './handled-event.ts';
import type { Stage } from './stage.ts';
import { STAGES } from './stage.ts';
import { toIso } from './to-iso.ts';

export type EventStatus = Phase['status'];

export interface WorkflowReference {
  readonly id: string;
  readonly runId: string;
}

/** Of an accepted event what only the service itself needs, or shows otherwise; all else is shown as it was accepted. */
type Inner =
  | 'requestId'
  | 'acceptedAtMs'
  | 'delayMs'
  | 'callback'
  | 'batchId'
  | 'causedBy'
  | 'chain'
  | 'plan'
  | 'takenBy'
  | 'handlerOf'
  | 'replay';

/** An attempt of a stage or a handler. */
export interface AttemptResource {
  readonly of: 'stage' | 'handler';
  readonly name: string;
  /** From 1 on. */
  readonly attempt: number;
  readonly startedAt: string;
  /** Null while it is at work, and where its process has ended without a word. */
  readonly durationMs: number | null;
  /** The code of what it failed with; null where it hasn't. */
  readonly error: string | null;
}

/** Where a handler of an event stands. */
export interface HandlerResource {
  readonly status: EventStatus;
  readonly attempts: number;
  readonly result: unknown;
  /** Why it failed, or why its last attempt did. */
  readonly error: EventError | null;
}

/** The event as the API and the callbacks show it; times are ISO 8601 with milliseconds. */
export interface EventResource extends Omit<AcceptedEvent, Inner> {
  /** The subject's version after this event; null without a subject. */
  readonly version: number | null;
  readonly batchId: string | null;
  readonly causedBy: string | null;
  /** The event that this one is for a handler of; absent elsewhere. */
  readonly handlerOf?: { readonly id: string; readonly name: string };
  readonly status: EventStatus;
  readonly stage: Stage | null;
  readonly acceptedAt: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly timings: { readonly queuedMs: number | null; readonly runMs: number | null };
  readonly progress: Progress | null;
  readonly attempts: Readonly<Record<Stage, number>>;
  /** By the name of the stage; null before the first has come to a result. */
  readonly result: Readonly<Record<Stage, unknown>> | null;
  /** By their names; empty where its type has none. */
  readonly handlers: Readonly<Record<string, HandlerResource>>;
  readonly error: EventError | null;
  /** What became of a cancelled event's `onCancel`; absent where it wasn't called. */
  readonly cleanup?: Cleanup;
  readonly callback: CallbackRecord;
  readonly workflow: WorkflowReference & { readonly url: string | null };
  /** What its handlers have emitted, in that order; only where they have. */
  readonly followUps?: readonly FollowUp[];
  /**
   * When the attempts of its stages and its handlers were, the first first, the last 20 of each. Only where one event is asked for, and only where they are on
   * record: those of an event that shares its workflow with others are not.
   */
  readonly timeline?: readonly AttemptResource[];
  /** Only where the end is shown by the process that ran the event and isn't on record yet. */
  readonly recorded?: false;
}

/** Spells a run out; the workflow's page in the UI is added by whoever knows the UI's address. */
export function toEventResource(run: EventRun, callback: CallbackRecord, workflow: WorkflowReference): EventResource {
  const { event, phase, startedAtMs } = run;
  const { id, type, acceptedAtMs, delayMs: _delay, callback: _asked, batchId = null, causedBy = null, ...rest } = event;
  const { chain: _chain, plan: _plan, takenBy: _taken, replay: _replay, requestId: _request, ...accepted } = rest;
  const endedAtMs = isEnded(phase) ? phase.endedAtMs : null;
  const followUps = [run, ...Object.values(run.handlers ?? {})].flatMap((part) => part.followUps ?? []);
  return {
    id,
    type,
    ...NOTHING_SAID,
    ...accepted,
    version: run.version ?? null,
    batchId,
    causedBy,
    status: phase.status,
    stage: stageOf(phase),
    acceptedAt: toIso(acceptedAtMs),
    startedAt: startedAtMs === null ? null : toIso(startedAtMs),
    completedAt: endedAtMs === null ? null : toIso(endedAtMs),
    timings: {
      // Clocks of several machines are compared here, so a difference may come out negative.
      queuedMs: startedAtMs === null ? null : Math.max(0, startedAtMs - askedAtMs(event)),
      runMs: startedAtMs === null || endedAtMs === null ? null : Math.max(0, endedAtMs - startedAtMs),
    },
    progress: run.progress && toProgress(run.progress),
    attempts: Object.fromEntries(shownStages(event.plan).map((stage) => [stage, run.attempts[stage] ?? 0])),
    result: Object.keys(run.results).length === 0 ? null : shownResults(run),
    handlers: shownHandlers(run),
    error: errorOf(phase),
    ...(run.cleanup !== undefined && { cleanup: run.cleanup }),
    callback,
    workflow: { ...workflow, url: null },
    ...(followUps.length > 0 && { followUps }),
  };
}

/** The same, as who asks for this event alone is answered: with when its attempts were. */
export function toFullResource(run: EventRun, callback: CallbackRecord, workflow: WorkflowReference): EventResource {
  const timeline = toTimeline(run);
  return { ...toEventResource(run, callback, workflow), ...(timeline.length > 0 && { timeline }) };
}

function toTimeline(run: EventRun): readonly AttemptResource[] {
  const handlers = Object.values(run.handlers ?? {}).flatMap((handler) => attemptsOf(handler, 'handler'));
  return [...attemptsOf(run, run.event.handlerOf === undefined ? 'stage' : 'handler'), ...handlers].sort(
    (one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt),
  );
}

function attemptsOf({ startedAtMs, attempts, times = [] }: RunState, of: AttemptResource['of']): readonly AttemptResource[] {
  return times.map(({ stage, fromMs, forMs = null, error = null }, index) => {
    const later = times.slice(index + 1).filter((time) => time.stage === stage).length;
    const startedAt = toIso((startedAtMs ?? 0) + fromMs);
    return { of, name: stage, attempt: (attempts[stage] ?? 0) - later, startedAt, durationMs: forMs, error };
  });
}

/** Where its handlers stand, by their names. */
export function shownHandlers(run: EventRun): EventResource['handlers'] {
  const handlers = handlersOf(run.event);
  return Object.fromEntries(handlers.map((handler) => [handler.name, handlerResource(handlerRun(run, handler), run.phase)]));
}

/** @param ofEvent where the event itself stands: what it had not called when it ended is not called any more */
function handlerResource({ event, phase, attempts, results }: EventRun, ofEvent: Phase): HandlerResource {
  const [name = ''] = event.plan.stages;
  const status = isEnded(ofEvent) && !isEnded(phase) ? 'cancelled' : phase.status;
  return { status, attempts: attempts[name] ?? 0, result: results[name] ?? null, error: errorOf(phase) };
}

/** Whether the event has its verdict. */
export function hasEnded({ status }: Pick<EventResource, 'status'>): boolean {
  return ENDED.has(status);
}

const ENDED: ReadonlySet<EventStatus> = new Set(['completed', 'partial', 'failed', 'cancelled']);

function stageOf(phase: Phase): Stage | null {
  if (phase.status === 'running' || phase.status === 'waiting') return phase.stage;
  return phase.status === 'failed' ? phase.error.stage : null;
}

function errorOf(phase: Phase): EventError | null {
  if (phase.status === 'failed') return phase.error;
  return retryOf({ phase })?.lastError ?? null;
}

/** What the stages have come to, by their names; null for one that hasn't, or that there isn't. */
export function shownResults({ event, results }: Pick<EventRun, 'event' | 'results'>): Readonly<Record<Stage, unknown>> {
  return Object.fromEntries(shownStages(event.plan).map((stage) => [stage, results[stage] ?? null]));
}

/** Readers of a type that names no stages of its own find all three, also those that it lacks. */
function shownStages({ stages }: AcceptedEvent['plan']): readonly Stage[] {
  const usual: readonly Stage[] = STAGES;
  return stages.every((stage) => usual.includes(stage)) ? usual : stages;
}

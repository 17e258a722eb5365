import type { AcceptedEvent } from './accepted-event.ts';
import type { AttemptTime } from './attempt-times.ts';
import type { Cleanup } from './cleanup.ts';
import type { EventError } from './event-error.ts';
import type { FollowUp } from './follow-up.ts';
import { NO_FAILURES } from './retry-policy.ts';
import type { FailedAttempts } from './retry-policy.ts';
import { handlersOf } from './handlers-of.ts';
import { isInline } from './is-inline.ts';
import { ON_CANCEL } from './stage.ts';
import type { Stage } from './stage.ts';
import { cutText } from './cut-text.ts';

/** What a handler says of its progress. */
export interface Progress {
  readonly step: string;
  /** Of the whole stage, 0 to 100. */
  readonly percent: number;
  readonly message: string;
}

/** The furthest that the stage which a run is at has come: what is shown. */
export interface KeptProgress extends Progress {
  /** What its handler has said last, where it isn't this: an attempt that begins anew has yet to come so far again. */
  readonly last?: Progress;
}

/** Whether what an engine kept of an activity's last word is progress: it may have had none. */
export function isProgress(value: unknown): value is KeptProgress {
  return typeof value === 'object' && value !== null && 'percent' in value && 'step' in value;
}

/**
 * Why an event waits, and until when if that is known. A time means something only to the clock that it was read from: between
 * machines, what counts is for how long it waits. Records of earlier versions lack that.
 */
export type Waiting =
  | { readonly reason: 'delay'; readonly untilMs: number; readonly forMs?: number }
  | { readonly reason: 'permit'; readonly key: string; readonly sinceMs: number }
  | { readonly reason: 'retry'; readonly untilMs: number; readonly forMs?: number; readonly lastError: EventError };

/** Where a run stands. Only an ended one has an end, only a failed one an error. */
export type Phase =
  | { readonly status: 'accepted' }
  | { readonly status: 'waiting'; readonly stage: Stage | null; readonly waiting: Waiting }
  /** `stage` is null once its stages are complete, and its handlers are at work. */
  | { readonly status: 'running'; readonly stage: Stage | null }
  | { readonly status: 'completed'; readonly endedAtMs: number }
  /** All of its stages are complete, and some of its handlers aren't. */
  | { readonly status: 'partial'; readonly endedAtMs: number }
  | { readonly status: 'failed'; readonly endedAtMs: number; readonly error: EventError }
  | { readonly status: 'cancelled'; readonly endedAtMs: number };

export type EndedPhase = Extract<Phase, { endedAtMs: number }>;

/**
 * Where a run stands, and what has come of it so far: everything but its event. Stored alike wherever a run is kept, changed
 * only by the functions below and those in `attempt.ts`.
 */
export interface RunState {
  readonly phase: Phase;
  readonly startedAtMs: number | null;
  /** By the name of the stage. */
  readonly attempts: Readonly<Record<Stage, number>>;
  readonly results: Readonly<Record<Stage, unknown>>;
  /** Of the stage that it is at, or the last one. */
  readonly progress: KeptProgress | null;
  /** Of the stage that it is at. */
  readonly failures: FailedAttempts;
  /** Its subject's after it; absent without one. */
  readonly version?: number;
  /** Of a cancelled one; absent where there was nothing to clean up. */
  readonly cleanup?: Cleanup;
  /** Where the runs of its handlers stand, by their names; absent before any has begun. */
  readonly handlers?: Readonly<Record<string, RunState>>;
  /** What its handlers have emitted, in that order; absent where that is nothing. */
  readonly followUps?: readonly FollowUp[];
  /** When its attempts were, in order; absent where it shares its record with others, which has no room for them. */
  readonly times?: readonly AttemptTime[];
}

/** One run of an event. */
export interface EventRun extends RunState {
  readonly event: AcceptedEvent;
  /**
   * The follow-ups that the call which advances it has added so far, to be started once its outcome is recorded. Told with each state, since where a
   * process ends with its handlers the outcome is made of what was told.
   */
  readonly emitted?: readonly AcceptedEvent[];
}

/** A run without its event, for whoever has that elsewhere. */
export function stateOf({ event: _elsewhere, ...state }: EventRun): Omit<EventRun, 'event'> {
  return state;
}

export function acceptRun(event: AcceptedEvent): EventRun {
  return { event, phase: { status: 'accepted' }, startedAtMs: null, attempts: {}, results: {}, progress: null, failures: NO_FAILURES };
}

/** The stage to run next, or null when all of the type's stages have results. */
export function nextStage({ event, results }: Pick<EventRun, 'event' | 'results'>): Stage | null {
  return event.plan.stages.find((stage) => !Object.hasOwn(results, stage)) ?? null;
}

/** An attempt is counted here, before it runs, so that nothing it throws can leave it uncounted. */
export function beginAttempt(run: EventRun, stage: Stage): EventRun {
  if (isEnded(run.phase)) return run;
  return {
    ...run,
    phase: { status: 'running', stage },
    attempts: { ...run.attempts, [stage]: (run.attempts[stage] ?? 0) + 1 },
  };
}

/** The first stage's start is the event's. */
export function markStarted(run: EventRun, atMs: number): EventRun {
  return run.startedAtMs === null ? { ...run, startedAtMs: atMs } : run;
}

export function completeStage(run: EventRun, stage: Stage, value: unknown): EventRun {
  const after = { ...run, results: { ...run.results, [stage]: value }, failures: NO_FAILURES };
  // The next stage has its own, from nothing on; of the last one it stays.
  return nextStage(after) === null ? after : { ...after, progress: null };
}

export function wait(run: EventRun, stage: Stage | null, waiting: Waiting): EventRun {
  return isEnded(run.phase) ? run : { ...run, phase: { status: 'waiting', stage, waiting } };
}

/** What a run waits for that is to be tried again; null for any other. */
export function retryOf({ phase }: Pick<RunState, 'phase'>): Extract<Waiting, { reason: 'retry' }> | null {
  return phase.status === 'waiting' && phase.waiting.reason === 'retry' ? phase.waiting : null;
}

/** A run that waits, as whoever hears of it counts: from when that was, by its own clock. */
export function waitFromNow<Run extends Pick<RunState, 'phase' | 'handlers'>>(run: Run, nowMs: number): Run {
  const { phase, handlers } = run;
  if (handlers !== undefined) {
    const heard = Object.entries(handlers).map(([name, handler]): [string, RunState] => [name, waitFromNow(handler, nowMs)]);
    return { ...run, handlers: Object.fromEntries(heard) };
  }
  if (phase.status !== 'waiting' || phase.waiting.reason !== 'retry' || phase.waiting.forMs === undefined) return run;
  return { ...run, phase: { ...phase, waiting: { ...phase.waiting, untilMs: nowMs + phase.waiting.forMs } } };
}

// It is part of every outcome, and of every heartbeat.
const MAX_PROGRESS_CHARACTERS = { step: 200, message: 1_000 } as const;

/**
 * What a handler says of its progress, within bounds, whatever it hands over. Percent never falls in a stage: what is below the highest
 * isn't shown, as of an attempt that begins anew, since its step and message would belong to another percentage.
 */
export function reportProgress(run: EventRun, said: Progress): EventRun {
  const reported = bounded(said);
  if (run.progress === null || reported.percent >= run.progress.percent) return { ...run, progress: reported };
  return { ...run, progress: { ...toProgress(run.progress), last: reported } };
}

function bounded({ step, percent, message }: Progress): Progress {
  return {
    step: textWithin(step, MAX_PROGRESS_CHARACTERS.step),
    // NaN is what a handler with nothing to do gets from 0 of 0.
    percent: Number.isNaN(percent) ? 0 : Math.min(100, Math.max(0, percent)),
    message: textWithin(message, MAX_PROGRESS_CHARACTERS.message),
  };
}

function textWithin(given: unknown, characters: number): string {
  return typeof given === 'string' ? cutText(given, characters) : '';
}

/** As it is shown. */
export function toProgress({ step, percent, message }: KeptProgress): Progress {
  return { step, percent, message };
}

/** What has been said last in the stage that the run is at, whichever attempt it was in; null where nothing has. */
export function lastProgress({ progress }: Pick<RunState, 'progress'>): Progress | null {
  return progress && (progress.last ?? toProgress(progress));
}

/** What an attempt has said of its progress outlasts it: its next one sees what was last, and percent doesn't fall in that either. */
export function keepProgress(run: EventRun, progress: KeptProgress | null | undefined): EventRun {
  if (!progress) return run;
  const kept = reportProgress(run, progress);
  return progress.last === undefined ? kept : reportProgress(kept, progress.last);
}

/** A run that is advanced again from where it was, after an attempt of which nothing is known but what it has `told`. */
export function withTold<Run extends EventRun>(run: Run, told: EventRun | undefined): Run {
  return told === undefined || nextStage(told) !== nextStage(run) ? run : { ...run, progress: told.progress };
}

/** Ends the run; the first end stands, and nothing above leads out of it, so that there is exactly one verdict. */
export function endRun(run: EventRun, end: EndedPhase): EventRun {
  return isEnded(run.phase) ? run : { ...run, phase: end };
}

/** Ends a run as failed by none of its stages: it was refused, or lost. */
export function failRun(run: EventRun, { code, message }: Pick<EventError, 'code' | 'message'>, endedAtMs: number): EventRun {
  return endRun(run, { status: 'failed', endedAtMs, error: { code, message, stage: null, retryable: false } });
}

export function isEnded(phase: Phase): phase is EndedPhase {
  const { status } = phase;
  return status === 'completed' || status === 'partial' || status === 'failed' || status === 'cancelled';
}

/** Whether its stages are complete, and its handlers are not. */
export function isAtHandlers(phase: Phase): boolean {
  return phase.status === 'running' && phase.stage === null;
}

/** Whether none of its stages is to be run any more: it has ended, or is at its handlers. */
export function isPastStages(phase: Phase): boolean {
  return isEnded(phase) || isAtHandlers(phase);
}

/** The run once all of its stages have results: that is its end, unless it has handlers, which come next. */
export function endStages(run: EventRun, endedAtMs: number): EventRun {
  if (isEnded(run.phase)) return run;
  if (handlersOf(run.event).length === 0) return endRun(run, { status: 'completed', endedAtMs });
  return { ...markStarted(run, endedAtMs), phase: { status: 'running', stage: null } };
}

/**
 * The run as the process that saw its end may show it before the engine has that on record. An inline event's end is shown, since its
 * callback may be out; the stage that one ended in that records first goes on until it is recorded, and may yet come to another end.
 */
export function beforeRecord(run: EventRun): EventRun {
  const { phase, event, results } = run;
  const stage = (phase.status === 'failed' ? phase.error.stage : null) ?? event.plan.stages.at(-1);
  if (!isEnded(phase) || !event.plan.respondAfterRecord) return run;
  if (run.handlers !== undefined) {
    const { handlers: _unrecorded, ...atHandlers } = run;
    return { ...atHandlers, phase: { status: 'running', stage: null } };
  }
  if (stage === undefined) return run;
  const { [stage]: _unrecorded, ...recorded } = results;
  return { ...run, phase: { status: 'running', stage }, results: recorded };
}

/**
 * Light stages run inside one workflow task, which can't be left halfway: such an event can be cancelled only while it waits, until
 * its time has come, or before anybody has been given a task of it. Otherwise a task that was lost may have run the stages already, or the
 * process that accepted it (decision 0018), and have told the callback another verdict. A heavy event can be cancelled at any time before
 * its end.
 * @param isUntouched nobody has been given a task of its workflow before the one in which this is asked
 */
export function refusalToCancel(
  { event, phase }: EventRun,
  nowMs: number,
  isUntouched = false,
): 'already_ended' | 'not_cancellable' | null {
  if (isEnded(phase)) return 'already_ended';
  // It is cancelled already.
  if (phase.status === 'running' && phase.stage === ON_CANCEL) return null;
  if (isUntouched && phase.status === 'accepted') return null;
  // It waits for runs of their own.
  if (isAtHandlers(phase)) return null;
  return !isInline(event.plan) || waitsAt(phase, nowMs) ? null : 'not_cancellable';
}

function waitsAt(phase: Phase, nowMs: number): boolean {
  return phase.status === 'waiting' && (phase.waiting.reason === 'permit' || nowMs < phase.waiting.untilMs);
}

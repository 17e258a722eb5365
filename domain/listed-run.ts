import type { AcceptedEvent, HandlerPlan, RunPlan, Weight } from './accepted-event.ts';
import { acceptRun, beginAttempt, isEnded, nextStage, wait } from './event-run.ts';
import type { EventRun, RunState } from './event-run.ts';
import { handlersOf } from './handlers-of.ts';
import { isInline } from './is-inline.ts';
import { DEFAULT_RETRY_POLICY } from './retry-policy.ts';
import type { Stage } from './stage.ts';

// What the engine's list of workflows keeps of an event that has a workflow of its own: enough for a list of events to show each without
// reading it. Stored beside workflows: fields may be added, never renamed or removed.

/** What is never shown in lists, or is shown by the plan below. */
type Unlisted = 'data' | 'plan' | 'callback' | 'takenBy' | 'chain' | 'requestId';

/** An event as it came; what a caller says of it is kept whatever it is. */
export interface ListedEvent extends Omit<AcceptedEvent, Unlisted> {
  readonly callbackUrl: string | null;
  readonly weight: Weight;
  readonly stages: readonly Stage[];
  /** It waits for a permit before it begins. */
  readonly isLimited: boolean;
  /** The names of those that take it. */
  readonly handlers: readonly string[];
}

/** Where its run stands. */
export interface ListedState extends Pick<RunState, 'phase' | 'startedAtMs' | 'attempts' | 'version' | 'cleanup' | 'followUps'> {
  readonly handlers?: Readonly<Record<string, Pick<RunState, 'phase' | 'attempts' | 'followUps'>>>;
  /** The stages that it has results of, where it is yet to begin with the next. */
  readonly done?: readonly Stage[];
}

// A page of a list has two hundred of them. What is larger, as with a hundred follow-ups, is read where it is listed.
const MAX_CHARACTERS = 8_192;

/** Null where that would be too large to be kept twice. */
export function toListedEvent(event: AcceptedEvent): ListedEvent | null {
  const { data: _data, plan, callback, takenBy: _taken, chain: _chain, requestId: _request, ...rest } = event;
  return withinBounds({
    ...rest,
    callbackUrl: callback?.url ?? null,
    weight: plan.weight,
    stages: plan.stages,
    isLimited: (plan.limits ?? []).length > 0,
    handlers: handlersOf(event).map(({ name }) => name),
  });
}

/** The same of where a run stands. */
export function toListedState(run: RunState): ListedState | null {
  return withinBounds({ ...listedPart(run), startedAtMs: run.startedAtMs, ...optionalPart(run) });
}

function listedPart({ phase, attempts, followUps }: Pick<RunState, 'phase' | 'attempts' | 'followUps'>) {
  return { phase, attempts, ...(followUps && { followUps }) };
}

function optionalPart({
  phase,
  results,
  version,
  cleanup,
  handlers,
}: RunState): Pick<ListedState, 'version' | 'cleanup' | 'handlers' | 'done'> {
  const done = Object.keys(results);
  return {
    ...(phase.status === 'accepted' && done.length > 0 && { done }),
    ...(version !== undefined && { version }),
    ...(cleanup && { cleanup }),
    ...(handlers && { handlers: Object.fromEntries(Object.entries(handlers).map(([name, state]) => [name, listedPart(state)])) }),
  };
}

function withinBounds<T>(value: T): T | null {
  return JSON.stringify(value).length > MAX_CHARACTERS ? null : value;
}

/**
 * The run again, as far as lists show it: without data, results and progress.
 * @param state null where nothing is said of it beyond that it was accepted
 */
export function toListedRun(listed: ListedEvent, state: ListedState | null): EventRun {
  const begun = acceptRun(eventOf(listed));
  if (state === null) return begun;
  const { handlers, done = [], ...rest } = state;
  const results = Object.fromEntries(done.map((stage) => [stage, null]));
  const nothing = { startedAtMs: null, results: {}, progress: null, failures: begun.failures };
  const states = Object.entries(handlers ?? {}).map(([name, handler]): [string, RunState] => [name, { ...nothing, ...handler }]);
  return { ...begun, ...rest, results, ...(handlers && { handlers: Object.fromEntries(states) }) };
}

function eventOf({ callbackUrl, weight, stages, isLimited: _limited, handlers, ...event }: ListedEvent): AcceptedEvent {
  const settings = { weight, retry: DEFAULT_RETRY_POLICY };
  const plan: RunPlan = {
    ...settings,
    stages,
    timeoutsMs: {},
    respondAfterRecord: false,
    ...(handlers.length > 0 && { handlers: handlers.map((name): HandlerPlan => ({ ...settings, name, timeoutMs: 0 })) }),
  };
  return { ...event, data: null, plan, callback: callbackUrl === null ? null : { url: callbackUrl, headers: {}, progress: false } };
}

/**
 * An open run of which its workflow has said nothing yet. A light one begins with its workflow and says nothing before its first
 * outcome; a heavy one waits for its permit first.
 */
export function unsaid(run: EventRun, { isLimited }: Pick<ListedEvent, 'isLimited'>): EventRun {
  const { event, phase } = run;
  if (phase.status !== 'accepted') return run;
  const { delayMs } = event;
  if (delayMs > 0) return wait(run, null, { reason: 'delay', untilMs: event.acceptedAtMs + delayMs, forMs: delayMs });
  const stage = nextStage(run);
  if (isInline(event.plan)) return stage === null ? run : beginAttempt(run, stage);
  return isLimited ? wait(run, null, { reason: 'permit', key: '', sinceMs: event.acceptedAtMs }) : run;
}

/**
 * Of an open run, what its process has seen or what its workflow has said, whichever is further: the one says nothing of waits, the
 * other nothing of what goes on within a call.
 */
export function further(said: EventRun, seen: EventRun | null): EventRun {
  if (seen === null || isEnded(said.phase) || seen.event.run < said.event.run) return said;
  if (isEnded(seen.phase) || attemptsOf(seen) > attemptsOf(said)) return seen;
  const isSameStage = seen.phase.status === 'running' && said.phase.status === 'running' && seen.phase.stage === said.phase.stage;
  return isSameStage && attemptsOf(seen) === attemptsOf(said) ? seen : said;
}

function attemptsOf({ attempts, handlers = {} }: RunState): number {
  const all = [attempts, ...Object.values(handlers).map((handler) => handler.attempts)].flatMap((counts) => Object.values(counts));
  return all.reduce((sum, count) => sum + count, 0);
}

import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { FoldInput } from '../domain/activities.ts';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { EventDefinition, HandlerContext } from '../domain/define-event.ts';
import type { SubjectDefinition } from '../domain/define-subject.ts';
import type { HandlerServices } from '../domain/handler-services.ts';
import type { EventError, StageFailure } from '../domain/event-error.ts';
import { ownerId } from '../domain/event-id.ts';
import { acceptRun, beginAttempt, completeStage, nextStage } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { nextAttemptDelayMs } from '../domain/retry-policy.ts';
import type { Stage } from '../domain/stage.ts';
import { changeOf } from '../domain/state-change.ts';
import type { Folded, FoldedLetter, SubjectOutcome } from '../domain/subject.ts';
import { createJsonBound } from '../domain/json-bound.ts';
import type { BoundJson } from '../domain/json-bound.ts';
import { assertResultSize, MAX_SHARED_RESULT_BYTES } from './result-size.ts';
import { toFailure } from './to-failure.ts';
import { UnknownTypeError } from './unknown-type.ts';
import { withTimeout } from './with-timeout.ts';

export interface FoldSubjectDependencies {
  readonly resolve: (type: string) => EventDefinition | undefined;
  readonly now: () => number;
  readonly services: HandlerServices;
}

// What is folded is recorded at the latest after this time; the rest follows in another call.
const RECORD_AFTER_MS = 1_000;
// A stage that has to wait longer before it is tried again has failed: others of its subject wait for it.
const MAX_BACK_OFF_MS = 1_000;
// It is carried from run to run.
const MAX_STATE_BYTES = 128 * 1024;

/** Folds as the workflow of a subject asks for it. Its effects are the handlers', each given the same `idempotencyKey` again. */
export function createFoldSubject(dependencies: FoldSubjectDependencies) {
  return async function foldSubject(input: FoldInput): Promise<Folded> {
    const { cancellationSignal, log } = Context.current();
    return foldLetters(input, { ...dependencies, log, signal: cancellationSignal });
  };
}

export interface FoldOptions extends FoldSubjectDependencies, Pick<HandlerContext, 'log' | 'signal'> {}

/** One event after the other: its stages on the state so far, then the state's own rules. */
export async function foldLetters({ key, letters, ...before }: FoldInput, options: FoldOptions): Promise<Folded> {
  const startedAtMs = options.now();
  const bound = createJsonBound();
  const folded: FoldedLetter[] = [];
  let { version, state, updatedAtMs } = before;
  for (const { event, expectedVersion } of letters) {
    if (folded.length > 0 && options.now() - startedAtMs > RECORD_AFTER_MS) break;
    if (expectedVersion !== undefined && expectedVersion !== version) {
      folded.push({ kind: 'stale', version });
      continue;
    }
    const name = event.plan.definition ?? event.type;
    const definition = options.resolve(name);
    const subject = definition?.subject;
    // Another worker may know it: nothing has happened to this event then.
    if (definition === undefined || !subject) throw new UnknownTypeError(name);
    const atMs = Math.max(options.now(), updatedAtMs ?? 0);
    state = subject.settle(state ?? subject.initial({ id: key.id, tenant: key.tenant, atMs }), atMs);
    const ran = await runStages({ event, definition, state }, options);
    const applied = ran.error === null ? apply({ subject, state, run: ran.run, atMs, bound }) : { state, error: ran.error };
    state = applied.state;
    version += 1;
    updatedAtMs = atMs;
    folded.push({ kind: 'processed', outcome: toOutcome(ran.run, applied.error, version, atMs) });
  }
  return { change: changeOf(before.state, state), letters: folded };
}

interface ApplyOptions {
  readonly subject: SubjectDefinition;
  readonly state: unknown;
  readonly run: EventRun;
  readonly atMs: number;
  readonly bound: BoundJson;
}

function apply({ subject, state, run: { event, results }, atMs, bound }: ApplyOptions) {
  try {
    const next: unknown = subject.apply(state, { ...event, results, atMs });
    assertStateSize(next, bound);
    return { state: next, error: null };
  } catch (error) {
    return { state, error: toStageFailure(error, 'action', atMs, atMs).error };
  }
}

/**
 * To write the state out after each event takes longer than to apply it: where the bound is enough, that is.
 * @throws PermanentError as a result's size does
 */
function assertStateSize(state: unknown, bound: BoundJson): void {
  try {
    if (bound(state) <= MAX_STATE_BYTES) return;
  } catch {
    // It isn't JSON, which the other says better.
  }
  assertResultSize(state, MAX_STATE_BYTES);
}

/** When it was applied is when it ended: whoever has all events in order of their versions can do the same fold. */
function toOutcome(run: EventRun, error: EventError | null, version: number, atMs: number): SubjectOutcome {
  const { attempts, results } = run;
  const phase = error === null ? { status: 'completed' as const, endedAtMs: atMs } : { status: 'failed' as const, endedAtMs: atMs, error };
  return { version, startedAtMs: atMs, attempts, results, phase };
}

interface StagesInput {
  readonly event: AcceptedEvent;
  readonly definition: EventDefinition;
  readonly state: unknown;
}

/** All stages, each tried again as its type says, but soon. */
async function runStages(input: StagesInput, options: FoldOptions): Promise<{ readonly run: EventRun; readonly error: EventError | null }> {
  let run = acceptRun(input.event);
  let failed = 0;
  for (let stage = nextStage(run); stage !== null; stage = nextStage(run)) {
    run = beginAttempt(run, stage);
    const startedAtMs = options.now();
    try {
      run = completeStage(run, stage, await runStage(input, run, stage, options));
      failed = 0;
    } catch (error) {
      const failure = toStageFailure(error, stage, startedAtMs, options.now());
      failed += 1;
      const delayMs = nextAttemptDelayMs(input.event.plan.retry, { failed, lost: 0 }, failure);
      if (delayMs === null || delayMs > MAX_BACK_OFF_MS) return { run, error: failure.error };
      await pause(delayMs, options.signal);
    }
  }
  return { run, error: null };
}

async function runStage({ event, definition, state }: StagesInput, run: EventRun, stage: Stage, options: FoldOptions): Promise<unknown> {
  const value = await withTimeout(event.plan.timeoutsMs[stage], options.signal, (stop) =>
    definition.run(stage, event, run.results, {
      ...options.services,
      state,
      attempt: run.attempts[stage] ?? 1,
      idempotencyKey: `${ownerId(event)}/${event.run}/${stage}`,
      get signal() {
        return stop.signal;
      },
      // There is nobody to tell: its outcome is recorded within a second.
      heartbeat: () => undefined,
      log: options.log,
    }),
  );
  assertResultSize(value, MAX_SHARED_RESULT_BYTES);
  return value ?? null;
}

/** @throws CancelledFailure when the process stops: what was folded isn't recorded, and is folded again elsewhere */
function toStageFailure(error: unknown, stage: Stage, startedAtMs: number, endedAtMs: number): StageFailure {
  if (error instanceof CancelledFailure) throw error;
  return toFailure(error, { stage, startedAtMs, endedAtMs, progress: null }).details?.[0] as StageFailure;
}

/** @throws the signal's reason */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

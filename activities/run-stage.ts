import type { RunStageInput, StageOutcome } from '../domain/activities.ts';
import type { EventDefinition, HandlerContext } from '../domain/define-event.ts';
import type { BeginProgress } from './callback/progress-callbacks.ts';
import type { EventRun, Progress } from '../domain/event-run.ts';
import { ownerId } from '../domain/event-id.ts';
import type { HandlerServices } from '../domain/handler-services.ts';
import { completeStage, endRun, markStarted, nextStage, reportProgress } from '../domain/event-run.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { UnknownTypeError } from './unknown-type.ts';
import { PermitLostError } from './permit-lost.ts';
import { assertResultSize, MAX_SHARED_RESULT_BYTES } from './result-size.ts';
import type { Surroundings } from './surroundings.ts';
import { toFailure } from './to-failure.ts';
import { withTimeout } from './with-timeout.ts';
import type { Stop } from './with-timeout.ts';

/** Told of every change that a stage's attempt makes to its run, as it happens and before it is recorded. */
export type ObserveRun = (run: EventRun, workflow: WorkflowReference) => void;

export interface RunStageDependencies {
  readonly resolve: (type: string) => EventDefinition | undefined;
  readonly observe: ObserveRun;
  readonly beginProgress: BeginProgress;
  readonly now: () => number;
  /** 64 KiB by default. */
  readonly maxResultBytes?: number;
  readonly services: HandlerServices;
}

// Often enough that a vanished worker is noticed within the heartbeat timeout of 10 s.
const HEARTBEAT_EVERY_MS = 1_000;

/**
 * Runs one attempt of a stage: calls the type's handler with a context, keeps its timeout and its result's size, and
 * translates what it throws. Safe to run twice as far as the handler is: it is given the same `idempotencyKey` again.
 */
export function createRunStage({ resolve, observe, beginProgress, now, services, maxResultBytes }: RunStageDependencies) {
  return async function runStage(
    { run, stage, workflow, permitRunId }: RunStageInput,
    { signal, log, heartbeat }: Surroundings,
  ): Promise<StageOutcome> {
    const { event } = run;
    const startedAtMs = now();
    let shown = markStarted(run, startedAtMs);
    let over = false;
    observe(shown, workflow);
    const messages = beginProgress(run, workflow);

    const context = (stop: Stop): HandlerContext => ({
      ...services,
      state: null,
      attempt: run.attempts[stage] ?? 1,
      idempotencyKey: `${ownerId(event)}/${event.run}/${stage}`,
      get signal() {
        return stop.signal;
      },
      heartbeat: (progress: Progress) => {
        // What a handler says after its attempt has ended must not hide what came after it.
        if (over) return;
        shown = reportProgress(shown, progress);
        observe(shown, workflow);
        messages.tell(shown);
        heartbeat?.(shown.progress);
      },
      log,
    });

    const name = event.plan.definition ?? event.type;
    const definition = resolve(name);
    const beat = heartbeat === null ? undefined : setInterval(() => heartbeat(shown.progress), HEARTBEAT_EVERY_MS);
    try {
      if (permitRunId !== undefined && permitRunId !== workflow.runId) throw new PermitLostError();
      if (definition === undefined) throw new UnknownTypeError(name);
      const value = await withTimeout(event.plan.timeoutsMs[stage], signal, (stop) =>
        definition.run(stage, event, run.results, context(stop)),
      );
      assertResultSize(value, definition.grouping ? MAX_SHARED_RESULT_BYTES : maxResultBytes);
      const endedAtMs = now();
      const after = completeStage(shown, stage, value ?? null);
      observe(nextStage(after) === null ? endRun(after, { status: 'completed', endedAtMs }) : after, workflow);
      return { value: value ?? null, startedAtMs, endedAtMs, ...(shown.progress !== null && { progress: shown.progress }) };
    } catch (error) {
      throw toFailure(error, { stage, startedAtMs, endedAtMs: now(), progress: shown.progress });
    } finally {
      over = true;
      clearInterval(beat);
      await messages.end();
    }
  };
}

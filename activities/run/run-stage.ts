import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { RunStageInput } from '../../temporal/durable/activities.ts';
import { recordFailure } from '../../domain/attempt.ts';
import { beginAttempt, nextStage } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { PERMIT_LOST } from '../../domain/permits.ts';
import { outcomeOf, recordOutcome } from '../../domain/run-outcome.ts';
import type { RunOutcome } from '../../domain/run-outcome.ts';
import { ON_CANCEL } from '../../domain/stage.ts';
import type { Advance } from '../../handlers/advance.ts';
import type { ErrorTrace } from '../../handlers/stage-failure.ts';
import { Stopped } from '../../handlers/stopped.ts';
import { withoutUrlSecrets } from '../../handlers/without-url-secrets.ts';
import type { BeginProgress } from '../callbacks/progress-callbacks.ts';
import type { Surroundings } from '../surroundings.ts';
import { openPort } from './open-port.ts';
import type { ObserveRun } from './open-port.ts';
import type { RunLog } from './run-log.ts';

export interface RunStageDependencies {
  readonly advance: Advance;
  readonly log: RunLog;
  readonly observe: ObserveRun;
  readonly beginProgress: BeginProgress;
  readonly now: () => number;
}

// Often enough for the heartbeat timeout of 2.5 s (workflows/advance-chunk.ts).
const HEARTBEAT_EVERY_MS = 1_000;

/**
 * One attempt of the next stage of a run that is recorded stage by stage. It fails where the attempt does, with the run's
 * outcome as its only detail, so that the engine's pages show what has failed.
 * Safe to run twice as far as the handler is: it is given the same `idempotencyKey` again.
 */
export function createRunStage({ advance, log, observe, beginProgress, now }: RunStageDependencies) {
  return async function runStage({ run, workflow, permitRunId }: RunStageInput, surroundings: Surroundings): Promise<RunOutcome> {
    // The run was reset, and must ask again for the permit that another was granted.
    if (permitRunId !== undefined && permitRunId !== workflow.runId) throw toFailure(withoutPermit(run, now()), null);
    const { heartbeat, signal } = surroundings;
    const messages = beginProgress(run, workflow);
    // What is done for an event that is cancelled is shown as its end.
    const show: ObserveRun = nextStage(run) === ON_CANCEL ? () => undefined : observe;
    let latest = run;
    const beat = setInterval(() => heartbeat?.(latest.progress), HEARTBEAT_EVERY_MS);
    try {
      const port = openPort({
        runs: [run],
        surroundings,
        log,
        onRun: (shown) => {
          latest = shown;
          show(shown, workflow);
        },
        onProgress: (shown) => {
          messages.tell(shown);
          heartbeat?.(shown.progress);
        },
      });
      const { runs } = await advance({ runs: [run], atOnce: 1, inOrder: false, goOn: 'one-attempt', bounds: null, subject: null }, port);
      const [one] = runs;
      if (one?.kind !== 'advanced') throw new Error(`the run of "${workflow.id}" was not advanced`);
      show(recordOutcome(run, one.outcome), workflow);
      if (hasFailed(one.outcome)) throw toFailure(one.outcome, one.trace);
      return one.outcome;
    } catch (error) {
      // How far it was, for whoever reads a cancelled event.
      if (error instanceof Stopped) throw new CancelledFailure(messageOf(signal.reason), [outcomeOf(run, latest)]);
      throw error;
    } finally {
      clearInterval(beat);
      await messages.end();
    }
  };
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : 'CANCELLED';
}

function withoutPermit(run: EventRun, nowMs: number): RunOutcome {
  const stage = nextStage(run) ?? '';
  const error = { code: PERMIT_LOST, message: 'this run holds no permit', stage, retryable: true };
  const failure = { error, retryable: true, retryAfterMs: null, lost: true, startedAtMs: nowMs, endedAtMs: nowMs };
  return outcomeOf(run, recordFailure(beginAttempt(run, stage), stage, failure, nowMs));
}

function hasFailed({ phase }: RunOutcome): boolean {
  return phase.status === 'failed' || (phase.status === 'waiting' && phase.waiting.reason === 'retry');
}

function toFailure(outcome: RunOutcome, trace: ErrorTrace | null): ApplicationFailure {
  const { phase } = outcome;
  const error = phase.status === 'waiting' && phase.waiting.reason === 'retry' ? phase.waiting.lastError : null;
  const { message, code } = (phase.status === 'failed' ? phase.error : error) ?? { message: 'the attempt failed', code: 'internal' };
  return ApplicationFailure.create({
    message,
    type: code,
    // The workflow counts and spaces the attempts.
    nonRetryable: true,
    details: [outcome],
    ...(trace !== null && { cause: toError(trace) }),
  });
}

function toError({ name, message, stack, cause }: ErrorTrace): Error {
  const error = new Error(withoutUrlSecrets(message), cause === null ? {} : { cause: toError(cause) });
  return Object.assign(error, { name, stack: withoutUrlSecrets(stack) });
}

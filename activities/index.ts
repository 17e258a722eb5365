import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Activities, RunChunkInput, RunStageInput } from '../temporal/durable/activities.ts';
import type { ChunkOutcome } from '../domain/chunk.ts';
import { nextStage } from '../domain/event-run.ts';
import type { RunState } from '../domain/event-run.ts';
import type { Ask } from '../domain/question.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import type { Advance } from '../handlers/advance.ts';
import { ACTIVITY_READ_TIMEOUT_MS, readWorkflowInput } from '../temporal/history.ts';
import { readTaskAttempt } from '../temporal/read-task-attempt.ts';
import { sendToSubject } from '../temporal/send-to-subject.ts';
import { subjectEnds } from '../domain/subject-ends.ts';
import type { RunEnd } from '../domain/run-end.ts';
import { createApplyItems } from './batch/apply-items.ts';
import { createIsBatchOpen } from './batch/is-batch-open.ts';
import { createReadItem, createReadItemKinds } from './batch/read-item.ts';
import type { ReadPage } from './batch/read-page.ts';
import { createReadHold } from './batch/read-hold.ts';
import { createReadUnits } from './batch/read-units.ts';
import { createRenewPages } from './batch/renew-pages.ts';
import { createRunItems } from './batch/run-items.ts';
import { createTellCancelled } from './batch/tell-cancelled.ts';
import { createCancelItems } from './cancel-items.ts';
import { createClaimPermit } from './claim-permit.ts';
import { createFindClosedRuns } from './find-closed-runs.ts';
import { createReadMessage } from './callbacks/read-message.ts';
import { createReadVerdict } from './read-verdict.ts';
import { createRequestCancel } from './request-cancel.ts';
import { currentActivity } from './surroundings.ts';
import { rememberOutcomes } from './remember-outcomes.ts';
import type { Remembering } from './remember-outcomes.ts';
import { createFoldSubject } from './run/fold-subject.ts';
import type { ObserveRun } from './run/open-port.ts';
import type { RunLog } from './run/run-log.ts';
import { createRunChunk } from './run/run-chunk.ts';
import { createStartRuns } from './run/start-runs.ts';
import { createRunStage } from './run/run-stage.ts';
import { createStartFollowUps } from './run/start-follow-ups.ts';
import type { StartFollowUpsDependencies } from './run/start-follow-ups.ts';
import type { BeginProgress } from './callbacks/progress-callbacks.ts';
import { createFirstAttempts } from './callbacks/first-attempts.ts';
import type { FirstAttemptsDependencies } from './callbacks/first-attempts.ts';
import { createTellProgress } from './callbacks/tell-progress.ts';
import type { TellProgressDependencies } from './callbacks/tell-progress.ts';
import { createSendCallback } from './callbacks/send-callback.ts';
import { createWakeParked } from './callbacks/wake-parked.ts';
import { createSendTicks } from './send-ticks.ts';
import { createStartDeliveries } from './callbacks/start-deliveries.ts';
import { createStartDelivery } from './callbacks/start-delivery.ts';

export interface ActivityDependencies extends Omit<FirstAttemptsDependencies, 'startDelivery'>, Omit<TellProgressDependencies, 'origins'> {
  readonly client: Client;
  readonly resolve: (type: string) => EventDefinition | undefined;
  /** Where handlers run. */
  readonly advance: Advance;
  /** Told of what handlers say, and of attempts that fail. */
  readonly log: RunLog;
  readonly ask: Ask;
  readonly observe: ObserveRun;
  readonly beginProgress: BeginProgress;
  readonly readPage: ReadPage;
  /** Told of the verdicts that subjects have come to of items, once they are on record. */
  readonly observeEnd: (end: RunEnd) => void;
  readonly observeRecovery: (seconds: number) => void;
  /** Told of each follow-up that it has started. */
  readonly observeStarted: StartFollowUpsDependencies['observeStarted'];
}

export interface CreatedActivities extends Activities {
  readonly runChunk: Remembering<RunChunkInput, ChunkOutcome>;
}

/** Everything that workflows may ask of the outside world, under the names that histories know. */
export function createActivities(dependencies: ActivityDependencies): CreatedActivities {
  const { readPage } = dependencies;
  const startDelivery = createStartDelivery(dependencies.client);
  const startDeliveries = createStartDeliveries(startDelivery);
  const send: StartFollowUpsDependencies['sendToSubject'] = async (key, letters) => {
    const applied = await sendToSubject(dependencies.client, key, letters, { isThere: false });
    subjectEnds(letters, applied.answers).forEach(dependencies.observeEnd);
    return applied;
  };
  const firstAttempts = createFirstAttempts({ ...dependencies, startDelivery });
  return {
    default: rememberOutcomes(createRunStage(dependencies), perAttemptOfStages),
    callback: createSendCallback(dependencies.attemptDelivery),
    // Who isn't waited for any more waits no longer.
    awaitAttempt: (sent) => Promise.race([dependencies.handedOver.outcomeOf(sent), Context.current().cancelled]),
    readMessage: createReadMessage(dependencies),
    // Where the engine gives it out again, this process says what it came to.
    firstAttempts: rememberOutcomes(
      async ({ messages }) => ({
        rides: await firstAttempts(messages, null),
        owners: messages.map(({ target }) => target.owner),
      }),
      currentActivity,
    ),
    runChunk: rememberOutcomes(
      createRunChunk({
        ...dependencies,
        firstAttempts,
        readTaskAttempt: ({ id, runId }) => readTaskAttempt(dependencies.client, { workflowId: id, runId }, ACTIVITY_READ_TIMEOUT_MS),
        readChunk: ({ id, runId }) => readWorkflowInput(dependencies.client, { workflowId: id, runId }, ACTIVITY_READ_TIMEOUT_MS),
      }),
      perAttemptOfChunk,
    ),
    wakeParked: createWakeParked(dependencies.client),
    tellProgress: createTellProgress(dependencies),
    requestCancel: createRequestCancel(dependencies.client),
    claimPermit: createClaimPermit(dependencies.client),
    foldSubject: createFoldSubject(dependencies),
    sendTicks: createSendTicks(dependencies),
    startFollowUps: createStartFollowUps({ ...dependencies, sendToSubject: send }),
    startDeliveries,
    findClosedRuns: createFindClosedRuns(dependencies.client),
    runItems: createRunItems(dependencies),
    applyItems: createApplyItems({
      ...dependencies,
      readPage,
      sendToSubject: send,
    }),
    cancelItems: createCancelItems(dependencies.client),
    startRuns: createStartRuns(dependencies.client),
    readVerdict: createReadVerdict(dependencies.client),
    readItem: createReadItem(readPage),
    readItemKinds: createReadItemKinds(readPage),
    readUnits: createReadUnits(dependencies.client),
    readHold: createReadHold(dependencies.client),
    tellCancelled: createTellCancelled(readPage, startDeliveries),
    renewPages: createRenewPages(dependencies.client, readPage),
    isBatchOpen: createIsBatchOpen(dependencies.client),
  };
}

/** What cleans up after the stages counts its attempts anew. */
function perAttemptOfStages({ run, workflow }: RunStageInput): string {
  return `${workflow.runId}/${nextStage(run)}/${attemptsOf(run)}`;
}

/** What the SDK itself tries again once it has failed, by a fault of ours, is run again then. */
function perAttemptOfChunk({ workflow, begun = [] }: RunChunkInput, attempt: number): string {
  return `${workflow.runId}/${begun.reduce((sum, state) => sum + attemptsOf(state), 0)}/${attempt}`;
}

/** Of all stages, by which calls for the same run are told apart. */
function attemptsOf({ attempts }: RunState): number {
  return Object.values(attempts).reduce((sum, made) => sum + made, 0);
}

import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import proto from '@temporalio/proto';
import { cleaningUp } from '../domain/cleanup.ts';
import { beginAttempt, isProgress, keepProgress, nextStage, stateOf, wait } from '../domain/event-run.ts';
import type { EventRun, RunState } from '../domain/event-run.ts';
import { isInline } from '../domain/is-inline.ts';
import { isRunOutcome, recordOutcome } from '../domain/run-outcome.ts';
import { ON_CANCEL } from '../domain/stage.ts';
import type { RunStageInput } from './durable/activities.ts';
import { GRANTED_SIGNAL } from './durable/names.ts';
import { decodeFailure, decodeFirst } from './decode.ts';
import { atMsOf, readEvents } from './history.ts';
import type { Execution, HistoryEvent } from './history.ts';

const { EventType } = proto.temporal.api.enums.v1;

/**
 * How a run that is alone stands, as the history of its open workflow says: for a reader whom the workflow doesn't answer, since
 * nobody runs it, as just after a crash, or since it is busy. Null when there is no such workflow.
 * @param begun the run as its workflow was given it
 */
export async function readStanding(client: Client, execution: Execution, begun: EventRun): Promise<RunState | null> {
  const events = await readEvents(client, execution);
  if (events === null) return null;
  let run = begun;
  for (const one of events) run = await follow(client, execution, run, one);
  return stateOf(run.phase.status === 'accepted' ? beforeFirstOutcome(run, events) : run);
}

/** What an attempt on a worker was given, and what has come of it. */
async function follow(client: Client, { workflowId }: Execution, run: EventRun, event: HistoryEvent): Promise<EventRun> {
  const owner = { workflowId, activity: { isLocal: false } };
  const {
    activityTaskScheduledEventAttributes: scheduled,
    activityTaskCompletedEventAttributes: completed,
    activityTaskFailedEventAttributes: failed,
    activityTaskTimedOutEventAttributes: lost,
  } = event;
  const stage = scheduled?.activityType?.name ?? '';
  // What that comes to belongs to a run of its own.
  if (stage === ON_CANCEL || (run.phase.status === 'running' && run.phase.stage === ON_CANCEL)) return cleaningUp(run);
  if (run.event.plan.stages.includes(stage)) {
    const input = (await decodeFirst(client, owner, scheduled?.input)) as RunStageInput;
    return beginAttempt(input.run, stage);
  }
  if (lost) {
    const said = await decodeFirst(client, owner, lost.failure?.timeoutFailureInfo?.lastHeartbeatDetails);
    return keepProgress(run, isProgress(said) ? said : null);
  }
  const left = completed
    ? await decodeFirst(client, owner, completed.result)
    : failed && firstDetail(await decodeFailure(client, owner, failed.failure));
  return isRunOutcome(left) ? recordOutcome(run, left) : run;
}

function firstDetail(error: Error): unknown {
  return error instanceof ApplicationFailure ? error.details?.[0] : null;
}

/** Of a run of which no attempt on a worker is on record. */
function beforeFirstOutcome(run: EventRun, events: readonly HistoryEvent[]): EventRun {
  const { delayMs, plan } = run.event;
  const has = (type: HistoryEvent['eventType']): boolean => events.some(({ eventType }) => eventType === type);
  const [first] = events;
  const dueAtMs = (first === undefined ? 0 : atMsOf(first)) + delayMs;
  if (delayMs > 0 && !has(EventType.EVENT_TYPE_TIMER_FIRED)) {
    return wait(run, null, { reason: 'delay', untilMs: dueAtMs, forMs: delayMs });
  }
  // The stages of such a run are begun within its task, of which nothing is on record before its end.
  const stage = nextStage(run);
  if (isInline(plan)) return stage === null || !has(EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED) ? run : beginAttempt(run, stage);
  const granted = events.filter(({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === GRANTED_SIGNAL).length;
  // In the order in which every event asks for its permits.
  const key = (plan.limits ?? []).toSorted((a, b) => (a.key < b.key ? -1 : 1))[granted]?.key;
  return key === undefined || !has(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
    ? run
    : wait(run, Object.keys(run.attempts).length === 0 ? null : stage, { reason: 'permit', key, sinceMs: dueAtMs });
}

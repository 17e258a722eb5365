import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  condition,
  isCancellation,
  proxyActivities,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { ChildWorkflowHandle, Workflow } from '@temporalio/workflow';
import type { HandlerPlan } from '../domain/accepted-event.ts';
import type { RunRecord } from '../domain/chunk.ts';
import { endRun, failRun, isEnded, stateOf } from '../domain/event-run.ts';
import type { EventRun, RunState } from '../domain/event-run.ts';
import { dueHandlers, failedHandlers, handlerRun, recordHandler, settleHandlers } from '../domain/handler-runs.ts';
import { firstThatFit } from '../domain/first-that-fit.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { eventWorkflowId } from '../temporal/durable/workflow-ids.ts';
import type { Cancellable } from './cancellable.ts';
import { startAlone } from './start-left.ts';
import { WATCHED } from './watched.ts';

const { cancelItems, readVerdict } = proxyActivities<Pick<Activities, 'cancelItems' | 'readVerdict'>>({
  ...WATCHED,
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

// One that can't be cancelled at the moment can be as soon as it waits.
const CANCEL_AGAIN = '1s';

/**
 * Has the handlers of a run that haven't ended called, each as a chunk of its own, one that comes after another once that is
 * complete; one that has failed for good where the event's stages ran becomes one, too, so that whatever has failed has a workflow that
 * says so. Resolves with the run at its end.
 * @param onChange told of the run each time that one of them has ended
 * @throws CancelledFailure once all that was called has ended
 */
export async function runHandlers(given: EventRun, cancellable: Cancellable, onChange: (run: EventRun) => void): Promise<EventRun> {
  let run = given;
  const called = new Set<string>();
  const open = new Map<string, string>();
  let ends = 0;
  try {
    for (let next = uncalled(); next.length > 0 || open.size > 0; next = uncalled()) {
      const seen = ends;
      await callAll(next);
      await cancellable.run(() => condition(() => ends > seen));
    }
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(cancelOpen);
    throw error;
  }
  return settleHandlers(run, Date.now());

  function uncalled(): readonly HandlerPlan[] {
    return [...dueHandlers(run), ...failedHandlers(run)].filter(({ name }) => !called.has(name));
  }

  /** Each start has the event's data in it, and a task's answer has so much room. */
  async function callAll(handlers: readonly HandlerPlan[]): Promise<void> {
    const parts = handlers.map((handler) => ({ handler, part: handlerRun(run, handler) }));
    for (const { handler } of parts) called.add(handler.name);
    for (let rest = parts; rest.length > 0;) {
      const next = firstThatFit(rest, ({ part }) => JSON.stringify(part).length);
      await Promise.all(next.map(call));
      rest = rest.slice(next.length);
    }
  }

  /** Resolves once it has begun. */
  async function call({ handler, part }: Part): Promise<void> {
    open.set(handler.name, eventWorkflowId(part.event));
    const child = await CancellationScope.nonCancellable(() => startAlone(part, { inFlight: 1, slowStartMs: 0 }));
    // It doesn't reject.
    void CancellationScope.nonCancellable(() => runApart(part, child)).then((state) => {
      run = recordHandler(run, handler.name, state);
      open.delete(handler.name);
      ends += 1;
      onChange(run);
    });
  }

  async function cancelOpen(): Promise<void> {
    while (open.size > 0) {
      await cancelItems({ workflowIds: [...open.values()] });
      await condition(() => open.size === 0, CANCEL_AGAIN);
    }
  }
}

interface Part {
  readonly handler: HandlerPlan;
  readonly part: EventRun;
}

/** A handler's run at its end, whatever that is. */
async function runApart(part: EventRun, child: ChildWorkflowHandle<Workflow> | null): Promise<RunState> {
  const ended = child === null ? await recorded(part) : await endOf(part, child);
  return stateOf(isEnded(ended.phase) ? ended : failRun(ended, { code: 'internal', message: 'its workflow left no verdict' }, Date.now()));
}

async function endOf(part: EventRun, child: ChildWorkflowHandle<Workflow>): Promise<EventRun> {
  try {
    return fromRecord(part, (await child.result()) as RunRecord);
  } catch (error) {
    const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
    // A Canceled workflow has no result, and keeps its record elsewhere.
    if (isCancellation(error)) return endRun(await recorded(part), { status: 'cancelled', endedAtMs: Date.now() });
    const left = cause instanceof ApplicationFailure ? (cause.details?.[0] as RunRecord | undefined) : undefined;
    if (left !== undefined) return fromRecord(part, left);
    const code = cause instanceof TerminatedFailure ? 'terminated' : cause instanceof TimeoutFailure ? 'timed_out' : 'internal';
    return failRun(part, { code, message: 'the workflow that ran it left no verdict' }, Date.now());
  }
}

/** What is on record of one that somebody else has started. */
async function recorded(part: EventRun): Promise<EventRun> {
  const left = await readVerdict({ workflowId: eventWorkflowId(part.event) });
  return left === null ? part : fromRecord(part, left);
}

function fromRecord({ event }: EventRun, { callback: _none, hasLeft: _never, runId: _its, ...state }: RunRecord): EventRun {
  return { event, ...state };
}

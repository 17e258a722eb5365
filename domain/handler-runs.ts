import { dueAtMs } from './accepted-event.ts';
import type { AcceptedEvent, HandlerPlan, RunPlan } from './accepted-event.ts';
import { handlerRunId } from './event-id.ts';
import { acceptRun, endRun, isAtHandlers, isEnded } from './event-run.ts';
import type { EventRun, Phase, RunState } from './event-run.ts';
import { handlerType } from './handler-type.ts';
import { handlersOf } from './handlers-of.ts';
import { isInline } from './is-inline.ts';

// The handlers of an event, each of which has a run of its own: that has one stage, the handler, and is advanced as any other. What
// the runs come to is kept in the event's own, here alone.

/** A handler's run, where it begins or stands. */
export function handlerRun(run: EventRun, handler: HandlerPlan): EventRun {
  const event = handlerEvent(run.event, handler);
  return { ...acceptRun(event), ...run.handlers?.[handler.name] };
}

/** The event as its handler's run has it. */
function handlerEvent(event: AcceptedEvent, { name, tier = event.tier, weight, retry, timeoutMs }: HandlerPlan): AcceptedEvent {
  const { type, plan, takenBy = [], batchId: _batch, ...rest } = event;
  const limits = takenBy.find((taken) => taken.name === name)?.limits;
  const handlerPlan: RunPlan = {
    definition: handlerType(plan.definition ?? type, name),
    weight,
    stages: [name],
    retry,
    timeoutsMs: { [name]: timeoutMs },
    respondAfterRecord: true,
    ...(limits !== undefined && { limits }),
  };
  return {
    ...rest,
    type,
    id: handlerRunId(event, name),
    ownId: null,
    tier,
    acceptedAtMs: dueAtMs(event),
    delayMs: 0,
    callback: null,
    plan: handlerPlan,
    handlerOf: { id: event.id, name },
  };
}

/** The event's run after one of its handlers has come to something. */
export function recordHandler(run: EventRun, name: string, state: RunState): EventRun {
  return isAtHandlers(run.phase) ? { ...run, handlers: { ...run.handlers, [name]: state } } : run;
}

/** Handlers that may be called now: they haven't ended, and all that they come after have completed. */
export function dueHandlers(run: EventRun): readonly HandlerPlan[] {
  if (!isAtHandlers(run.phase)) return [];
  return handlersOf(run.event).filter((handler) => {
    return !isEnded(phaseOf(run, handler.name)) && before(run, handler).every((name) => phaseOf(run, name).status === 'completed');
  });
}

/** Those of them that nobody has called, and that are quick: they are called where the event's stages run. */
export function dueInline(run: EventRun): readonly HandlerPlan[] {
  return dueHandlers(run).filter((handler) => isInline(handler) && phaseOf(run, handler.name).status === 'accepted');
}

/** Handlers that have failed for good. */
export function failedHandlers(run: Pick<EventRun, 'event' | 'handlers'>): readonly HandlerPlan[] {
  return handlersOf(run.event).filter(({ name }) => phaseOf(run, name).status === 'failed');
}

/** Whether another of its handlers comes after this one. */
export function isAwaited(run: EventRun, name: string): boolean {
  return handlersOf(run.event).some((handler) => before(run, handler).includes(name));
}

/**
 * Ends handlers that are never called, as one that they come after has not completed; and the run, once all of its handlers have
 * ended: as completed if all of them are, else as partial.
 */
export function settleHandlers(run: EventRun, nowMs: number): EventRun {
  if (!isAtHandlers(run.phase)) return run;
  let settled = run;
  for (let skipped = firstSkipped(settled); skipped !== undefined; skipped = firstSkipped(settled)) {
    const skippedRun = endRun(handlerRun(settled, skipped), { status: 'cancelled', endedAtMs: nowMs });
    const { event: _event, ...state } = skippedRun;
    settled = recordHandler(settled, skipped.name, state);
  }
  const phases = handlersOf(settled.event).map(({ name }) => phaseOf(settled, name));
  if (!phases.every(isEnded)) return settled;
  const status = phases.every((phase) => phase.status === 'completed') ? 'completed' : 'partial';
  return endRun(settled, { status, endedAtMs: nowMs });
}

/** The same of a run that others share a history with, where only one that is complete ends. */
export function completeHandlers(run: EventRun, nowMs: number): EventRun {
  const settled = settleHandlers(run, nowMs);
  return settled.phase.status === 'partial' ? { ...settled, phase: run.phase } : settled;
}

function firstSkipped(run: EventRun): HandlerPlan | undefined {
  return handlersOf(run.event).find((handler) => {
    const isOpen = !isEnded(phaseOf(run, handler.name));
    return isOpen && before(run, handler).some((name) => hasNotCompleted(phaseOf(run, name)));
  });
}

function hasNotCompleted(phase: Phase): boolean {
  return isEnded(phase) && phase.status !== 'completed';
}

/** What it comes after of all that take the event. */
function before(run: EventRun, { after = [] }: HandlerPlan): readonly string[] {
  const names = handlersOf(run.event).map(({ name }) => name);
  return after.filter((name) => names.includes(name));
}

function phaseOf({ handlers }: Pick<EventRun, 'handlers'>, name: string): Phase {
  return handlers?.[name]?.phase ?? { status: 'accepted' };
}

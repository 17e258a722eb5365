import type { AcceptedEvent, RunPlan } from '../domain/accepted-event.ts';
import type { EventDefinition, HandlerLog } from '../domain/define-event.ts';
import { acceptRun, retryOf } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import { toDefinition } from '../domain/handler-definition.ts';
import type { HandlerServices } from '../domain/handler-services.ts';
import type { Middleware } from '../domain/middleware.ts';
import type { HandlerDefinition } from '../domain/on.ts';
import { recordOutcome } from '../domain/run-outcome.ts';
import { toRunPlan } from '../domain/run-plan.ts';
import type { Stage } from '../domain/stage.ts';
import type { StateChange } from '../domain/state-change.ts';
import { createAdvance } from '../handlers/advance.ts';
import type { ErrorTrace } from '../handlers/stage-failure.ts';
import { Stopped } from '../handlers/stopped.ts';
import { BusError } from './bus-error.ts';
import { Again, emitInto } from './call.ts';
import type { Call, Follow } from './call.ts';
import { CallLog } from './call-context.ts';

export interface StageWorkDependencies {
  readonly lent: () => HandlerServices;
  /** Read at each call. */
  readonly use: readonly Middleware[];
  readonly log: HandlerLog;
  /** Aborts with a `Stopped`. */
  readonly signal: AbortSignal;
  readonly follow: Follow;
  readonly now: () => number;
  readonly monotonicMs: () => number;
}

/**
 * Has the stages of a definition run for a call, by the same loop as in the service: gives their results by name, or an `Again`.
 * @param type of the events; default the definition's
 * @throws BusError with the code of what it has failed with; Stopped
 */
export type StageWork = (definition: EventDefinition, type?: string) => (call: Call) => Promise<Again | Readonly<Record<Stage, unknown>>>;

interface KeptState {
  readonly version: number;
  readonly state: unknown;
  readonly updatedAtMs: number | null;
}

const NO_STATE: KeptState = { version: 0, state: null, updatedAtMs: null };

export function createStageWork({ lent, use, log, signal, follow, now, monotonicMs }: StageWorkDependencies): StageWork {
  const states = new Map<string, KeptState>();

  return (definition, type = definition.type) => {
    const planOf = (subjectType: string | undefined): RunPlan => toRunPlan(definition, { type, limits: [], subjectType });
    const [plan, planWithSubject] = [planOf(undefined), planOf(definition.subject?.type)];

    return async function work(call) {
      // For each call, since what is emitted is its own.
      const advance = createAdvance({
        resolve: () => definition,
        services: lent(),
        use,
        openEmitter: () => ({ emit: emitInto(call), accept: () => follow(call) }),
        now,
        monotonicMs,
        changeOf: whole,
      });
      const run = call.run ?? acceptRun(toAccepted(call.event, call.event.subject === null ? plan : planWithSubject, now()));
      const { subjectType } = run.event.plan;
      const key = subjectType === undefined ? null : { type: subjectType, id: run.event.subject ?? '', tenant: run.event.tenant };
      const name = JSON.stringify(key);
      const before = states.get(name) ?? NO_STATE;
      const handlerLog = new CallLog(log, call);
      const { runs, change } = await advance(
        { runs: [run], atOnce: 1, inOrder: key !== null, goOn: 'until-it-waits', bounds: null, subject: key && { key, ...before } },
        { signal, tell: (told) => told.kind === 'log' && handlerLog[told.level](told.message, told.fields) },
      );
      if (change !== null) {
        states.set(name, { version: before.version + 1, state: change.set, updatedAtMs: now() });
      }
      const [one] = runs;
      if (one?.kind !== 'advanced') throw new Stopped('shutdown');
      call.run = recordOutcome(run, one.outcome);
      return resultOf(call.run, one.trace);
    };
  };
}

/** It goes nowhere: what differs needn't be found. */
function whole(_before: unknown, after: unknown): StateChange {
  return { set: after as StateChange['set'], removed: [], lists: {} };
}

/** @param trace where its last attempt failed */
function resultOf(run: EventRun, trace: ErrorTrace | null): Again | EventRun['results'] {
  const { phase, results } = run;
  if (phase.status === 'completed') return results;
  if (phase.status === 'failed') throw new BusError(phase.error.code, phase.error.message, { cause: trace });
  return new Again(retryOf(run)?.forMs ?? 0);
}

// Field by field: to spread an event and add to it takes as long as the rest of the call.
function toAccepted(
  { id, type, time, data, tier, urgency, tenant, source, subject }: HandledEvent,
  plan: RunPlan,
  acceptedAtMs: number,
): AcceptedEvent {
  return {
    id,
    type,
    time,
    data,
    tier,
    urgency,
    tenant,
    source,
    subject,
    ownId: null,
    run: 1,
    acceptedAtMs,
    delayMs: 0,
    callback: null,
    plan,
  };
}

/** Has a handler called by the same loop, as the one stage of a type. */
export function handlerWork(handler: HandlerDefinition, stageWork: StageWork): (call: Call) => Promise<unknown> {
  const { name } = handler;
  const work = stageWork(toDefinition(handler), handler.event.type);
  return async (call) => {
    const result = await work(call);
    return result instanceof Again ? result : result[name];
  };
}

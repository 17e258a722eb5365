import type { HandlerPlan, PermitNeed, RunPlan } from './accepted-event.ts';
import type { EventDefinition } from './define-event.ts';
import type { HandlerDefinition } from './on.ts';

export interface PlanFor {
  /** The event's own type, which its definition may stand for. */
  readonly type: string;
  readonly limits: readonly PermitNeed[];
  /** Where its subject processes it. */
  readonly subjectType: string | undefined;
  /** Those of the definition that are called after its stages; absent where there are none. */
  readonly handlers?: readonly HandlerDefinition[];
}

/** A type's settings as they go with an event of it. */
export function toRunPlan(definition: EventDefinition, { type, limits, subjectType, handlers = [] }: PlanFor): RunPlan {
  return {
    ...(definition.type !== type && { definition: definition.type }),
    weight: definition.weight,
    stages: definition.stages,
    retry: definition.retry,
    timeoutsMs: definition.timeoutsMs,
    respondAfterRecord: definition.respondAfterRecord,
    ...(limits.length > 0 && { limits }),
    ...(subjectType !== undefined && { subjectType }),
    ...(handlers.length > 0 && { handlers: handlers.map(toHandlerPlan) }),
  };
}

function toHandlerPlan({ name, weight, retry, timeoutMs, after, tier }: HandlerDefinition): HandlerPlan {
  return { name, weight, retry, timeoutMs, ...(after.length > 0 && { after }), ...(tier !== null && { tier }) };
}

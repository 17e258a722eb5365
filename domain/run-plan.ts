import type { PermitNeed, RunPlan } from './accepted-event.ts';
import type { EventDefinition } from './define-event.ts';

export interface PlanFor {
  /** The event's own type, which its definition may stand for. */
  readonly type: string;
  readonly limits: readonly PermitNeed[];
  /** Where its subject processes it. */
  readonly subjectType: string | undefined;
}

/** A type's settings as they go with an event of it. */
export function toRunPlan(definition: EventDefinition, { type, limits, subjectType }: PlanFor): RunPlan {
  return {
    ...(definition.type !== type && { definition: definition.type }),
    weight: definition.weight,
    stages: definition.stages,
    retry: definition.retry,
    timeoutsMs: definition.timeoutsMs,
    respondAfterRecord: definition.respondAfterRecord,
    ...(limits.length > 0 && { limits }),
    ...(subjectType !== undefined && { subjectType }),
  };
}

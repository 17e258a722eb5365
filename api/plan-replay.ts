import { handlerNeeds, permitNeeds, unusableKeys } from '../domain/accept-event.ts';
import type { AcceptSettings } from '../domain/accept-event.ts';
import type { AcceptedEvent, RunPlan } from '../domain/accepted-event.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import type { Fault } from '../domain/fault.ts';
import type { Ask } from '../domain/question.ts';
import { toRunPlan } from '../domain/run-plan.ts';
import { applyPatch } from './apply-patch.ts';
import type { PatchOperation } from './apply-patch.ts';
import { faultySummary } from './faulty-summary.ts';
import type { Problem } from './problem.ts';
import { unknownType } from './unknown-type.ts';

export interface PlanReplayDependencies {
  readonly settings: AcceptSettings;
  readonly catalog: Catalog;
  /** Stands for every type that the catalog lacks; null where there is none. */
  readonly fallback: EventDefinition | null;
  readonly ask: Ask;
}

/** What of an event its next run may have otherwise. */
export type ReplayedPart = Pick<AcceptedEvent, 'data' | 'plan' | 'takenBy'>;

export type PlannedReplay = { readonly ok: true; readonly event: ReplayedPart } | { readonly ok: false; readonly problem: Problem };

/** @throws TypeBlockedError, BusyError */
export type PlanReplay = (event: AcceptedEvent, patch: readonly PatchOperation[] | undefined) => Promise<PlannedReplay>;

/**
 * Creates what says how an event's next run is to be run: by its type's settings as they are now, since what is replayed has often been
 * mended by a change of them. Patched data is accepted by its type, or refused, as a new event's is. Data that isn't patched was accepted
 * once, and stays as that has left it: a schema needn't take what it has made.
 */
export function createPlanReplay({ catalog, fallback, ask, settings }: PlanReplayDependencies): PlanReplay {
  return async (event, patch) => {
    const { type, tenant, plan } = event;
    const definition = catalog.find(type) ?? fallback;
    if (definition === null) return { ok: false, problem: unknownType(type, catalog) };
    const patched = applyPatch(event.data, patch ?? []);
    if (!patched.ok) return invalid([{ ...patched.fault, pointer: `/patch${patched.fault.pointer}` }]);
    const accepted = await ask({ kind: 'accept', type: definition.type, envelope: { type, data: patched.value }, tenant });
    if (!accepted.ok && patch !== undefined) return invalid(accepted.faults);
    const needs = permitNeeds(definition, accepted.ok ? accepted.limits : (plan.limits ?? []), settings);
    const unusable = unusableKeys(needs);
    if (unusable.length > 0) return invalid(unusable);
    const handlers = catalog.handlersOf(definition.type);
    const planWith = (some: typeof handlers): RunPlan =>
      toRunPlan(definition, { type, limits: needs, subjectType: undefined, handlers: some });
    // What was added since is for events that came since.
    const had = handlers.filter(({ name }) => plan.handlers?.some((one) => one.name === name));
    if (!accepted.ok || patch === undefined) return { ok: true, event: { ...partOf(event), plan: planWith(had) } };
    const { data } = accepted;
    const takenBy = await handlerNeeds(definition, { ...event, data, plan: planWith(handlers) }, { settings, handlers, ask });
    return { ok: true, event: { data, plan: planWith(handlers), ...(takenBy !== null && { takenBy }) } };
  };
}

function partOf({ data, plan, takenBy }: AcceptedEvent): ReplayedPart {
  return { data, plan, ...(takenBy !== undefined && { takenBy }) };
}

function invalid(errors: readonly Fault[]): PlannedReplay {
  return { ok: false, problem: { code: 'invalid_event', detail: faultySummary(errors), errors } };
}

import { NO_NEEDS } from '../domain/call-queue.ts';
import type { PlaceNeed } from '../domain/call-queue.ts';
import type { PermitNeed } from '../domain/accepted-event.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import { callWith } from '../domain/middleware.ts';
import { on } from '../domain/on.ts';
import type { HandlerDefinition } from '../domain/on.ts';
import { toPriority } from '../domain/tier.ts';
import type { BusHandler, ListenOptions } from './bus.ts';
import { contextOf } from './call-context.ts';
import type { CallSurroundings } from './call-context.ts';
import { ANYBODY } from './call.ts';
import type { Subscription } from './call.ts';
import { handlerWork } from './stage-work.ts';
import type { StageWork } from './stage-work.ts';

/** What is done for a type's events wherever they are handled: its own stages, then each of its handlers. */
export function subscribeDefinitions(
  definition: EventDefinition,
  handlers: readonly HandlerDefinition[],
  stageWork: StageWork,
): readonly Subscription[] {
  const stages = definition.stages.length === 0 ? [] : [subscribeStages(definition, stageWork)];
  const byName = new Map<string, Subscription>();
  const subscribe = (handler: HandlerDefinition): Subscription => {
    const known = byName.get(handler.name);
    if (known !== undefined) return known;
    const after = handler.after.flatMap((name) => handlers.filter((other) => other.name === name)).map(subscribe);
    const subscription = { ...subscribeHandler(handler, stageWork), after };
    byName.set(handler.name, subscription);
    return subscription;
  };
  return [...stages, ...handlers.map(subscribe)];
}

function subscribeStages(definition: EventDefinition, stageWork: StageWork): Subscription {
  const prepare = (event: HandledEvent): readonly PlaceNeed[] => {
    const needs = toPlaces(definition.limitsOf(event));
    // Its subject takes one after the other.
    if (definition.subject === null || event.subject === null) return needs;
    return [...needs, { key: `subject ${definition.subject.type} ${event.subject}`, capacity: 1 }];
  };
  return { ...ANYBODY, name: definition.type, prepare, work: stageWork(definition) };
}

function subscribeHandler(handler: HandlerDefinition, stageWork: StageWork): Subscription {
  const { name, tier } = handler;
  return {
    ...ANYBODY,
    name,
    priority: tier === null ? null : toPriority(tier),
    prepare: (event) => (handler.takes(event) ? toPlaces(handler.limitsOf(event)) : null),
    work: handlerWork(handler, stageWork),
  };
}

/** A key that is named twice is one place. */
function toPlaces(permits: readonly PermitNeed[]): readonly PlaceNeed[] {
  return [...new Map(permits.map(({ key, capacity }) => [key, { key, capacity }])).values()];
}

export interface Listener {
  readonly definition: EventDefinition;
  readonly handler: BusHandler<never>;
  readonly options: ListenOptions<never>;
  readonly isOnce: boolean;
  /** Of those that are made, so that each has a key and a name of its own. */
  readonly number: number;
  readonly after: readonly Subscription[];
}

/** @throws Error for options that can't work */
export function subscribeListener(listener: Listener, surroundings: CallSurroundings, stageWork: StageWork): Subscription {
  const { definition, handler, options, isOnce, number, after } = listener;
  const { priority, concurrency, filter } = options;
  const name = options.name ?? (handler.name || `handler-${number}`);
  const whose = `handler "${name}" of event type "${definition.type}"`;
  if (Number.isNaN(priority)) throw new Error(`${whose}: a priority is a number or the name of a tier`);
  if (concurrency !== undefined && !(concurrency >= 1)) throw new Error(`${whose}: its concurrency is 1 or more`);
  const takes = filter as ((event: HandledEvent) => boolean) | undefined;
  const needs = concurrency === undefined ? NO_NEEDS : [{ key: `handler ${number}`, capacity: concurrency }];
  const call = handler as BusHandler<unknown>;
  return {
    ...ANYBODY,
    name,
    handler,
    priority: priority === undefined ? null : toPriority(priority),
    isOnce,
    prepare: takes === undefined && needs === NO_NEEDS ? null : (event) => (takes?.(event) === false ? null : needs),
    after,
    work: toWork(),
  };

  function toWork(): Subscription['work'] {
    const { retry, timeout } = options;
    // The way of a handler that is called once, for any time, is short: nothing is counted or watched.
    if (retry === undefined && timeout === undefined) {
      const { use } = surroundings;
      return (called) => {
        const context = contextOf(called, surroundings);
        if (use.length === 0) return call(called.event, context);
        return callWith(use, called.event, context, () => call(called.event, context));
      };
    }
    const defined = on(definition, `handler-${number}`, call, { retry: retry ?? { maxAttempts: 1 }, ...(timeout && { timeout }) });
    return handlerWork({ ...defined, name }, stageWork);
  }
}

import type { Catalog } from './catalog.ts';
import type { EventDefinition } from './define-event.ts';
import type { HandledEvent } from './handled-event.ts';
import { handlerType } from './handler-type.ts';
import type { HandlerDefinition } from './on.ts';

/** A handler as the definition of a type whose only stage it is: what has stages run has handlers called, too. */
export function toDefinition({ event, name, weight, retry, timeoutMs, run }: HandlerDefinition): EventDefinition {
  return {
    ...event,
    type: handlerType(event.type, name),
    retry,
    stages: [name],
    timeoutsMs: { [name]: timeoutMs },
    subject: null,
    // What is called by itself has room of its own.
    coalesce: event.coalesce && weight === 'light',
    run: (_stage, given, _results, context) => run(given, context),
  };
}

/** Finds what a run's plan names: a type, or a handler of one; undefined where there is none. */
export function resolveIn({ find, handlersOf }: Pick<Catalog, 'find' | 'handlersOf'>): (name: string) => EventDefinition | undefined {
  return (name) => {
    const [type = '', handlerName] = name.split('/');
    if (handlerName === undefined) return find(type);
    const handler = handlersOf(type).find((one) => one.name === handlerName);
    return handler && toDefinition({ ...handler, run: (event, context) => handler.run(ofEvent(event), context) });
  };
}

/** Its handler sees the event itself, and not the run that calls it. */
function ofEvent(event: HandledEvent & { readonly handlerOf?: { readonly id: string } }): HandledEvent {
  return event.handlerOf === undefined ? event : { ...event, id: event.handlerOf.id };
}

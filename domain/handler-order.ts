import type { HandlerDefinition } from './on.ts';

/** @throws Error where two handlers of a type have one name, one comes after an unknown one, or after itself by way of others */
export function assertHandlers(handlers: readonly HandlerDefinition[]): void {
  const byName = new Map<string, HandlerDefinition>();
  for (const handler of handlers) {
    if (byName.has(keyOf(handler))) throw new Error(`${textOf(handler)} is defined twice`);
    byName.set(keyOf(handler), handler);
  }
  const settled = new Set<HandlerDefinition>();

  for (const handler of handlers) follow(handler, new Set());

  function follow(handler: HandlerDefinition, path: Set<HandlerDefinition>): void {
    if (settled.has(handler)) return;
    if (path.has(handler)) throw new Error(`${textOf(handler)} comes after itself`);
    path.add(handler);
    for (const name of handler.after) {
      const before = byName.get(keyOf({ event: handler.event, name }));
      if (before === undefined) throw new Error(`${textOf(handler)} comes after "${name}", which its type does not have`);
      follow(before, path);
    }
    path.delete(handler);
    settled.add(handler);
  }
}

type Named = Pick<HandlerDefinition, 'event' | 'name'>;

function keyOf({ event, name }: Named): string {
  return `${event.type} ${name}`;
}

function textOf({ event, name }: Named): string {
  return `handler "${name}" of event type "${event.type}"`;
}

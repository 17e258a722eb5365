import type { AcceptedEvent, HandlerNeed } from '../domain/accepted-event.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { isInline } from '../domain/is-inline.ts';
import type { Ask } from '../domain/question.ts';
import { permitNeeds } from './permit-needs.ts';
import type { ConfiguredLimits } from './permit-needs.ts';

export interface HandlerNeedsDependencies extends ConfiguredLimits {
  readonly catalog: Catalog;
  readonly ask: Ask;
}

/**
 * Which handlers take an event, and the permits that they need; null where that is the same for every event of its type, and none needs any.
 * @throws TypeBlockedError, BusyError
 */
export async function handlerNeeds(
  { catalog, ask, ...limits }: HandlerNeedsDependencies,
  { type }: EventDefinition,
  event: AcceptedEvent,
): Promise<readonly HandlerNeed[] | null> {
  const handlers = catalog.handlersOf(type);
  if (!handlers.some((handler) => handler.isChoosy || !isInline(handler))) return null;
  const { plan: _plan, ...handled } = event;
  const needs = handlers.some(({ isChoosy }) => isChoosy)
    ? await ask({ kind: 'handlers', type, event: handled })
    : handlers.map(({ name }) => ({ name, limits: [] }));
  return needs.map(({ name, limits: named = [] }) => {
    const handler = handlers.find((one) => one.name === name);
    const all = handler === undefined ? named : permitNeeds(handler, named, limits);
    return { name, ...(all.length > 0 && { limits: all }) };
  });
}

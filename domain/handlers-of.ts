import type { AcceptedEvent, HandlerPlan } from './accepted-event.ts';

/** The handlers that an event is handed to once its stages are complete. */
export function handlersOf({ plan: { handlers = [] }, takenBy }: Pick<AcceptedEvent, 'plan' | 'takenBy'>): readonly HandlerPlan[] {
  return takenBy === undefined ? handlers : handlers.filter(({ name }) => takenBy.some((taken) => taken.name === name));
}

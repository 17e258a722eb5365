import type { EventDefinition } from '../domain/define-event.ts';
import { createLifeEvents } from './life/index.ts';
import { orderPlaced } from './order-placed.ts';
import { session } from './sessions/session.ts';

/** The event types this service knows: a type of your own is a file beside this one and a line here. */
export const eventDefinitions: readonly EventDefinition[] = [orderPlaced, session, ...createLifeEvents()];

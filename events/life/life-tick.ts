import { z } from 'zod';
import { defineEvent } from 'tickless';
import type { EventDefinition, SubjectDefinition, Tick } from 'tickless';
import type { LivedState } from './rules/settle-life.ts';

/** What a schedule sends to every life, where one is configured. */
export const LIFE_TICK: Tick = { subjectType: 'life', eventType: 'life.tick' };

/** Settles what time has changed, as any event does, and changes nothing else: the ticking loop, for whoever wants to see one. */
export function createLifeTick(subject: SubjectDefinition<LivedState>): EventDefinition {
  return defineEvent({
    type: LIFE_TICK.eventType,
    summary: 'Life: settles the time that has passed; sent every LIFE_TICK, or not at all.',
    data: z.object({ reason: z.string().optional() }).default({}),
    tier: 'low',
    subject,
    handler: () => null,
  });
}

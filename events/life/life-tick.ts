import { z } from 'zod';
import { defineEvent } from '../../domain/define-event.ts';
import { lifeSubject } from './life-subject.ts';

/** Settles what time has changed, as any event does, and changes nothing else: the ticking loop, for whoever wants to see one. */
export const lifeTick = defineEvent({
  type: 'life.tick',
  summary: 'Life: settles the time that has passed; send it by a schedule, or not at all.',
  data: z.object({ reason: z.string().optional() }).default({}),
  tier: 'low',
  subject: lifeSubject,
  handler: () => null,
});

import { z } from 'zod';
import type { LifeEvent } from './rules/meaning.ts';

const originalMemory = z.looseObject({
  event_type: z.string(),
  emotional_impact: z.enum(['positive', 'negative', 'neutral']).optional().catch(undefined),
});

/** `data` of a Life event (life.md, section 1). An intensity beyond its type's usual range is accepted as it is. */
export const lifeData = z.object({
  intensity: z.number().min(-1).max(1).describe('how strong, and whether it hurts (below 0) or helps'),
  metadata: z.looseObject({ internal: z.boolean().optional(), original_memory: z.unknown().optional() }).default({}),
});

export type LifeData = z.output<typeof lifeData>;

/** The event as Life's rules see it. */
export function toLifeEvent(type: string, { intensity, metadata }: LifeData): LifeEvent {
  const memory = originalMemory.safeParse(metadata.original_memory);
  if (!memory.success) return { type, intensity };
  const { event_type: eventType, emotional_impact: mood } = memory.data;
  return { type, intensity, originalMemory: { eventType, mood: mood ?? 'neutral' } };
}

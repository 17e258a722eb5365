import { hasEnded } from '../../../domain/event-resource.ts';
import type { EventSummary } from '../../../domain/event-summary.ts';

/** How many of these events were under way at that time, and how many of those have ended since. */
export function countSurvivors(
  events: readonly Pick<EventSummary, 'acceptedAt' | 'completedAt' | 'status'>[],
  at: string,
): { readonly open: number; readonly ended: number } {
  const open = events.filter(({ acceptedAt, completedAt }) => acceptedAt <= at && (completedAt === null || completedAt > at));
  return { open: open.length, ended: open.filter(hasEnded).length };
}

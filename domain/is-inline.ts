import type { RunPlan } from './accepted-event.ts';

/** Whether its stages run in the process that accepts it, in one local activity, or else each on a worker, as an activity. */
export function isInline({ weight }: Pick<RunPlan, 'weight'>): boolean {
  return weight === 'light';
}

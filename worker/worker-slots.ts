import { availableParallelism } from 'node:os';
import type { Environment } from '../config/environment.ts';
import { totalReserved } from '../domain/tier.ts';

// Most of what is heavy waits for others most of the time; what computes is bounded by the hosts that it runs in.
const PER_CORE = 16;

/** How many heavy stages a worker process takes. */
export interface StageSlots {
  readonly heavy: number;
  /** Beside them, for those whose permit is kept for their tier. */
  readonly reserved: number;
  /** Whether all the processes that stages run in are kept busy: then no other is taken, but of those. */
  readonly isBusy: () => boolean;
}

export function stageSlots(environment: Environment, isBusy: () => boolean): StageSlots {
  // How many there are at work says the number of permits that are kept, of all keys.
  const heavy = workerSlots(environment);
  return { heavy, reserved: heavy + totalReserved(environment.RESERVED_TASKS), isBusy };
}

/**
 * So many stages a worker process has at work at once. The cluster's cap is the permits' business: with no more slots than permits, a cap that
 * is raised would do nothing, and who has a limit of his own would take the slots of all others.
 */
export function workerSlots({ WORKER_SLOTS, MAX_CONCURRENT_TASKS }: Environment, cores = availableParallelism()): number {
  return WORKER_SLOTS ?? Math.max(PER_CORE * cores, MAX_CONCURRENT_TASKS);
}

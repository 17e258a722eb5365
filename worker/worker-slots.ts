import { availableParallelism } from 'node:os';
import type { Environment } from '../config/environment.ts';

// Most of what is heavy waits for others most of the time; what computes is bounded by the hosts that it runs in.
const PER_CORE = 16;

/**
 * So many stages a worker process has at work at once. The cluster's cap is the permits' business: with no more slots than permits, a cap that
 * is raised would do nothing, and who has a limit of his own would take the slots of all others.
 */
export function workerSlots({ WORKER_SLOTS, MAX_CONCURRENT_TASKS }: Environment, cores = availableParallelism()): number {
  return WORKER_SLOTS ?? Math.max(PER_CORE * cores, MAX_CONCURRENT_TASKS);
}

import { Gauge, Registry } from 'prom-client';
import { within } from '../runtime/within.ts';
import type { Figures } from '../domain/stats-resource.ts';

// A scrape has 10 s as a rule, and the engine may be away.
const PATIENCE_MS = 3_000;

/**
 * The cluster's figures for Prometheus, the same from every API process: their maximum counts, not their sum. None of them are
 * shown while the engine can't be asked.
 * @param lackingQueues the task queues that no worker takes from
 */
export function createFigureMetrics(read: () => Promise<Figures>, lackingQueues: () => Promise<readonly string[]>): () => Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, ...labelNames: string[]) => new Gauge({ name, help, labelNames, registers });
  const permits = gauge('tickless_permits', 'Permits of the limits that the configuration names', 'key', 'state');
  const heldFor = gauge('tickless_permit_longest_held_seconds', 'How long the oldest permit of a limit has been held', 'key');
  const backlog = gauge('tickless_backlog', 'Events that wait for a permit', 'tier');
  const running = gauge('tickless_events_running', 'Accepted events without a verdict, but those that wait for a permit', 'tier');
  const destinations = gauge('tickless_destinations', 'Destinations of callbacks by the state of their circuit breakers', 'state');
  const unserved = gauge('tickless_queues_unserved', 'Task queues that no worker takes from');

  return async () => {
    const known = await within(
      Promise.all([read(), lackingQueues()]).catch(() => null),
      PATIENCE_MS,
    );
    if (known === null) return '';
    const [figures, lacking] = known;
    for (const [key, { capacity, held, waiting, longestHeldMs }] of Object.entries(figures.permits)) {
      permits.set({ key, state: 'capacity' }, capacity);
      permits.set({ key, state: 'held' }, held);
      permits.set({ key, state: 'waiting' }, waiting);
      heldFor.set({ key }, longestHeldMs / 1_000);
    }
    for (const [tier, count] of Object.entries(figures.backlog)) backlog.set({ tier }, count);
    for (const [tier, count] of Object.entries(figures.running)) running.set({ tier }, count);
    for (const [state, count] of Object.entries(figures.destinations)) destinations.set({ state }, count);
    unserved.set(lacking.length);
    return registry.metrics();
  };
}

import type { Catalog } from '../../domain/catalog.ts';

/** Milliseconds that a run of any of the types may hold a permit at most, its pauses between attempts aside. */
export function longestHoldMs({ definitions, handlersOf }: Catalog): number {
  const ofStages = definitions.map(({ stages, timeoutsMs, retry }) => {
    const total = stages.reduce((sum, stage) => sum + (timeoutsMs[stage] ?? 0), 0) * retry.maxAttempts;
    return Math.min(total, timeoutsMs['total'] ?? total);
  });
  const ofHandlers = definitions.flatMap(({ type }) => handlersOf(type).map(({ timeoutMs, retry }) => timeoutMs * retry.maxAttempts));
  return Math.max(0, ...ofStages, ...ofHandlers);
}

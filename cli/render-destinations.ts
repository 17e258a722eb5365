import type { DestinationResource } from '../domain/destination-resource.ts';
import { table } from './render.ts';
import type { Paint } from './render.ts';

export function renderDestinations(destinations: readonly DestinationResource[], paint: Paint): string {
  const rows = destinations.map(({ origin, state, parked, failures, connections, nextProbeAt }) => [
    origin,
    state,
    ...[parked, failures, connections].map(String),
    nextProbeAt ?? '–',
  ]);
  return table(['ORIGIN', 'BREAKER', 'PARKED', 'FAILURES', 'CONNECTIONS', 'NEXT PROBE'], rows, paint);
}

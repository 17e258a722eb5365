import type { CarryOut } from '../domain/bulk-order.ts';
import type { CarryOutOptions } from './temporal/create-carry-out.ts';

/** Loads what carries out the orders of bulk replays once it is needed: few processes ever do, and none as it starts. */
export function loadCarryOut(options: CarryOutOptions): () => Promise<CarryOut> {
  return async () => (await import('./temporal/create-carry-out.ts')).createCarryOut(options);
}

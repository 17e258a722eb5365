import type { Destination } from '../domain/destination.ts';
import { WORKFLOWS } from './durable/names.ts';
import { allOf, is, isOfType, isOpen } from './list-query.ts';

/** The deliveries that are parked for a destination, in the engine's query language. */
export function parkedQuery({ tenant, origin }: Destination): string {
  return allOf(isOfType(WORKFLOWS.deliverCallback), isOpen(), is('Destination', origin), is('Tenant', tenant));
}

import type { Destination } from '../domain/destination.ts';
import { toKeyword } from './durable/keyword.ts';

/** The deliveries that are parked for a destination, in the engine's query language. */
export function parkedQuery({ tenant, origin }: Destination): string {
  const of = `Destination = '${toKeyword(origin)}' AND Tenant = '${toKeyword(tenant)}'`;
  return `WorkflowType = 'deliverCallback' AND ExecutionStatus = 'Running' AND ${of}`;
}

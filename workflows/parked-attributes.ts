import type { SearchAttributes } from '@temporalio/common';
import { toKeyword } from '../temporal/durable/keyword.ts';

/** By which a parked delivery is found; one that isn't parked is under no `Destination`. */
export function parkedAttributes(tenant: string, parkedAt: string | undefined): SearchAttributes {
  return { Destination: parkedAt === undefined ? [] : [toKeyword(parkedAt)], Tenant: [toKeyword(tenant)] };
}

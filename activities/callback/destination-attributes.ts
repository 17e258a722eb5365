import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { Destination } from '../../domain/destination.ts';
import { toKeyword } from '../../temporal/durable/keyword.ts';

const TENANT = defineSearchAttributeKey('Tenant', 'KEYWORD');
const DESTINATION = defineSearchAttributeKey('Destination', 'KEYWORD');

/** By which a destination's own workflow, and what is parked for it, are found. */
export function destinationAttributes({ tenant, origin }: Destination): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: TENANT, value: toKeyword(tenant) },
    { key: DESTINATION, value: toKeyword(origin) },
  ]);
}

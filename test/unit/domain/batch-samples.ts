import type { AcceptedBatch } from '../../../domain/accepted-batch.ts';
import type { BatchItem, Rejection } from '../../../domain/batch-item.ts';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import { acceptedEvent, lightPlan, NOON_MS } from './event-samples.ts';

export function acceptedBatch(fields: Partial<AcceptedBatch> = {}): AcceptedBatch {
  return {
    id: 'night',
    tenant: 'default',
    name: null,
    mode: 'concurrent',
    maxParallel: 50,
    callback: null,
    acceptedAtMs: NOON_MS,
    upload: 'upload-1',
    pages: [{ size: 4, kind: 's' }],
    ...fields,
  };
}

export function eventItem(fields: Partial<AcceptedEvent> = {}): BatchItem {
  return { kind: 'event', event: acceptedEvent(fields) };
}

export const heavyItem = eventItem({ plan: { ...lightPlan, weight: 'heavy' } });

export function rejectedItem(fields: Partial<Rejection> = {}): BatchItem & { readonly kind: 'rejected' } {
  const errors = [{ pointer: '/data', detail: 'it is missing' }];
  return { kind: 'rejected', rejection: { type: 'sample', errors, atMs: NOON_MS, ...fields } };
}

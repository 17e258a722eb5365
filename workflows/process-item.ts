import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import type { OwnUnitInput } from '../domain/batch-work.ts';
import type { EventResource } from '../domain/event-resource.ts';
import { processEvent } from './process-event.ts';
import { holdPlaces } from './unit-places.ts';

const { readItem } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

/**
 * Runs an item that can't share a workflow, as the event that it is. Its data stays in its page: what a child leaves is in
 * its parent's history too.
 */
export async function processItem({ unit, ...item }: OwnUnitInput): Promise<EventResource> {
  return { ...(await processEvent(await readItem(item), undefined, holdPlaces(unit, 1))), data: null };
}

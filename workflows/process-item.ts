import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { OwnUnitInput } from '../domain/batch-work.ts';
import type { RunRecord } from '../domain/chunk.ts';
import { toChunk } from '../domain/chunk.ts';
import { processChunk } from './process-chunk.ts';
import { holdPlaces } from './unit-places.ts';

const { readItem } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

/** Runs an item that can't share a workflow, as the chunk of one that it is. Its event stays in its page. */
export async function processItem({ unit, ...item }: OwnUnitInput): Promise<RunRecord | null> {
  return processChunk(toChunk([await readItem(item)]), holdPlaces(unit, 1));
}

import { condition } from '@temporalio/workflow';
import type { BatchResource } from '../domain/batch-resource.ts';
import type { EventResource } from '../domain/event-resource.ts';

/**
 * Keeps what was archived: it is the input. It stays open until it is terminated, since the engine forgets what has been
 * closed for the retention time; it is started with a long delay, so that it costs no task.
 */
export async function keepArchived(_kept: EventResource | BatchResource): Promise<void> {
  await condition(() => false);
}

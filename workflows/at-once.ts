import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';

/** All stages, and the first callback, of an event or of a group in one local activity. */
export const { runEvent, runGroup } = proxyLocalActivities<Activities>({
  // They end by themselves: no stage takes longer than a second, nor do the callbacks. The rest is for a process that can't.
  startToCloseTimeout: '15s',
  retry: { initialInterval: '100ms', maximumInterval: '5s' },
});

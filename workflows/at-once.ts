import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';

/** All stages, and the first callback, of an event or of a group in one local activity. */
export const { runEvent, runGroup } = proxyLocalActivities<Activities>({
  // They end by themselves: three stages take at most a second each, a callback waits a fifth of one for trials, and is let go after three. The
  // rest is for a process whose timers are late.
  startToCloseTimeout: '30s',
  retry: { initialInterval: '100ms', maximumInterval: '5s' },
});

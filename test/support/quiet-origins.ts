import type { OriginsOptions } from '../../activities/callbacks/origins.ts';

/** Origins as a process sees them that has rest, and tells nobody of those that hang. */
export const QUIET: Omit<OriginsOptions, 'maxConnections'> = {
  now: () => performance.now(),
  watchLoop: () => () => false,
  onHang: () => undefined,
};

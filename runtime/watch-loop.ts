/**
 * Begins to watch this process's event loop; what it returns says whether that has had next to no rest since. Where a process
 * is that busy, how long it waits for others says more of itself than of them.
 */
export type WatchLoop = () => () => boolean;

const BUSY_SHARE = 0.9;

export const watchLoop: WatchLoop = () => {
  const before = performance.eventLoopUtilization();
  return () => performance.eventLoopUtilization(before).utilization > BUSY_SHARE;
};

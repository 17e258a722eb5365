import { sleep } from '@temporalio/workflow';

/** Rings at the times that it is set to. One that is no longer wanted rings in vain, which costs less than stopping it. */
export function createAlarm(ring: () => void): (atMs: number | null) => void {
  let nextMs: number | null = null;

  return (atMs) => {
    if (atMs === null || (nextMs !== null && nextMs <= atMs)) return;
    nextMs = atMs;
    void sleep(Math.max(1, atMs - Date.now())).then(() => {
      if (nextMs === atMs) nextMs = null;
      ring();
    });
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from '@temporalio/worker';

const LOOK_EVERY_MS = 50;

/**
 * The slots of a worker for heavy stages: so many at most, and none that is new while the processes that they run in are all kept
 * busy, since what it takes then would wait here for a processor that another worker may have.
 */
export function createSlotSupplier(slots: number, isBusy: () => boolean): CustomSlotSupplier<ActivitySlotInfo> {
  let reserved = 0;

  function tryReserve(): SlotPermit | null {
    if (reserved >= slots || isBusy()) return null;
    reserved += 1;
    return {};
  }

  return {
    type: 'custom',
    async reserveSlot(_context, signal) {
      for (;;) {
        const permit = tryReserve();
        if (permit !== null) return permit;
        await pause(LOOK_EVERY_MS);
        // The SDK takes any other error for a fault, and logs it.
        signal.throwIfAborted();
      }
    },
    tryReserveSlot: tryReserve,
    markSlotUsed: () => undefined,
    releaseSlot() {
      reserved -= 1;
    },
  };
}

import { sleep, workflowInfo } from '@temporalio/workflow';

// Long before the engine's limit of 51,200 events and 50 MB: a run that has so many goes on as a new one.
const MAX_HISTORY_EVENTS = 6_000;
const MAX_HISTORY_BYTES = 4 * 1024 * 1024;
// What ends by then needn't be looked after by the next run.
const DRAIN_MS = 2_000;

/**
 * How much room the history of a batch's run has left.
 * @param onDrained told once what ends soon has had time for it
 */
export function createHistoryRoom(onDrained: () => void, maxEvents = MAX_HISTORY_EVENTS) {
  let isDrained: boolean | null = null;

  return {
    isFull(): boolean {
      const { historyLength, historySize } = workflowInfo();
      return historyLength > maxEvents || historySize > MAX_HISTORY_BYTES;
    },
    /** Waits for a while before the next run, once. False until that is over. */
    drain(): boolean {
      if (isDrained === null) {
        isDrained = false;
        void sleep(DRAIN_MS).then(() => {
          isDrained = true;
          onDrained();
        });
      }
      return isDrained;
    },
  };
}

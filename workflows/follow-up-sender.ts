import { condition } from '@temporalio/workflow';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { SubjectLetter } from '../domain/subject.ts';
import { isFull } from './callback-sender.ts';
import { firstFollowUps, startFollowUps } from './start-follow-ups.ts';

export interface FollowUpSender {
  add(events: readonly AcceptedEvent[]): void;
  /** Resolves when there is room for what letters may emit, or false: there is none in this run, which is full. */
  hasRoomFor(letters: readonly SubjectLetter[]): Promise<boolean>;
  /** What this run leaves to the next, which starts again what may have been started: an event is started once. */
  left(): readonly AcceptedEvent[];
}

// All of it is carried from run to run, with what the letters of one more turn come to, 4 KiB each at most.
const MAX_LEFT = 50;

/** Starts what a subject's events have emitted, beside its turns, in their order. */
export function createFollowUpSender(waiting: readonly AcceptedEvent[]): FollowUpSender {
  let left = waiting;
  let isSending = false;
  // They go on beside the workflow, and don't reject.
  void send();

  return {
    add(events) {
      left = [...left, ...events];
      void send();
    },

    async hasRoomFor(letters) {
      // These may be what is left to be started, of a subject that emits events for itself: they would wait for themselves.
      if (!isBehind() || letters.every(({ event }) => event.causedBy !== undefined)) return true;
      await condition(() => !isBehind() || isFull());
      return !isBehind();
    },

    left: () => left,
  };

  function isBehind(): boolean {
    return left.length >= MAX_LEFT;
  }

  async function send(): Promise<void> {
    if (isSending) return;
    isSending = true;
    while (left.length > 0) {
      const next = firstFollowUps(left);
      await startFollowUps(next);
      left = left.slice(next.length);
    }
    isSending = false;
  }
}

import { condition } from '@temporalio/workflow';
import { isFull } from './callback-sender.ts';

/** Something that a subject's workflow has done beside its turns, in order, and leaves to its next run where it isn't done by then. */
export interface Beside<One> {
  add(more: readonly One[]): void;
  isBehind(): boolean;
  /** Resolves when it isn't any more, or false: it is, in a run that is full. */
  catchUp(): Promise<boolean>;
  /** Little enough to be left to the next run, which does again what may have been done. */
  mayLeave(): boolean;
  left(): readonly One[];
}

const MAX_LEFT = 50;
// A run's input has 2 MiB, and more than this in it.
const MAX_LEFT_CHARACTERS = 512 * 1024;

/** @param doFirst does the first of some, and gives how many these were; it doesn't reject */
export function createBeside<One>(waiting: readonly One[], doFirst: (all: readonly One[]) => Promise<number>): Beside<One> {
  let left = waiting;
  let isAtWork = false;
  // They go on beside the workflow.
  void work();

  const isBehind = (): boolean => left.length >= MAX_LEFT;

  return {
    add(more) {
      left = [...left, ...more];
      void work();
    },
    isBehind,
    async catchUp() {
      await condition(() => !isBehind() || isFull());
      return !isBehind();
    },
    mayLeave: () => JSON.stringify(left).length <= MAX_LEFT_CHARACTERS,
    left: () => left,
  };

  async function work(): Promise<void> {
    if (isAtWork) return;
    isAtWork = true;
    while (left.length > 0) {
      const done = await doFirst(left);
      // Taken from what it is now: more may have come meanwhile.
      left = left.slice(done);
    }
    isAtWork = false;
  }
}

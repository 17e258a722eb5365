import { AsyncLocalStorage } from 'node:async_hooks';
import { StrayError } from '../stray-error.ts';

/** Ends an attempt, as its timeout would. */
type Cut = (reason: Error) => void;

export interface Strays {
  /** Runs an attempt's work so that what it throws where nobody catches it, as in a timer, ends the attempt. */
  during<T>(cut: Cut, work: () => T): T;
}

/**
 * Catches what nobody caught in this process, and finds out whose it was by the asynchronous context that it comes from.
 * @param onUnknown told of what belongs to no attempt, or to one that is over
 */
export function catchStrays(onUnknown: (error: unknown) => void): Strays {
  const attempts = new AsyncLocalStorage<Cut>();
  const onStray = (error: unknown): void => {
    onUnknown(error);
    attempts.getStore()?.(new StrayError(error));
  };
  process.on('uncaughtException', onStray);
  process.on('unhandledRejection', onStray);
  return { during: (cut, work) => attempts.run(cut, work) };
}

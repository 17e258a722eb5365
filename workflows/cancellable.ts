import { CancellationScope, CancelledFailure } from '@temporalio/workflow';

export interface Cancellable {
  /** Ends what runs below, and whatever would run below after it. */
  cancel(): void;
  isCancelled(): boolean;
  /** @throws CancelledFailure */
  throwIfCancelled(): void;
  /** Runs a wait or a heavy stage such that `cancel` cuts it short. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * What the cancellation of an event can cut short, one thing at a time. A scope is made for each of them, not for the whole
 * event: it costs a dozen promises, and each promise costs the sandbox a stack trace, which the stages of a light event,
 * that can't be cancelled, needn't pay.
 */
export function createCancellable(): Cancellable {
  let isCancelled = false;
  let scope: CancellationScope | null = null;

  function throwIfCancelled(): void {
    if (isCancelled) throw new CancelledFailure('the event was cancelled');
  }

  return {
    isCancelled: () => isCancelled,
    throwIfCancelled,
    cancel() {
      isCancelled = true;
      scope?.cancel();
    },
    async run(work) {
      throwIfCancelled();
      scope = new CancellationScope();
      try {
        return await scope.run(work);
      } finally {
        scope = null;
      }
    },
  };
}

import type { HandlerLog } from '../domain/define-event.ts';
import type { ErrorListener, Failure, Off } from './bus.ts';

export interface ErrorReports {
  tell(error: unknown, failure: Failure): void;
  listen(listener: ErrorListener): Off;
}

/** Tells listeners of all that goes wrong. Where there is none, or one fails itself, it is logged: nothing is lost. */
export function createErrorReports(log: HandlerLog): ErrorReports {
  const listeners = new Set<ErrorListener>();
  return {
    tell(error, failure) {
      if (listeners.size === 0) write(error, failure);
      for (const listener of listeners) {
        try {
          listener(error, failure);
        } catch (failed) {
          write(error, failure);
          write(failed, { ...failure, handler: 'onError' });
        }
      }
    },

    listen(listener) {
      // Each has a place of its own, also where a function listens twice.
      const own: ErrorListener = (error, failure) => listener(error, failure);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };

  function write(error: unknown, { type, event, handler }: Failure): void {
    log.error('an event of the bus has failed', { error, type, event: event?.id ?? null, handler });
  }
}

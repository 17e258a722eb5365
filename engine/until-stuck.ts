import { setTimeout as pause } from 'node:timers/promises';
import { Connection, isGrpcServiceError } from '@temporalio/client';

interface Watch {
  readonly address: string;
  readonly signal: AbortSignal;
}

const EVERY_MS = { asARule: 3_000, onceInterrupted: 1_000 };
const LOOK_TIMEOUT_MS = 10_000;
// A single statement may be interrupted with the call that it was for.
const TIMES = 3;

/**
 * Resolves with true when the server can't read its data any more, with false when the signal comes. The SQLite driver of
 * this version has a fault (gitlab.com/cznic/sqlite/-/issues/241): where calls are given up while the machine is busy, its
 * only connection may stay interrupted. Every statement then fails for as long as the process lives, which answers for itself
 * that it is well; its data is whole.
 */
export async function untilStuck({ address, signal }: Watch): Promise<boolean> {
  const connection = Connection.lazy({ address, interceptors: [] });
  try {
    for (let interrupted = 0; interrupted < TIMES;) {
      // Unreferenced: it must not keep a service alive that has nothing else to do.
      await pause(interrupted === 0 ? EVERY_MS.asARule : EVERY_MS.onceInterrupted, undefined, { signal, ref: false });
      interrupted = (await isInterrupted(connection)) ? interrupted + 1 : 0;
    }
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    await connection.close();
  }
}

/** Of whatever else goes wrong, as of a server that has ended, others take care. */
async function isInterrupted(connection: Connection): Promise<boolean> {
  try {
    // The cheapest call that reads the database each time.
    await connection.withDeadline(Date.now() + LOOK_TIMEOUT_MS, () => connection.workflowService.listNamespaces({ pageSize: 1 }));
    return false;
  } catch (error) {
    return isGrpcServiceError(error) && error.details.includes('interrupted (9)');
  }
}

import { QueryNotRegisteredError } from '@temporalio/client';
import { reasonOf } from './engine-call.ts';
import { EngineUnavailableError } from './engine-unavailable-error.ts';

const MACHINES = /^Fatal error in workflow machines/;
const NO_POLLER = /^no poller seen for task queue recently/;
const MOST_ASKS = 5;
const PAUSE_MS = 50;

/**
 * Asks once more where a query has failed that would be answered a moment later:
 * - The SDK fails one by itself, now and then, that comes while it rebuilds a workflow that has just accepted an Update, and says that there is no such
 *   query (seen with SDK 1.24).
 * - The server refuses one to a worker that has had nothing to do for 20 s and is just being asked something else: between two of its polls nobody
 *   seems to be there (seen with server 1.29 and 1.30, where the sticky queue's timeout is a second, all of which it reserves for saying so).
 * @throws EngineUnavailableError where it keeps failing
 */
export async function queryAgain<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let asks = 1; ; asks += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (asks === MOST_ASKS) throw new EngineUnavailableError('the workflow can not be asked just now', { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof QueryNotRegisteredError) return MACHINES.test(error.message);
  return error instanceof EngineUnavailableError && NO_POLLER.test(reasonOf(error));
}

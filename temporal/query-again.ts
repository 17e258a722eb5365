import { QueryNotRegisteredError } from '@temporalio/client';
import { EngineUnavailableError } from './engine-unavailable-error.ts';

const MACHINES = /^Fatal error in workflow machines/;
const MOST_ASKS = 5;
const PAUSE_MS = 50;

/**
 * Asks once more where the SDK has failed a query by itself: it does so now and then to one that comes while it rebuilds a workflow that
 * has just accepted an Update, and says that there is no such query (seen with SDK 1.24). A moment later it answers.
 * @throws EngineUnavailableError where it keeps failing
 */
export async function queryAgain<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let asks = 1; ; asks += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof QueryNotRegisteredError) || !MACHINES.test(error.message)) throw error;
      if (asks === MOST_ASKS) throw new EngineUnavailableError('the workflow can not be asked just now', { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

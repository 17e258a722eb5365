import { QueryNotRegisteredError } from '@temporalio/client';
import { monotonicMs } from '../runtime/monotonic.ts';
import { reasonOf } from './engine-call.ts';
import { EngineUnavailableError } from './engine-unavailable-error.ts';

const MACHINES = /^Fatal error in workflow machines/;
const NO_POLLER = /^no poller seen for task queue recently/;
// A machine that is busy keeps a worker from its next poll for longer; a request is to be answered within 2 s.
const LONGEST_MS = 1_500;
const FIRST_PAUSE_MS = 50;

/**
 * Asks once more where a query has failed that would be answered a moment later:
 * - The SDK fails one by itself, now and then, that comes while it rebuilds a workflow that has just accepted an Update, and says that there is no such
 *   query (seen with SDK 1.24).
 * - The server refuses one to a worker that has had nothing to do for 20 s and is just being asked something else: between two of its polls nobody
 *   seems to be there (seen with server 1.29 and 1.30, where the sticky queue's timeout is a second, all of which it reserves for saying so).
 * @param timeoutMs for which whoever asks would wait for one answer
 * @throws EngineUnavailableError where it keeps failing
 */
export async function queryAgain<Answer>(timeoutMs: number, ask: () => Promise<Answer>): Promise<Answer> {
  const lastMs = monotonicMs() + Math.min(timeoutMs, LONGEST_MS);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (monotonicMs() + pauseMs > lastMs) throw new EngineUnavailableError('the workflow can not be asked just now', { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof QueryNotRegisteredError) return MACHINES.test(error.message);
  return error instanceof EngineUnavailableError && NO_POLLER.test(reasonOf(error));
}

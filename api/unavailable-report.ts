import type { Logger } from '../config/logger.ts';
import { reasonOf } from '../temporal/engine-call.ts';
import type { EngineUnavailableError } from '../temporal/engine-unavailable-error.ts';

const SAME_AGAIN_MS = 10_000;
// What is said may have ids in it.
const MOST_REASONS = 20;

/** Logs why the engine could not do what was asked: each reason when it is new, and while it lasts every ten seconds. */
export function createUnavailableReport(logger: Pick<Logger, 'error'>, monotonicMs: () => number) {
  const known = new Map<string, { atMs: number; unsaid: number }>();
  return function report(error: EngineUnavailableError, path: string): void {
    const reason = reasonOf(error);
    const before = known.get(reason);
    if (before !== undefined && monotonicMs() - before.atMs < SAME_AGAIN_MS) {
      before.unsaid += 1;
      return;
    }
    if (known.size >= MOST_REASONS) known.clear();
    known.set(reason, { atMs: monotonicMs(), unsaid: 0 });
    logger.error({ reason, path, ...(before && { times: before.unsaid + 1 }) }, error.message);
  };
}

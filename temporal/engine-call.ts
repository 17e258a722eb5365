import type { Client } from '@temporalio/client';
import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { within } from '../runtime/within.ts';
import { EngineUnavailableError } from './engine-unavailable-error.ts';

/**
 * What the engine's errors mean here, by gRPC's codes. `unavailable`: it can't say now, and what was asked for may have been done or
 * not; answered as 503. `not_found`: there is no such workflow, or it is closed. Any other is a fault of ours or of the
 * set-up, to be seen in the log; answered as 500.
 */
const MEANING: ReadonlyMap<number, 'unavailable' | 'not_found'> = new Map([
  // CANCELLED: what the native connection makes of a deadline.
  [1, 'unavailable'],
  // UNKNOWN, INTERNAL: something in the engine failed, as its database.
  [2, 'unavailable'],
  [13, 'unavailable'],
  // DEADLINE_EXCEEDED
  [4, 'unavailable'],
  [5, 'not_found'],
  // RESOURCE_EXHAUSTED
  [8, 'unavailable'],
  // FAILED_PRECONDITION: the workflow's tasks fail, so that nobody can answer for it.
  [9, 'unavailable'],
  // ABORTED: another call came in between.
  [10, 'unavailable'],
  // UNAVAILABLE
  [14, 'unavailable'],
]);
const UNHEARD_MS = 2_000;

/**
 * Calls the engine with a deadline.
 * @throws EngineUnavailableError when the engine can't be reached or doesn't answer in time: the outcome is then unknown
 */
export function callEngine<T>(client: Client, timeoutMs: number, call: () => Promise<T>): Promise<T> {
  return callUntil(client, { timeoutMs, deadlineMs: timeoutMs }, call);
}

/**
 * The same for what changes nothing: given up here, it goes on in the engine. Each call that is broken off there is a chance
 * for the embedded one's database to fail for good (engine/until-stuck.ts).
 * @throws EngineUnavailableError
 */
export function readEngine<T>(client: Client, timeoutMs: number, call: () => Promise<T>): Promise<T> {
  return callUntil(client, { timeoutMs, deadlineMs: timeoutMs + UNHEARD_MS }, call);
}

interface Patience {
  /** Of whoever asks. */
  readonly timeoutMs: number;
  /** Of the engine. */
  readonly deadlineMs: number;
}

async function callUntil<T>(client: Client, { timeoutMs, deadlineMs }: Patience, call: () => Promise<T>): Promise<T> {
  try {
    // The client tries again by itself, and may pause for seconds before it does, whatever the deadline.
    const answered = client.withDeadline(Date.now() + deadlineMs, call).then((value) => ({ value }));
    const answer = await within(answered, timeoutMs);
    if (answer === null) throw new EngineUnavailableError('the engine does not answer in time');
    return answer.value;
  } catch (error) {
    if (meaningOf(error) === 'unavailable') throw new EngineUnavailableError('the engine does not answer', { cause: error });
    throw error;
  }
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof EngineUnavailableError;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || meaningOf(error) === 'not_found';
}

/** What is asked of a workflow; null where there is no such one, or it is closed. */
export async function ifFound<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function meaningOf(error: unknown): 'unavailable' | 'not_found' | undefined {
  // The client wraps them, those of Updates in a class that is no ServiceError.
  const cause = error instanceof Error && !isGrpcServiceError(error) ? error.cause : error;
  return isGrpcServiceError(cause) ? MEANING.get(cause.code) : undefined;
}

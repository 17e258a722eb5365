import type { Client } from '@temporalio/client';
import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { monotonicMs } from '../runtime/monotonic.ts';
import { within } from '../runtime/within.ts';
import { EngineUnavailableError } from './engine-unavailable-error.ts';

/**
 * What the engine's errors mean here, by gRPC's codes. `unavailable`: it can't say now, and what was asked for may have been done or
 * not; answered as 503. `not_found`: there is no such workflow, or it is closed; where it is the namespace that is missing, the
 * engine can't say either. Any other is a fault of ours or of the
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
  // DATA_LOSS: a commit that failed has left a row in between, which the engine takes out when it says so.
  [15, 'unavailable'],
]);
const UNHEARD_MS = 2_000;

// UNKNOWN, INTERNAL, UNAVAILABLE: what keeps one write from being done keeps others from it.
const STORE_FAILED: ReadonlySet<number> = new Set([2, 13, 14]);
// So that a process that nobody sends events to is asked again.
const FAILED_WRITE_COUNTS_MS = 5_000;

/** When a client's last write failed, and what the engine said; absent where the last was done. */
const failedWrites = new WeakMap<Client, { readonly atMs: number; readonly reason: string }>();

/** What the engine said to the last write, if that has failed lately. */
export function lastWriteFailure(client: Client): string | null {
  const failed = failedWrites.get(client);
  return failed === undefined || monotonicMs() - failed.atMs > FAILED_WRITE_COUNTS_MS ? null : failed.reason;
}

/**
 * Calls the engine with a deadline, for what changes something.
 * @throws EngineUnavailableError when the engine can't be reached or doesn't answer in time: the outcome is then unknown
 */
export async function callEngine<T>(client: Client, timeoutMs: number, call: () => Promise<T>): Promise<T> {
  try {
    const value = await callUntil(client, { timeoutMs, deadlineMs: timeoutMs }, call);
    failedWrites.delete(client);
    return value;
  } catch (error) {
    const cause = error instanceof EngineUnavailableError ? serviceError(error.cause) : undefined;
    if (isNamespaceMissing(error) || (cause !== undefined && STORE_FAILED.has(cause.code))) {
      failedWrites.set(client, { atMs: monotonicMs(), reason: reasonOf(error) });
    }
    throw error;
  }
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
    // Not that of a workflow, of which it says nothing.
    if (isNamespaceMissing(error)) throw new EngineUnavailableError('the engine does not know its namespace', { cause: error });
    if (meaningOf(error) === 'unavailable') throw new EngineUnavailableError('the engine does not answer', { cause: error });
    throw error;
  }
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof EngineUnavailableError;
}

export function isNotFound(error: unknown): boolean {
  return !isNamespaceMissing(error) && (error instanceof WorkflowNotFoundError || meaningOf(error) === 'not_found');
}

/** What the engine itself said of an error, for a log. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof EngineUnavailableError ? error.cause : error;
  const said = serviceError(cause);
  // Without details its own message has at least its code.
  if (said !== undefined) return said.details || said.message;
  return (cause instanceof Error ? cause.message : '') || (error instanceof Error ? error.message : String(error));
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
  const cause = serviceError(error);
  return cause && MEANING.get(cause.code);
}

/** The client wraps them, those of Updates in a class that is no ServiceError. */
function serviceError(error: unknown): (Error & { readonly code: number; readonly details: string }) | undefined {
  const cause = error instanceof Error && !isGrpcServiceError(error) ? error.cause : error;
  return isGrpcServiceError(cause) ? cause : undefined;
}

// As the server says it, where its answer has no details that the client reads.
const NAMESPACE_MISSING = /^namespace .*not found/i;

/** A damaged database forgets it as well as an operator may. */
function isNamespaceMissing(error: unknown): boolean {
  if (error instanceof NamespaceNotFoundError) return true;
  if (error instanceof WorkflowNotFoundError) return NAMESPACE_MISSING.test(error.message);
  if (error instanceof EngineUnavailableError) return isNamespaceMissing(error.cause);
  const cause = serviceError(error);
  return cause?.code === 5 && NAMESPACE_MISSING.test(cause.details);
}

import type { Client } from '@temporalio/client';
import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { within } from '../../runtime/within.ts';
import { EngineUnavailableError } from '../event-service.ts';

// gRPC's codes: CANCELLED (what the native connection makes of a deadline), DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE.
const AWAY = new Set([1, 4, 8, 14]);
const NOT_FOUND = 5;
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
    const code = grpcCode(error);
    if (code !== undefined && AWAY.has(code)) throw new EngineUnavailableError('the engine does not answer', { cause: error });
    throw error;
  }
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof EngineUnavailableError;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || grpcCode(error) === NOT_FOUND;
}

function grpcCode(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  // The client wraps them, those of Updates in a class that is no ServiceError.
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause.code : undefined;
}

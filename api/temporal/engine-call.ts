import type { Client } from '@temporalio/client';
import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { EngineUnavailableError } from '../event-service.ts';

// gRPC's codes: CANCELLED (what the native connection makes of a deadline), DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE.
const AWAY = new Set([1, 4, 8, 14]);
const NOT_FOUND = 5;

/**
 * Calls the engine with a deadline.
 * @throws EngineUnavailableError when the engine can't be reached or doesn't answer in time: the outcome is then unknown
 */
export async function callEngine<T>(client: Client, timeoutMs: number, call: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  // The client tries again by itself, and may pause for seconds before it does, whatever the deadline.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EngineUnavailableError('the engine does not answer in time')), timeoutMs);
  });
  try {
    return await Promise.race([client.withDeadline(Date.now() + timeoutMs, call), late]);
  } catch (error) {
    const code = grpcCode(error);
    if (code !== undefined && AWAY.has(code)) throw new EngineUnavailableError('the engine does not answer', { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export function isDeadline(error: unknown): boolean {
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

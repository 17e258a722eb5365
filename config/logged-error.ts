const MAX_CAUSES = 3;

/** An error as a log line has it. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/**
 * What a log line says of an error: its kind, its message and those of its causes. Nothing else that hangs on it, since the engine's
 * errors carry what handlers have come to.
 */
export function toLoggedError(error: unknown, withStacks: boolean, causes = MAX_CAUSES): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: typeof error === 'string' ? error : 'no error was thrown' };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    type: name,
    message,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(withStacks && stack !== undefined && { stack }),
    ...(cause instanceof Error && causes > 0 && { cause: toLoggedError(cause, withStacks, causes - 1) }),
  };
}

/** Thrown by a handler: the event can't succeed, so it fails now, with this code. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly code: string;

  /** @param code stable, in snake_case: it is what callers branch on */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Thrown by a handler: not now, but in `afterMs` milliseconds. It counts as one of the type's attempts. */
export class RetryLaterError extends Error {
  override readonly name = 'RetryLaterError';
  readonly afterMs: number;

  constructor(afterMs: number, message = `not now, again in ${afterMs} ms`, options?: ErrorOptions) {
    super(message, options);
    this.afterMs = afterMs;
  }
}

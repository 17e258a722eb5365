/** This worker's code has no such event type; one of another version may, so the attempt is tried again. */
export class UnknownTypeError extends Error {
  override readonly name = 'UnknownTypeError';
  readonly retryAfterMs = 30_000;
  readonly type: string;

  constructor(type: string) {
    super(`this worker has no event type "${type}"`);
    this.type = type;
  }
}

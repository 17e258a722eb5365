/** Thrown into whoever reads a body that can't be read to its end. */
export class UnreadableBodyError extends Error {
  override readonly name = 'UnreadableBodyError';
  readonly code: 'malformed' | 'too_large' | 'request_timeout';

  constructor(code: UnreadableBodyError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The caller went away in the middle of its body: nothing of ours failed, and nobody will read the answer. */
export function isBrokenOff(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNRESET';
}

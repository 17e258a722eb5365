import type { Stage } from '../domain/stage.ts';

/** This worker's code has no such event type, or not with this stage; one of another version may, so the attempt is tried again. */
export class UnknownTypeError extends Error {
  override readonly name = 'UnknownTypeError';
  readonly retryAfterMs = 30_000;
  readonly type: string;

  constructor(type: string, stage?: Stage) {
    super(`this worker has no event type "${type}"${stage === undefined ? '' : ` with a stage "${stage}"`}`);
    this.type = type;
  }
}

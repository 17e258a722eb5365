import type { Stage } from '../domain/stage.ts';

// What a worker lacks another one may have: a type's events are tried again for ten minutes (twenty attempts that count for nothing),
// those of a handler, which is taken out of a config more easily, for a minute and a half.
const RETRY_AFTER_MS = { unknown_type: 30_000, unknown_handler: 5_000 } as const;

/** This worker's code has no such event type, or not with this stage, or no such handler of it. */
export class UnknownTypeError extends Error {
  override readonly name = 'UnknownTypeError';
  readonly code: keyof typeof RETRY_AFTER_MS;
  readonly retryAfterMs: number;
  readonly type: string;

  /** @param type a type's name, or that of a handler below it: `order-placed/tell-sales` */
  constructor(type: string, stage?: Stage) {
    const [ofType, handler] = type.split('/');
    const lacking = handler ?? stage;
    super(
      `this worker has no event type "${ofType}"${lacking === undefined ? '' : ` with a ${handler === undefined ? 'stage' : 'handler'} "${lacking}"`}`,
    );
    this.type = type;
    this.code = handler === undefined ? 'unknown_type' : 'unknown_handler';
    this.retryAfterMs = RETRY_AFTER_MS[this.code];
  }
}

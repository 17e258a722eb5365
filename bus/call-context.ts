import type { HandlerContext, HandlerLog } from '../domain/define-event.ts';
import type { HandlerServices } from '../domain/handler-services.ts';
import type { Middleware } from '../domain/middleware.ts';
import { emitInto } from './call.ts';
import type { Call } from './call.ts';

export interface CallSurroundings {
  /** @throws where what is to be lent couldn't be made */
  readonly lent: () => HandlerServices;
  /** Read at each call. */
  readonly use: readonly Middleware[];
  readonly signal: AbortSignal;
  readonly log: HandlerLog;
}

/** What a handler is given that is called once. */
export function contextOf(call: Call, { lent, signal, log }: Omit<CallSurroundings, 'use'>): HandlerContext {
  const { services, fetch, dataDirectory } = lent();
  const { event, subscription } = call;
  return {
    services,
    fetch,
    dataDirectory,
    stage: subscription.name,
    state: null,
    attempt: 1,
    idempotencyKey: `${event.id}/1/${subscription.name}`,
    signal,
    heartbeat: nobodyAsks,
    lastProgress: null,
    log: new CallLog(log, call),
    emit: emitInto(call),
  };
}

// Nobody can ask how far an event of this process is.
function nobodyAsks(): void {}

/** Lines that say which event and handler they are of. A class, since most calls write none: functions of its own would cost more than they. */
export class CallLog implements HandlerLog {
  readonly #log: HandlerLog;
  readonly #call: Call;

  constructor(log: HandlerLog, call: Call) {
    this.#log = log;
    this.#call = call;
  }

  info(message: string, fields?: Record<string, unknown>): void {
    this.#log.info(message, this.#withOrigin(fields));
  }

  warn(message: string, fields?: Record<string, unknown>): void {
    this.#log.warn(message, this.#withOrigin(fields));
  }

  error(message: string, fields?: Record<string, unknown>): void {
    this.#log.error(message, this.#withOrigin(fields));
  }

  #withOrigin(fields: Record<string, unknown> | undefined): Record<string, unknown> {
    const { event, subscription } = this.#call;
    return { event: event.id, type: event.type, handler: subscription.name, ...fields };
  }
}

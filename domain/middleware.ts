import type { HandlerContext } from './define-event.ts';
import type { HandledEvent } from './handled-event.ts';
import { PermanentError } from './handler-errors.ts';

/**
 * Runs around each call of a stage or a handler. `next` calls what comes after it, in the end the stage, and resolves to what that gives;
 * what the middleware gives is taken for the stage's value, also where it doesn't call `next`. What it throws is the attempt's failure.
 * In a service event and context are frozen copies: nothing is changed by them.
 */
export type Middleware = (event: HandledEvent, context: HandlerContext, next: () => Promise<unknown>) => unknown;

/**
 * Calls a stage with middleware around it, the first of the list outermost.
 * @returns what the outermost gives
 * @throws what the outermost throws
 */
export async function callWith(
  [middleware, ...rest]: readonly Middleware[],
  event: HandledEvent,
  context: HandlerContext,
  call: () => unknown,
): Promise<unknown> {
  if (middleware === undefined) return call();
  let isCalled = false;
  return middleware(event, context, () => {
    // Thrown at once, so that it is seen also where nobody awaits what `next` gives. The stage has run, and isn't tried again for this.
    if (isCalled) throw new PermanentError('handler_failed', 'middleware called next() twice');
    isCalled = true;
    return callWith(rest, event, context, call);
  });
}
